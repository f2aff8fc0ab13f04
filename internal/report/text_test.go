package report_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

func TestWriteText(t *testing.T) {
	t.Parallel()
	findings := []api.Finding{
		{Rule: "spec/file-missing", Type: api.EntryError, Message: "there is none", File: "connect.yaml", Help: "Add it."},
		{Rule: "layout/x", Type: api.EntryWarning, Message: "odd", File: "a/package.json", Line: 3, Column: 7,
			Application: "a", Help: "Change it:\n  \"b\": 1\n"},
	}
	for _, tc := range []struct {
		name   string
		result check.Result
		opts   check.TextOptions
		want   string
	}{
		{"findings", check.Result{Report: api.Report{Findings: findings}}, check.TextOptions{}, `
connect.yaml: there is none
    Error spec/file-missing
    Add it.
a/package.json:3:7: odd
    Warning layout/x, application a
    Change it:
      "b": 1
./here: not valid (1 error, 1 warning)
`},
		{"valid", check.Result{
			Report: api.Report{Valid: true},
			Spec:   &connectyaml.Spec{Applications: make([]connectyaml.Application, 2)},
		}, check.TextOptions{}, `
./here: valid (2 applications)
`},
		{"color", check.Result{Report: api.Report{Findings: findings[:1]}}, check.TextOptions{Color: true}, `
connect.yaml: there is none
    ` + "\x1b[31mError\x1b[0m" + ` spec/file-missing
    Add it.
./here: not valid (1 error)
`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			if err := check.WriteText(&got, "./here", tc.result, tc.opts); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimPrefix(tc.want, "\n"), got.String()); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }

func TestWriteTextReturnsTheWritersError(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	if err := check.WriteText(fullDisk{full}, ".", check.Result{}, check.TextOptions{}); !errors.Is(err, full) {
		t.Errorf("error %v, want the writer's", err)
	}
}

// A stranger's text moves no cursor and sets no title.
func TestHarmless(t *testing.T) {
	t.Parallel()
	evil, harmless := "a\x1b[2J\x07\u009b1mb\r\tc", "a\ufffd[2J\ufffd\ufffd1mb\ufffd\tc"
	f := api.Finding{File: evil, Line: 1, Column: 2, Message: evil, Type: api.EntryError, Rule: "x/y", Application: evil, Help: evil}
	want := harmless + ":1:2: " + harmless + "\n    Error x/y, application " + harmless + "\n    " + harmless + "\n"
	if got := check.Text([]api.Finding{f}, check.TextOptions{}); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}
