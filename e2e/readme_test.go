// Package e2e runs what the documentation tells people to run.
package e2e

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the transcript in README.md")

const (
	readme     = "../README.md"
	transcript = "<!-- demo: go test ./e2e -run TestReadme -update -->\n```\n"
)

// What differs from run to run: times and the port. The spaces before a time are
// part of it, since they fill a column.
var (
	times = regexp.MustCompile(` *\b\d+ ms\b`)
	ports = regexp.MustCompile(`127\.0\.0\.1:\d+`)
)

func settled(text string) string {
	return ports.ReplaceAllString(times.ReplaceAllString(text, " N ms"), "127.0.0.1:PORT")
}

// The transcript in the README is what its first command prints.
func TestReadme(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "run", "./cmd/greenroom", "demo")
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go run ./cmd/greenroom demo: %v", err)
	}
	got := string(out)

	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), transcript)
	want, after, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatalf("%s has no transcript of the demo", readme)
	}
	if *update {
		if err := os.WriteFile(readme, []byte(before+transcript+got+"```\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(settled(want), settled(got)); diff != "" {
		t.Errorf("the README's transcript is not what the demo prints (-want +got):\n%s", diff)
	}
}
