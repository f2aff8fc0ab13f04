package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

const serveHowTo = "../docs/howto/serve.md"

// The configuration of the how-to is one, and its table has every flag of the
// server and no other.
func TestHowToServe(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	text, err := os.ReadFile(serveHowTo)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindSubmatch(text)
	if block == nil {
		t.Fatalf("%s has no configuration", serveHowTo)
	}
	file := filepath.Join(t.TempDir(), "greenroom.yaml")
	if err := os.WriteFile(file, block[1], 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(ctx, binary.Path(t), "config", "check", "--config", file).CombinedOutput()
	if err != nil {
		t.Fatalf("greenroom config check: %v\n%s", err, out)
	}
	var flags []string
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(line, ":")
		flags = append(flags, "--"+name)
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `--.*$").FindAllString(string(text), -1) {
		first, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|")
		documented = append(documented, regexp.MustCompile(`--[a-z-]+`).FindAllString(first, -1)...)
	}
	slices.Sort(documented)
	if !slices.Equal(flags, documented) {
		t.Errorf("the flags are\n%q, and the how-to's\n%q", flags, documented)
	}
}
