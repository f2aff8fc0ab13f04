package checks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/report"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
	"github.com/greenroom-registry/greenroom/internal/testkit/txtree"
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
	for _, p := range checks.Pages(examples(t)) {
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

// examples are findings of the trees of the tests, and of the files that those of
// connect.yaml read; one for each rule, as greenroom validate prints it.
func examples(t *testing.T) map[string]string {
	t.Helper()
	engine := check.New(checks.All()...)
	found := map[string]string{}
	add := func(r check.Result, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Report.Findings {
			if found[f.Rule] == "" {
				f.Why, f.Page = "", "" // the page says the one, and is the other
				found[f.Rule] = report.TextOfFindings([]api.Finding{f}, report.TextOptions{})
			}
		}
	}
	grammar := filepath.Join("..", "..", "connectyaml", "testdata")
	for _, pattern := range []string{"mistakes.txtar", filepath.Join("fixes", "*.txtar"), filepath.Join("cases", "*.txtar")} {
		for _, f := range archived(t, filepath.Join(grammar, pattern)) {
			add(engine.RunFile(f[0].Data, connectyaml.FileName, check.Options{Only: "spec/"}))
		}
	}
	for _, c := range checks.All() {
		for _, files := range archived(t, filepath.Join("testdata", filepath.FromSlash(c.ID), "bad-*.txtar")) {
			tree, _ := splitWant(&txtar.Archive{Files: files})
			add(engine.Run(t.Context(), txtree.Of(tree), check.Options{Only: c.ID}))
		}
	}
	return found
}

// archived are the archives of a pattern, and each file of one that holds many files
// of its own kind.
func archived(t *testing.T, pattern string) [][]txtar.File {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	var all [][]txtar.File
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) != "mistakes.txtar" {
			all = append(all, a.Files)
			continue
		}
		for _, f := range a.Files {
			all = append(all, []txtar.File{f})
		}
	}
	return all
}
