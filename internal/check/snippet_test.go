package check_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// reports is a check of the whole tree that says one thing about a place.
func reports(f api.Finding, secrets ...string) check.Check {
	return check.Check{ID: "layout/x", Why: "why", Run: func(p *check.Pass) error {
		p.Report(f)
		for _, s := range secrets {
			p.Redact(s)
		}
		return nil
	}}
}

func TestSnippets(t *testing.T) {
	t.Parallel()
	tree := treeWith(twoApplications)
	tree["a.js"] = file("first\n\tsecond\x1b \r\n" + strings.Repeat("é", 500) + "x\n\xff")
	for _, tc := range []struct {
		name    string
		finding api.Finding
		want    string
	}{
		{"a line, without what a terminal obeys", api.Finding{File: "a.js", Line: 2, Column: 2}, "second\uFFFD"},
		{"a long line, around its column", api.Finding{File: "a.js", Line: 3, Column: 501}, strings.Repeat("é", 79) + "x"},
		{"a long line, from its start", api.Finding{File: "a.js", Line: 3, Column: 1}, strings.Repeat("é", 160)},
		{"what is no text", api.Finding{File: "a.js", Line: 4, Column: 1}, "\uFFFD"},
		{"the file as a whole", api.Finding{File: "a.js"}, ""},
		{"behind the end", api.Finding{File: "a.js", Line: 9, Column: 1}, ""},
		{"no such file", api.Finding{File: "b.js", Line: 1, Column: 1}, ""},
		{"one of its own", api.Finding{File: "a.js", Line: 1, Column: 1, Snippet: "own"}, "own"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, tree, check.Options{}, reports(tc.finding)).Report.Findings[0]
			if got.Snippet != tc.want {
				t.Errorf("snippet %q, want %q", got.Snippet, tc.want)
			}
			if got.Why != "why" || got.Page != check.Page("layout/x") {
				t.Errorf("why %q, page %q", got.Why, got.Page)
			}
		})
	}
}

func TestSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	tree := treeWith(twoApplications)
	tree["a.js"] = file("const key = 'hunter2hunter'\n")
	found := run(t, tree, check.Options{}, reports(api.Finding{
		File: "a.js", Line: 1, Column: 1, Message: "key hunter2hunter", Help: "drop hunter2 now",
		Fix: &api.Fix{Edits: []api.Edit{{Text: "hunter2"}}},
	}, "hunter2", "hunter2hunter")).Report.Findings[0]
	for _, text := range []string{found.Message, found.Help, found.Snippet} {
		if strings.Contains(text, "hunter") || !strings.Contains(text, "[redacted]") {
			t.Errorf("%q tells the secret, or not that there was one", text)
		}
	}
	if found.Fix != nil {
		t.Errorf("the fix %+v writes the secret", found.Fix)
	}
}

// What a check of one application reads is what its result depends on.
func TestCheckOfOneApplicationSeesNoOther(t *testing.T) {
	t.Parallel()
	tree := treeWith(twoApplications)
	tree["one/src/a.js"], tree["two/a.js"], tree["README.md"] = file(""), file(""), file("")
	var seen []string
	c := check.Check{ID: "layout/x", RunApplication: func(p *check.Pass) error {
		if p.Index != 0 {
			return nil
		}
		for _, name := range []string{"one/src/a.js", "one", "README.md", ".", "two/a.js"} {
			if _, err := fs.Stat(p.Tree, name); err == nil {
				seen = append(seen, name)
			}
		}
		if _, err := fs.ReadDir(p.Tree, "two"); err == nil {
			seen = append(seen, "the listing of two")
		}
		p.Report(api.Finding{File: "README.md"})
		return nil
	}}
	r := run(t, tree, check.Options{}, c)
	if got, want := strings.Join(seen, " "), "one/src/a.js one README.md ."; got != want {
		t.Errorf("it sees %s, want %s", got, want)
	}
	if got := r.Report.Findings[0].Application; got != "one" {
		t.Errorf("the finding is about %q, want the application that was judged", got)
	}
}
