package checks_test

import (
	"path/filepath"
	"testing"

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
