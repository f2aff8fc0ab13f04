package check_test

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

const twoApplications = `deployAs:
  - name: one
    applicationType: service
    endpoint: /one
  - name: two
    applicationType: service
    endpoint: /two
`

func treeWith(spec string) fstest.MapFS {
	return fstest.MapFS{"connect.yaml": {Data: []byte(spec)}}
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// fails is a check that reports an Error on the named application.
func fails(id, application string) check.Check {
	return check.Check{ID: id, Fix: "the fix of " + id, Run: func(p *check.Pass) error {
		for _, app := range p.Spec.Applications {
			if app.Name == application {
				p.Report(api.Finding{
					Type: api.EntryError, Message: "wrong", File: "connect.yaml",
					Line: app.NamePosition.Line, Column: app.NamePosition.Column, Application: app.Name,
				})
			}
		}
		return nil
	}}
}

func run(t *testing.T, tree fs.FS, opts check.Options, checks ...check.Check) check.Result {
	t.Helper()
	r, err := check.New(checks...).Run(t.Context(), tree, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rules(r check.Result) string {
	var ids []string
	for _, f := range r.Report.Findings {
		ids = append(ids, f.Rule)
	}
	return strings.Join(ids, " ")
}

func states(r check.Result) []string {
	var out []string
	for _, o := range r.Outcomes {
		line := o.EntryTitle()
		if o.Application != "" {
			line += " for " + o.Application
		}
		out = append(out, line)
	}
	return out
}

var notRun = []string{"Application build check skipped", "Unit tests check skipped", "Security scan check skipped"}

func TestRunOrdersFindings(t *testing.T) {
	t.Parallel()
	r := run(t, treeWith(twoApplications), check.Options{},
		fails("layout/z", "two"), fails("layout/b", "one"), fails("layout/a", "one"))
	if got, want := rules(r), "layout/a layout/b layout/z"; got != want {
		t.Errorf("rules %q, want %q", got, want)
	}
	if r.Report.Valid || r.Spec == nil {
		t.Errorf("valid %t, spec %v: want not valid, with a spec", r.Report.Valid, r.Spec)
	}
	if got := r.Report.Findings[0].Help; got != "the fix of layout/a" {
		t.Errorf("help %q, want the check's", got)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, spec, only string
		want             []string
	}{
		{"one application fails", twoApplications, "", []string{
			"Connector specification file validation check succeeded",
			"Application layout check succeeded for one",
			"Application layout check failed for two",
		}},
		{"no application", "deployAs: []\n", "", []string{
			"Connector specification file validation check succeeded",
			"Application layout check succeeded",
		}},
		{"the grammar fails", "deploy: []\n", "", []string{
			"Connector specification file validation check failed",
			"Application layout check skipped",
		}},
		{"the grammar alone", twoApplications, "spec/", []string{
			"Connector specification file validation check succeeded",
			"Application layout check skipped for one",
			"Application layout check skipped for two",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, treeWith(tc.spec), check.Options{Only: tc.only}, fails("layout/x", "two"))
			if diff := cmp.Diff(append(tc.want, notRun...), states(r)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			for _, o := range r.Outcomes {
				if (o.State == check.Skipped) != (o.Reason != "") {
					t.Errorf("%s: reason %q", o.EntryTitle(), o.Reason)
				}
			}
		})
	}
}

func TestSpecificationFile(t *testing.T) {
	t.Parallel()
	file := func(mode fs.FileMode, data string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(data), Mode: mode}
	}
	for _, tc := range []struct {
		name    string
		tree    fstest.MapFS
		rule    string
		message string
	}{
		{"missing", fstest.MapFS{"README.md": {}}, "spec/file-missing", "no connect.yaml at the root"},
		{"connect.yml", fstest.MapFS{"connect.yml": {}}, "spec/file-missing", "there is a connect.yml"},
		{"other case", fstest.MapFS{"Connect.yaml": {}}, "spec/file-missing", "there is a Connect.yaml"},
		{"deeper", fstest.MapFS{"app/connect.yaml": {}}, "spec/file-missing", "no connect.yaml at the root"},
		{"link", fstest.MapFS{"connect.yaml": file(fs.ModeSymlink|0o777, "a.yaml"), "a.yaml": {Data: []byte("deployAs: []")}},
			"spec/file-irregular", "a symbolic link"},
		{"folder", fstest.MapFS{"connect.yaml/a": {}}, "spec/file-irregular", "a folder"},
		{"device", fstest.MapFS{"connect.yaml": file(fs.ModeIrregular, "")}, "spec/file-irregular", "a special file"},
		{"too large", treeWith("deployAs: []\n" + strings.Repeat("#", 256<<10)), "spec/file-too-large", "256 KiB"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.tree, check.Options{}, fails("layout/x", "one"))
			if r.Report.Valid || r.Spec != nil || rules(r) != tc.rule {
				t.Fatalf("valid %t, spec %v, rules %q; want %q alone", r.Report.Valid, r.Spec, rules(r), tc.rule)
			}
			f := r.Report.Findings[0]
			if !strings.Contains(f.Message, tc.message) || f.Help == "" || f.File != "connect.yaml" || f.Line != 0 || f.Column != 0 {
				t.Errorf("finding %+v, want a message with %q about the whole file", f, tc.message)
			}
		})
	}
}

func TestSpecificationFileOfTheLargestSize(t *testing.T) {
	t.Parallel()
	text := "deployAs: []\n"
	text += strings.Repeat("#", 256<<10-len(text))
	if r := run(t, treeWith(text), check.Options{}); !r.Report.Valid {
		t.Errorf("findings %+v, want none", r.Report.Findings)
	}
}

func TestOnly(t *testing.T) {
	t.Parallel()
	list := []check.Check{fails("layout/a", "one"), fails("layout/b", "two")}
	for _, tc := range []struct{ spec, only, want string }{
		{twoApplications, "", "layout/a layout/b"},
		{twoApplications, "layout/", "layout/a layout/b"},
		{twoApplications, "layout/b", "layout/b"},
		{twoApplications, "spec/", ""},
	} {
		if got := rules(run(t, treeWith(tc.spec), check.Options{Only: tc.only}, list...)); got != tc.want {
			t.Errorf("only %q: rules %q, want %q", tc.only, got, tc.want)
		}
	}

	// Errors of the grammar are why the layout was not looked at: never "valid".
	r := run(t, fstest.MapFS{}, check.Options{Only: "layout/"}, list...)
	if r.Report.Valid || rules(r) != "spec/file-missing" {
		t.Errorf("without a connect.yaml: valid %t, rules %q", r.Report.Valid, rules(r))
	}

	_, err := check.New(list...).Run(t.Context(), treeWith(twoApplications), check.Options{Only: "layuot/"})
	var unknown *check.UnknownRuleError
	if !errors.As(err, &unknown) || unknown.Only != "layuot/" {
		t.Errorf("error %v, want an UnknownRuleError", err)
	}
}

func TestRunFile(t *testing.T) {
	t.Parallel()
	engine := check.New(fails("layout/x", "one"))
	r, err := engine.RunFile([]byte(twoApplications), "draft.yaml", check.Options{})
	if err != nil || !r.Report.Valid || r.Spec == nil {
		t.Fatalf("valid %t, spec %v, error %v: a file has no layout to fail", r.Report.Valid, r.Spec, err)
	}
	if o := r.Outcomes[1]; o.State != check.Skipped {
		t.Errorf("outcome %+v, want skipped", o)
	}
	r, err = engine.RunFile([]byte("deploy: []\n"), "draft.yaml", check.Options{})
	if err != nil || r.Report.Valid || len(r.Report.Findings) == 0 {
		t.Fatalf("valid %t, error %v: want findings", r.Report.Valid, err)
	}
	for _, f := range r.Report.Findings {
		if f.File != "draft.yaml" {
			t.Errorf("finding in %q, want it in draft.yaml", f.File)
		}
	}
	if _, err := engine.RunFile(nil, "draft.yaml", check.Options{Only: "nothing/"}); err == nil {
		t.Error("an unknown rule is no error")
	}
}

func TestRunFailures(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is on fire")
	ends, end := context.WithCancel(t.Context())
	for _, tc := range []struct {
		name string
		ctx  context.Context
		run  func(*check.Pass) error
		want string
		is   error
	}{
		{"panic", t.Context(), func(*check.Pass) error { panic("stumbled") }, "check layout/x: panic: stumbled", nil},
		{"error", t.Context(), func(*check.Pass) error { return broken }, "check layout/x", broken},
		{"deadline", ends, func(p *check.Pass) error {
			end()
			_, _ = fs.ReadDir(p.Tree, "one") // a check that takes the error for a missing folder
			return nil
		}, "check layout/x", context.Canceled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := check.New(check.Check{ID: "layout/x", Run: tc.run}).Run(tc.ctx, treeWith(twoApplications), check.Options{})
			if err == nil || !strings.Contains(err.Error(), tc.want) || (tc.is != nil && !errors.Is(err, tc.is)) {
				t.Errorf("error %v, want %q and %v", err, tc.want, tc.is)
			}
		})
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := check.New().Run(ended, treeWith(twoApplications), check.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestRuleset(t *testing.T) {
	t.Parallel()
	a, b := fails("layout/a", ""), fails("layout/b", "")
	set := check.New(a, b).Ruleset()
	if !regexp.MustCompile(`^sha256:[0-9a-f]{16}$`).MatchString(set) {
		t.Errorf("ruleset %q", set)
	}
	if got := check.New(b, a).Ruleset(); got != set {
		t.Errorf("the order of the checks changes the ruleset: %s, %s", set, got)
	}
	if got := check.New(a).Ruleset(); got == set {
		t.Errorf("a check more does not change the ruleset %s", set)
	}
	other := b
	other.Data = "rules v2"
	if got := check.New(a, other).Ruleset(); got == set {
		t.Errorf("other data of a check does not change the ruleset %s", set)
	}
	if got := run(t, treeWith(twoApplications), check.Options{}, a, b).Report.Ruleset; got != set {
		t.Errorf("the report says %s, the engine %s", got, set)
	}
}

// A check of one application reads the links of its own folder and no other's.
func TestLinksOfAnApplication(t *testing.T) {
	t.Parallel()
	tree := treeWith(twoApplications)
	link := func(target string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
	}
	tree["one/link"], tree["two/link"] = link("x"), link("y")
	c := check.Check{ID: "layout/x", RunApplication: func(p *check.Pass) error {
		own, other := "one", "two"
		if p.Index == 1 {
			own, other = other, own
		}
		if target, err := fs.ReadLink(p.Tree, own+"/link"); err != nil || target != map[string]string{"one": "x", "two": "y"}[own] {
			t.Errorf("link of %s: %q, %v", own, target, err)
		}
		if info, err := fs.Lstat(p.Tree, own+"/link"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("link of %s: %v, %v", own, info, err)
		}
		if _, err := fs.ReadLink(p.Tree, other+"/link"); err == nil {
			t.Errorf("the link of %s is read by a check of %s", other, own)
		}
		if _, err := fs.Lstat(p.Tree, other+"/link"); err == nil {
			t.Errorf("the link of %s is seen by a check of %s", other, own)
		}
		return nil
	}}
	run(t, tree, check.Options{}, c)
}
