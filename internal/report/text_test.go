package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/report"
)

func TestText(t *testing.T) {
	t.Parallel()
	findings := []api.Finding{
		{
			Rule: "layout/x", Type: api.EntryWarning, Message: "odd", File: "a/package.json", Line: 3, Column: 7,
			Application: "a", Why: "It breaks. And more.", Page: "https://example.com/x", Help: "Change it:\n  \"b\": 1\n",
		},
		{
			Rule: "layout/x", Type: api.EntryInformation, Message: "odd too", File: "b/package.json", Line: 1, Column: 1,
			Application: "b", Snippet: "{}", Why: "It breaks.", Page: "https://example.com/x", Help: "Change it.",
		},
		{Rule: "spec/file-missing", Type: api.EntryError, Message: "there is none", File: "connect.yaml", Help: "Add it."},
	}
	for _, tc := range []struct {
		name    string
		subject report.Subject
		opts    report.TextOptions
		want    string
	}{
		{"findings", report.Subject{Report: api.Report{Findings: findings}}, report.TextOptions{}, `
connect.yaml: there is none
    Error spec/file-missing
    Add it.
a/package.json:3:7: odd
    Warning layout/x, application a
    Change it:
      "b": 1
    Why: It breaks.
    https://example.com/x
b/package.json:1:1: odd too
    | {}
    Information layout/x, application b
    Change it.
./here: not valid (1 error, 1 warning, 1 note)
`},
		{"valid", report.Subject{Report: api.Report{Valid: true}, Applications: 2}, report.TextOptions{}, `
./here: valid (2 applications)
`},
		{"color", report.Subject{Report: api.Report{Findings: findings[2:]}}, report.TextOptions{Color: true}, `
connect.yaml: there is none
    ` + "\x1b[31mError\x1b[0m" + ` spec/file-missing
    Add it.
./here: not valid (1 error)
`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.subject.Path = "./here"
			if diff := cmp.Diff(strings.TrimPrefix(tc.want, "\n"), report.Text(tc.subject, tc.opts)); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

// A stranger's text moves no cursor and sets no title.
func TestTextIsHarmless(t *testing.T) {
	t.Parallel()
	evil, harmless := "a\x1b[2J\x07\u009b1mb\r\tc", "a\ufffd[2J\ufffd\ufffd1mb\ufffd\tc"
	f := api.Finding{
		File: evil, Line: 1, Column: 2, Message: evil, Type: api.EntryError, Rule: "x/y", Application: evil,
		Help: evil, Why: evil, Page: evil,
	}
	want := harmless + ":1:2: " + harmless + "\n    Error x/y, application " + harmless + "\n    " + harmless + "\n" +
		"    Why: " + harmless + ".\n    " + harmless + "\n"
	if got := report.TextOfFindings([]api.Finding{f}, report.TextOptions{}); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// What was skipped is said once, however many results there are.
func TestSkipped(t *testing.T) {
	t.Parallel()
	var skipped report.Skipped
	if got := skipped.Text(); got != "" {
		t.Errorf("nothing was skipped, and it says %q", got)
	}
	for range 2 {
		skipped.Add([]check.Outcome{
			{Title: "Layout", State: check.Skipped, Reason: "No connect.yaml."},
			{Title: "Secrets", State: check.Skipped, Reason: "No connect.yaml.", Application: "a"},
			{Title: "Secrets", State: check.Skipped, Reason: "No connect.yaml.", Application: "b"},
			{Title: "Documents", State: check.Failed},
			{Title: "Build", State: check.Skipped, Reason: "Not here."},
		})
	}
	if got, want := skipped.Text(), "skipped: Layout, Secrets. No connect.yaml.\nskipped: Build. Not here.\n"; got != want {
		t.Errorf("says %q, want %q", got, want)
	}
}
