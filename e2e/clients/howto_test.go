package clients_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

func readHowTo(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(file(t, "../../docs/howto/official-clients.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var block = regexp.MustCompile("(?ms)^( *)```(js|yaml)\n(.*?)^ *```$")

// howToBlock is the only block of the how-to that holds the text, without its
// indentation.
func howToBlock(t *testing.T, holds string) string {
	t.Helper()
	var found []string
	for _, b := range block.FindAllStringSubmatch(readHowTo(t), -1) {
		if strings.Contains(b[3], holds) {
			found = append(found, regexp.MustCompile("(?m)^"+b[1]).ReplaceAllString(b[3], ""))
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d blocks of the how-to hold %q, want one", len(found), holds)
	}
	return found[0]
}

// TestHowTo runs the SDK's lines of the how-to as they stand there, but for the
// address.
func TestHowTo(t *testing.T) {
	t.Parallel()
	requireClients(t)
	url := startServer(t)
	const published = "http://127.0.0.1:8080"
	script := howToBlock(t, published)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "--input-type=module", "-")
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(script, published, url))
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "0 drafts\n" {
		t.Errorf("the how-to's script printed %q, %v", out, err)
	}
}
