package e2e

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/demo"
	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

const (
	watchHowTo = "../docs/howto/watch-a-run.md"
	recording  = "<!-- go test ./e2e -run TestHowToWatchARun -update -->\n```\n"
	acme       = "https://git.example/acme/"
)

// What differs from run to run, and what depends on how fast the client is: a phase
// that was over before it looked is not told.
var (
	ids     = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	commits = regexp.MustCompile(`\b[0-9a-f]{40}\b`)
	began   = regexp.MustCompile(`"startedAt":"[^"]+"`)
	took    = regexp.MustCompile(`"milliseconds":[\d.]+`)
	phases  = regexp.MustCompile(`(?m)^preview: \w+\n`)
)

func settledRun(text string) string {
	text = phases.ReplaceAllString(settled(text), "")
	text = took.ReplaceAllString(commits.ReplaceAllString(text, "COMMIT"), `"milliseconds":N`)
	text = began.ReplaceAllString(text, `"startedAt":"T"`)
	return ids.ReplaceAllString(text, "ID")
}

// The recordings in the how-to are what a watched run prints and streams.
func TestHowToWatchARun(t *testing.T) {
	t.Parallel()
	out, stream := watched(t)
	text, err := os.ReadFile(watchHowTo)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), recording)
	got := []string{out, stream}
	if len(parts) != 1+len(got) {
		t.Fatalf("%s has %d recordings", watchHowTo, len(parts)-1)
	}
	for i, now := range got {
		recorded, after, closed := strings.Cut(parts[i+1], "```\n")
		if !closed {
			t.Fatalf("recording %d has no end", i+1)
		}
		if diff := cmp.Diff(settledRun(recorded), settledRun(now)); diff != "" && !*update {
			t.Errorf("recording %d is not what happens (-want +got):\n%s", i+1, diff)
		}
		parts[i+1] = now + "```\n" + after
	}
	if *update {
		if err := os.WriteFile(watchHowTo, []byte(strings.Join(parts, recording)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// watched previews the demo's flawed connector, and returns what the command prints
// and how the stream of its run begins: up to the first finding.
func watched(t *testing.T) (out, stream string) {
	t.Helper()
	all, repositories := connectors.All(), t.TempDir()
	flawed := all[len(all)-1]
	if _, err := demo.MakeRepository(t.Context(), filepath.Join(repositories, flawed.Name+".git"), flawed.Files, flawed.Tag); err != nil {
		t.Fatal(err)
	}
	folder := url.URL{Scheme: "file", Path: filepath.ToSlash(repositories) + "/"}
	server := binary.Dev(t, t.TempDir(), "--repository-alias="+acme+"="+folder.String())
	greenroom := func(exit int, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), binary.Path(t), append(args, "--url="+server.URL)...)
		text, err := cmd.CombinedOutput()
		if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) || cmd.ProcessState.ExitCode() != exit {
			t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, text)
		}
		return string(text)
	}
	greenroom(0, "draft", "create", acme+flawed.Name+".git", flawed.Tag, "--key="+flawed.Name, "--name="+flawed.Title, "--email=dev@example.com")
	out = greenroom(1, "draft", "preview", flawed.Name, "--wait")
	run := ids.FindString(out)
	events := get(t, server.URL+"/x/v1/drafts/key="+flawed.Name+"/runs/"+run+"/events", token(t, server.URL))
	before, rest, found := strings.Cut(events, "event: finding\n")
	data, _, _ := strings.Cut(rest, "\n")
	if !found || !strings.Contains(events, "\nevent: end\n") {
		t.Fatalf("streamed\n%s", events)
	}
	return "$ greenroom draft preview " + flawed.Name + " --wait\n" + out, before + "event: finding\n" + data + "\n"
}

// token gets one for the client that `greenroom dev` has.
func token(t *testing.T, server string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server+"/oauth/token", strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("dev", "dev")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(body(t, req), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.AccessToken
}

func get(t *testing.T, address, token string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return string(body(t, req))
}

// body returns that of a good answer.
func body(t *testing.T, req *http.Request) []byte {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, error %v\n%s", req.URL.Path, res.Status, err, text)
	}
	return text
}
