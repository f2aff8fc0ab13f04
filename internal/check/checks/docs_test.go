package checks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

func TestDocs(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "docs", "checks.md")
	for _, c := range checks.All() {
		if c.Title == "" || c.Why == "" || c.Fix == "" {
			t.Errorf("%s lacks its title, why or fix", c.ID)
		}
	}
	golden.Compare(t, file, checks.Docs())
}

// Every finding names the page of its rule: each rule has one, and each page a
// rule.
func TestPages(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("..", "..", "..", "docs", "checks")
	pages := map[string]bool{}
	for _, p := range checks.Pages() {
		file := filepath.Join(folder, filepath.FromSlash(p.Rule)+".md")
		pages[file] = true
		if *golden.Update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		golden.Compare(t, file, p.Text)
		if !strings.HasSuffix(check.Page(p.Rule), "/docs/checks/"+p.Rule+".md") {
			t.Errorf("findings of %s name the page %s", p.Rule, check.Page(p.Rule))
		}
	}
	there, err := filepath.Glob(filepath.Join(folder, "*", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if !pages[file] {
			t.Errorf("%s is the page of no rule", file)
		}
	}
}
