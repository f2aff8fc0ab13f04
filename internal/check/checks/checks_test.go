package checks_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
	"github.com/greenroom-registry/greenroom/internal/testkit/txtree"
)

const wantSection = "want"

// Each check has a folder of trees under testdata: good-*.txtar, which it has
// nothing to say about, and bad-*.txtar, which it has.
func TestChecks(t *testing.T) {
	t.Parallel()
	folders := map[string]bool{}
	for _, c := range checks.All() {
		folder := filepath.Join("testdata", filepath.FromSlash(c.ID))
		folders[folder] = true
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"good", "bad"} {
				files, err := filepath.Glob(filepath.Join(folder, kind+"-*.txtar"))
				if err != nil {
					t.Fatal(err)
				}
				if len(files) == 0 {
					t.Errorf("no %s tree: add %s/%s-*.txtar", kind, folder, kind)
				}
				for _, file := range files {
					t.Run(filepath.Base(file), func(t *testing.T) { testTree(t, c, file, kind == "good") })
				}
			}
		})
	}
	entries, err := filepath.Glob(filepath.Join("testdata", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range entries {
		if !folders[folder] {
			t.Errorf("%s belongs to no check of All", folder)
		}
	}
}

func testTree(t *testing.T, c check.Check, file string, good bool) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tree, want := splitWant(archive)
	result, err := check.New(checks.All()...).Run(t.Context(), txtree.Of(tree), check.Options{Only: c.ID})
	if err != nil {
		t.Fatal(err)
	}
	if result.Spec == nil {
		t.Fatalf("connect.yaml is not valid: %+v", result.Report.Findings)
	}
	if found := len(result.Report.Findings); (found == 0) != good {
		t.Errorf("%d findings in a tree named %s", found, filepath.Base(file))
	}
	got := findings(result)
	if *golden.Update {
		archive.Files = append(tree, txtar.File{Name: wantSection, Data: []byte(got)})
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func splitWant(a *txtar.Archive) (tree []txtar.File, want string) {
	for _, f := range a.Files {
		if f.Name == wantSection {
			want = string(f.Data)
		} else {
			tree = append(tree, f)
		}
	}
	return tree, want
}

func findings(r check.Result) string {
	var b strings.Builder
	for _, f := range r.Report.Findings {
		fmt.Fprintf(&b, "%s:%d:%d: %s (%s, %s)\n  %s\n", f.File, f.Line, f.Column, f.Message, f.Type, f.Application, f.Help)
	}
	return b.String()
}

func TestPackageOfMoreThanABound(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"connect.yaml":     {Data: []byte("deployAs:\n  - name: app\n    applicationType: assets\n")},
		"app/package.json": {Data: []byte("{}" + strings.Repeat(" ", 1<<20))},
	}
	result, err := check.New(checks.All()...).Run(t.Context(), tree, check.Options{Only: "layout/"})
	if err != nil {
		t.Fatal(err)
	}
	want := "app/package.json:0:0: app/package.json has more than 1024 KiB (Error, app)\n  Keep data out of package.json.\n"
	if diff := cmp.Diff(want, findings(result)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// Who has more than twenty links has one cause to mend.
func TestManyFindingsOfOneFolder(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"connect.yaml":     {Data: []byte("deployAs:\n  - name: app\n    applicationType: assets\n")},
		"app/package.json": {Data: []byte("{}")},
	}
	for i := range 23 {
		tree[fmt.Sprintf("app/link%02d", i)] = &fstest.MapFile{Data: []byte("package.json"), Mode: fs.ModeSymlink | 0o777}
	}
	tree["app/zzz"] = &fstest.MapFile{Data: []byte("../other"), Mode: fs.ModeSymlink | 0o777}
	result, err := check.New(checks.All()...).Run(t.Context(), tree, check.Options{Only: "layout/"})
	if err != nil {
		t.Fatal(err)
	}
	if result.Report.Valid {
		t.Error("the last link, which leads out of the folder, is left out")
	}
	found := result.Report.Findings
	if len(found) != 21 {
		t.Fatalf("%d findings, want 21", len(found))
	}
	first := found[0]
	if first.File != "app" || first.Message != `4 more like these are in "app"` || first.Type != api.EntryWarning {
		t.Errorf("the finding about the others: %+v", first)
	}
}

// A deadline that has passed is an error, never a missing folder.
func TestDeadlineIsNoFinding(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"connect.yaml": {Data: []byte("deployAs:\n  - name: service\n    applicationType: service\n    endpoint: /service\n")},
	}
	for _, c := range checks.All() {
		ctx, cancel := context.WithCancel(t.Context())
		canceled := func(run func(*check.Pass) error) func(*check.Pass) error {
			if run == nil {
				return nil
			}
			return func(p *check.Pass) error {
				cancel()
				return run(p)
			}
		}
		c.Run, c.RunApplication = canceled(c.Run), canceled(c.RunApplication)
		if _, err := check.New(c).Run(ctx, tree, check.Options{}); err == nil {
			t.Errorf("%s finished after the end of its context", c.ID)
		}
	}
}

// The ruleset names the versions of the libraries that judge; they are those that
// are compiled in.
func TestDataIsThatOfTheModule(t *testing.T) {
	t.Parallel()
	module, err := os.ReadFile(filepath.Join("..", "..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks.All() {
		if c.Data == "" {
			continue
		}
		library, version, _ := strings.Cut(c.Data, " ")
		required := regexp.MustCompile(`(?m)^\t\S+/` + regexp.QuoteMeta(library) + `(?:/v\d+)? ` + regexp.QuoteMeta(version) + `$`)
		if !required.Match(module) {
			t.Errorf("%s is judged by %s, which go.mod does not require", c.ID, c.Data)
		}
	}
}
