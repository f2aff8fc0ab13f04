package main

import (
	"os"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
)

// What is measured is of the size that the page says, and a connector that is in
// order: a run that ends at its first error would be a short one.
func TestConnector(t *testing.T) {
	t.Parallel()
	r, err := makeRepository(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer r.server.Close()
	if n := len(connector()); n < 170 || n > 190 {
		t.Errorf("%d files", n)
	}
	if r.packed < 500<<10 || r.packed > 600<<10 {
		t.Errorf("git sends %d KiB", r.packed>>10)
	}
	result, err := check.New(checks.All()...).Run(t.Context(), os.DirFS(r.folder), check.Options{})
	if err != nil || !result.Report.Valid {
		t.Errorf("%v, %+v", err, result.Report.Findings)
	}
	for _, f := range result.Report.Findings {
		t.Logf("%s %s:%d %s", f.Rule, f.File, f.Line, f.Message)
	}
}
