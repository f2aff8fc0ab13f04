package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// One commit has one report, byte for byte: of a checkout, also one with the line
// ends of Windows, of the release, and of a run on a server, which judges the same
// when it is asked to.
func TestOneReportEverywhere(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	repositories := gitserver.New(t)
	repo := repositories.Repo(t, "tax.git")
	repo.Commit(t, map[string]string{
		"connect.yaml": "deployAs:\n  - name: tax-service # <b> & 'ü' \u2028 𝄞\n    applicationType: service\n    endpoint: /tax\n" +
			"  - name: rates\n    applicationType: job\n    endpoint: /rates\n    properties:\n      schedule: '@daily'\n",
		"rates/package.json": "{\n  \"name\": \"rates\",\n  \"scripts\": {\"start\": \"node <index>.js\"}\n}\n",
		"README.md":          "# Tax\n",
	})
	repo.Tag(t, "v1")

	alias := "--repository-alias=https://git.example/=file://" + repositories.Root + "/"
	const address = "https://git.example/tax.git"
	server := binary.Dev(t, t.TempDir(), alias)
	fromServer := reportOfRun(ctx, t, server, api.Repository{URL: address, Tag: "v1"})
	if !bytes.Contains(fromServer, []byte(`# <b> & 'ü'`)) || bytes.HasSuffix(fromServer, []byte("\n")) {
		t.Errorf("the server's report is %s", fromServer)
	}

	for name, settings := range map[string][]string{
		"checkout":                               nil,
		"checkout with the line ends of Windows": {"--config=core.autocrlf=true"},
	} {
		folder := filepath.Join(t.TempDir(), "tax")
		args := append([]string{"clone", "--quiet", "--branch=v1"}, settings...)
		if out, err := exec.CommandContext(ctx, "git", append(args, repo.Dir, folder)...).CombinedOutput(); err != nil {
			t.Fatalf("git clone: %v\n%s", err, out)
		}
		text, err := os.ReadFile(filepath.Join(folder, "connect.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(text, []byte("\r\n")); got != (settings != nil) {
			t.Fatalf("%s: the file has CRLF: %t", name, got)
		}
		for by, flag := range map[string]string{"here": alias, "by the server": "--server=" + server.URL} {
			if got := reportOfPath(ctx, t, folder, flag); !bytes.Equal(got, fromServer) {
				t.Errorf("%s, judged %s:\n%s\nand of the run\n%s", name, by, got, fromServer)
			}
		}
	}
	for by, flag := range map[string]string{"here": alias, "by the server": "--server=" + server.URL} {
		if got := reportOfPath(ctx, t, address+"@v1", flag); !bytes.Equal(got, fromServer) {
			t.Errorf("the release, judged %s:\n%s\nand of the run\n%s", by, got, fromServer)
		}
	}
}

// reportOfPath is what `validate --json` prints, without the path.
func reportOfPath(ctx context.Context, t *testing.T, path string, flags ...string) []byte {
	t.Helper()
	out, err := exec.CommandContext(ctx, binary.Path(t), slices.Concat([]string{"validate", "--json"}, flags, []string{path})...).Output()
	if failed := (*exec.ExitError)(nil); !errors.As(err, &failed) || failed.ExitCode() != 1 {
		t.Fatalf("greenroom validate %s: %v\n%s", path, err, out)
	}
	quoted, err := json.Marshal(path)
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := bytes.CutPrefix(out, []byte(`{"path":`+string(quoted)+`,`))
	if !ok || bytes.Count(out, []byte("\n")) != 1 {
		t.Fatalf("printed %s", out)
	}
	return append([]byte("{"), bytes.TrimSuffix(rest, []byte("\n"))...)
}

// reportOfRun is the answer of the server about a preview of the release.
func reportOfRun(ctx context.Context, t *testing.T, s *binary.Server, repository api.Repository) []byte {
	t.Helper()
	c := client.New(client.Options{URL: s.URL, ID: "dev", Secret: "dev"})
	draft, err := c.CreateDraft(ctx, api.ConnectorStagedDraft{
		Key: "tax", Name: "Tax", Creator: api.Creator{Email: "jane@example.com"}, Repository: repository,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Output())
	}
	ref := client.ByID(draft.ID)
	if _, err := c.UpdateDraft(ctx, ref, draft.Version, api.UpdatePreviewable()); err != nil {
		t.Fatal(err)
	}
	run, err := c.LatestRun(ctx, ref)
	if err == nil {
		run, err = c.WatchRun(ctx, ref, run.ID, func(api.Run) {})
	}
	if err != nil {
		t.Fatal(err)
	}
	var token struct {
		Value string `json:"access_token"`
	}
	grant := strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode())
	if err := json.Unmarshal(exchange(ctx, t, http.MethodPost, s.URL+"/oauth/token", "", grant), &token); err != nil {
		t.Fatal(err)
	}
	return exchange(ctx, t, http.MethodGet, s.URL+"/x/v1/drafts/key=tax/runs/"+run.ID+"/report", token.Value, nil)
}

// exchange returns the body of a good answer.
func exchange(ctx context.Context, t *testing.T, method, address, token string, body io.Reader) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("dev", "dev")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	} else {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %v, %s: %s", method, address, err, res.Status, text)
	}
	return text
}
