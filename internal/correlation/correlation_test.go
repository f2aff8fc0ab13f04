package correlation_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/internal/correlation"
)

func TestWith(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a", "commercetools-cli-1/2", strings.Repeat("x", 256)} {
		if got := correlation.ID(correlation.With(t.Context(), id)); got != id {
			t.Errorf("%q became %q", id, got)
		}
	}
	for _, id := range []string{"", "a b", "a\nlevel=ERROR", "a\x7f", "a\x00", "é", strings.Repeat("x", 257)} {
		if got := correlation.ID(correlation.With(t.Context(), id)); uuid.Validate(got) != nil {
			t.Errorf("%q became %q, want a fresh id", id, got)
		}
	}
	if got := correlation.ID(t.Context()); got != "" {
		t.Errorf("a context without an id has %q", got)
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := correlation.Logger(slog.NewTextHandler(&out, nil)).With("a", 1)
	log.InfoContext(correlation.With(t.Context(), "abc"), "with", "b", 2)
	log.Info("without")
	lines := strings.Split(out.String(), "\n")
	if !strings.Contains(lines[0], "a=1 b=2 correlation_id=abc") {
		t.Errorf("with an id: %s", lines[0])
	}
	if strings.Contains(lines[1], "correlation_id") {
		t.Errorf("without an id: %s", lines[1])
	}
}
