// Package planted_test measures the checks: in connectors that are in order one
// fault is planted at a time, and its rule has to find it, at its place, and no rule
// anything else. docs/precision.md has the figures.
package planted_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

func TestPlanted(t *testing.T) { //nolint:paralleltest // the trees share the scores
	engine := check.New(checks.All()...)
	total := scores{}
	for _, file := range trees(t) {
		t.Run(filepath.ToSlash(file), func(t *testing.T) {
			p := load(t, file)
			if planted := len(p.of(p.rule)) > 0; p.rule != "" && planted == p.near {
				t.Errorf("a fault is planted: %t", planted)
			}
			found := run(t, engine, p)
			total.add(p, found)
			for _, f := range missing(p.faults, found) {
				t.Errorf("not found: %v", f)
			}
			for _, f := range missing(found, p.faults) {
				t.Errorf("found, and was not planted: %v", f)
			}
		})
	}
	for _, c := range checks.All() {
		if s := total[c.ID]; s == nil || s.planted == 0 {
			t.Errorf("no fault is planted for %s: add testdata/faults/%s/*.txtar", c.ID, c.ID)
		}
	}
	golden.Compare(t, filepath.Join("..", "..", "..", "docs", "precision.md"), total.table())
}

// trees are the files of testdata.
func trees(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"base/*.txtar", "faults/*/*/*.txtar", "near/*/*/*.txtar"} {
		files, err := filepath.Glob(filepath.Join("testdata", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("%d trees of %s, error %v", len(files), pattern, err)
		}
		all = append(all, files...)
	}
	return all
}

// of are the faults of a rule.
func (p planting) of(rule string) []fault {
	return slices.DeleteFunc(slices.Clone(p.faults), func(f fault) bool { return f.rule != rule })
}

func run(t *testing.T, engine *check.Engine, p planting) []fault {
	t.Helper()
	result, err := engine.Run(t.Context(), p.tree, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var found []fault
	for _, f := range result.Report.Findings {
		found = append(found, fault{f.Rule, f.Type, f.File, f.Line, f.Column})
	}
	return found
}

// missing are those of the first list that are not in the second.
func missing(from, in []fault) []fault {
	return slices.DeleteFunc(slices.Clone(from), func(f fault) bool { return slices.Contains(in, f) })
}
