package report_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/report"
)

func TestGitHub(t *testing.T) {
	t.Parallel()
	got := report.GitHub(report.Subject{Path: "connectors/tax", Base: "connectors/tax", Report: api.Report{Findings: []api.Finding{
		{Rule: "a/b", Type: api.EntryError, Message: "100% wrong: a, b", File: "x:y,z%\n.yaml", Line: 2, Column: 11, Help: "Mend\r\n::set-output::it"},
		{Rule: "a/c", Type: api.EntryWarning, Message: "missing", File: "README.md", Help: "Add."},
		{Rule: "server/trouble", Type: api.EntryInformation, Message: "m", Help: "h"},
	}}})
	want := "::error file=connectors/tax/x%3Ay%2Cz%25%0A.yaml,line=2,col=11,title=a/b::100%25 wrong: a, b%0AMend%0D%0A::set-output::it\n" +
		"::warning file=connectors/tax/README.md,title=a/c::missing%0AAdd.\n" +
		"::notice title=server/trouble::m%0Ah\n" +
		"connectors/tax: not valid (1 error, 1 warning, 1 note)\n"
	if got != want {
		t.Errorf("printed\n%swant\n%s", got, want)
	}
}

// Whatever strangers write, each finding is one command, and nothing else is.
func TestGitHubIsHarmless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := subject(t)
		lines := strings.Split(strings.ReplaceAll(report.GitHub(s), "\r", "\n"), "\n")
		if len(lines) != len(s.Report.Findings)+2 {
			t.Fatalf("%d lines for %d findings: %q", len(lines), len(s.Report.Findings), lines)
		}
		for i, f := range s.Report.Findings {
			properties, _, ok := strings.Cut(strings.TrimPrefix(lines[i], "::"), "::")
			if !ok || !strings.HasPrefix(lines[i], "::") || !strings.HasSuffix(properties, "title="+f.Rule) || strings.Count(properties, ",") > 3 {
				t.Fatalf("%q is no command of %+v", lines[i], f)
			}
		}
	})
}
