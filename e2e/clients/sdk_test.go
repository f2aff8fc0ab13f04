package clients_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// scenarios are what the official SDK goes through, each in sdk/NAME.mjs against
// a server of its own.
var scenarios = []struct {
	name  string
	flags []string
}{
	{name: "protocol"},
	{name: "drafts"},
	{name: "locks", flags: []string{"--workers=0"}},
	{name: "certification"},
}

// TestSDK runs the scenarios, whose lines are testdata/sdk.golden, and looks for
// what the SDK or the contract has that none of them met.
func TestSDK(t *testing.T) {
	t.Parallel()
	requireClients(t)
	alias := repositories(t)
	trace := filepath.Join(t.TempDir(), "trace")
	var transcript strings.Builder
	for _, s := range scenarios {
		out := runScenario(t, s.name, trace, append(aliasFlags(alias), s.flags...))
		fmt.Fprintf(&transcript, "# %s\n%s\n", s.name, out)
	}
	golden.Compare(t, filepath.Join("testdata", "sdk.golden"), strings.TrimSuffix(transcript.String(), "\n"))
	wantEverything(t, readTrace(t, trace))
}

func runScenario(t *testing.T, name, trace string, flags []string) string {
	t.Helper()
	data := t.TempDir()
	url := startServerIn(t, data, flags...)
	clients := fmt.Sprintf(`{"shop": %s, "reviewer": %s}`,
		createClient(t, data, "shop", "manage_project"),
		createClient(t, data, "reviewers", "certify_connectors,view_connectors"))

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	file(t, "sdk/harness.mjs") // looked at: every scenario imports it
	cmd := exec.CommandContext(ctx, "node", file(t, "sdk/"+name+".mjs"))
	cmd.Env = append(os.Environ(),
		"GREENROOM_URL="+url, "GREENROOM_TRACE="+trace, "GREENROOM_CLIENTS="+clients, "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node sdk/%s.mjs: %v\n%s", name, err, out)
	}
	return normalize(string(out), url)
}
