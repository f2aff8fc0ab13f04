package clients_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// published is the address of the server in the how-to.
const published = "http://127.0.0.1:8080"

func readHowTo(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(file(t, "../../docs/howto/official-clients.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestHowTo runs the SDK's lines of the how-to as they stand there, but for the
// address.
func TestHowTo(t *testing.T) {
	t.Parallel()
	requireClients(t)
	url := startServer(t)
	_, rest, found := strings.Cut(readHowTo(t), "```js\n")
	script, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed || strings.Count(script, published) != 1 {
		t.Fatalf("the how-to has no script that names %s once", published)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "--input-type=module", "-")
	cmd.Stdin = strings.NewReader(strings.Replace(script, published, url, 1))
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "0 drafts\n" {
		t.Errorf("the how-to's script printed %q, %v", out, err)
	}
}
