package report_test

import (
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/report"
)

// The canonical form writes every character as itself, also those that HTML or a
// script gives a meaning.
func TestJSON(t *testing.T) {
	t.Parallel()
	s := report.Subject{Path: "a\"<b>\xff", Report: api.Report{
		Engine: "2", Ruleset: "r",
		Findings: []api.Finding{{Rule: "x/y", Type: api.EntryError, Message: "<a> & \u2028 \xff ü", File: "f", Help: "h"}},
	}}
	const canonical = `"valid":false,"engine":"2","ruleset":"r","findings":[{"rule":"x/y","type":"Error",` +
		`"message":"<a> & ` + "\u2028" + ` ` + "\ufffd" + ` ü","file":"f","line":0,"column":0,"help":"h"}]}`
	got, err := report.JSON(s.Report)
	if err != nil || string(got) != "{"+canonical {
		t.Errorf("%v, got %s", err, got)
	}
	line, err := report.JSONLine(s)
	if want := `{"path":"a\"<b>` + "\ufffd" + `",` + canonical + "\n"; err != nil || string(line) != want {
		t.Errorf("%v, got %s, want %s", err, line, want)
	}
	none, err := report.JSON(api.Report{})
	if err != nil || !strings.HasSuffix(string(none), `"findings":[]}`) {
		t.Errorf("%v, without findings it is %s", err, none)
	}
}
