package checks_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/check/checks"
)

func TestDocs(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "docs", "checks.md")
	for _, c := range checks.All() {
		if c.Title == "" || c.Why == "" || c.Fix == "" {
			t.Errorf("%s lacks its title, why or fix", c.ID)
		}
	}
	want := checks.Docs()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/checks.md is not what the checks say; run go test ./internal/check/checks -update (-want +got):\n%s", diff)
	}
}
