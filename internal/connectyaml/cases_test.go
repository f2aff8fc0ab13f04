package connectyaml_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// Each case is a connect.yaml and the findings about it: good-*.txtar have a
// Spec, bad-*.txtar have an Error.
func TestCases(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range cases(t) {
		spec, findings := connectyaml.Parse(c.data)
		if good := strings.HasPrefix(c.name, "good-"); good != (spec != nil) {
			t.Errorf("%s: there is a Spec: %t", c.name, spec != nil)
		}
		for _, f := range findings {
			seen[f.Rule] = true
		}
		got := render(findings)
		if *golden.Update {
			c.archive.Files[1].Data = []byte(got)
			if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(string(c.archive.Files[1].Data), got); diff != "" {
			t.Errorf("%s: findings (-want +got):\n%s", c.name, diff)
		}
	}
	for _, r := range connectyaml.Rules() {
		if !seen[r.ID] {
			t.Errorf("no case under testdata/cases breaks %s", r.ID)
		}
		delete(seen, r.ID)
		if !strings.HasPrefix(r.ID, "spec/") || !strings.HasSuffix(r.Summary, ".") {
			t.Errorf("rule %+v needs the family spec and a sentence", r)
		}
	}
	for id := range seen {
		t.Errorf("Rules lacks %s", id)
	}
}

type specCase struct {
	name    string
	file    string
	archive *txtar.Archive
	data    []byte
}

func cases(tb testing.TB) []specCase {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "cases", "*.txtar"))
	if err != nil {
		tb.Fatal(err)
	}
	var all []specCase
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		if len(a.Files) == 1 {
			a.Files = append(a.Files, txtar.File{Name: "want"})
		}
		if len(a.Files) != 2 || a.Files[0].Name != connectyaml.FileName || a.Files[1].Name != "want" {
			tb.Fatalf("%s needs the sections connect.yaml and want", file)
		}
		all = append(all, specCase{filepath.Base(file), file, a, a.Files[0].Data})
	}
	if len(all) == 0 {
		tb.Fatal("no cases")
	}
	return all
}

func render(findings []api.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s:%d:%d: %s (%s %s", f.File, f.Line, f.Column, f.Message, f.Type, f.Rule)
		if f.Application != "" {
			fmt.Fprintf(&b, ", application %s", f.Application)
		}
		b.WriteString(")\n")
		for line := range strings.Lines(f.Help) {
			b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	return b.String()
}
