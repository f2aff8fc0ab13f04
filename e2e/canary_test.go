package e2e

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
	"github.com/greenroom-registry/greenroom/internal/testkit/sshserver"
)

const (
	canarySeed  = "canary-0123456789-abcdef-of-keys" // 32 bytes: the private half of the key
	canaryToken = "canary-token-9f2c1b7a44"
)

// traces are the forms in which a secret could leak: as it is, and in base64 at
// each alignment.
func traces() []string {
	var out []string
	for _, secret := range []string{canarySeed, canaryToken} {
		out = append(out, secret)
		for shift := range 3 {
			text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
			out = append(out, text[4:len(text)-4])
		}
	}
	return out
}

func requireNoTrace(t *testing.T, where, text string) {
	t.Helper()
	for _, trace := range traces() {
		if strings.Contains(text, trace) {
			t.Errorf("%s holds a secret", where)
		}
	}
}

func requireNoTraceInFiles(t *testing.T, pattern string) int {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // a process that ended, or is another user's
		}
		read++
		requireNoTrace(t, file, string(data))
	}
	return read
}

// answers are what the server answers, each looked at for secrets.
type answers struct{ t *testing.T }

func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	err = errors.Join(err, res.Body.Close())
	requireNoTrace(a.t, "the answer to "+req.Method+" "+req.URL.Path, string(body))
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, err
}

// The real server reads a private repository, publishes from it, and fails to read
// others: nothing that it prints, answers or stores tells a secret, nor do its
// processes while they run.
func TestCanary(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("there is no ssh here, which git needs for such addresses")
	}
	repositories := gitserver.New(t)
	repo := repositories.Repo(t, "shop")
	repo.Commit(t, map[string]string{
		"connect.yaml":           "deployAs:\n  - name: shop\n    applicationType: service\n    endpoint: /shop\n",
		"shop/package.json":      `{"name": "shop", "version": "1.0.0", "scripts": {"start": "node index.js", "build": "true"}}`,
		"shop/package-lock.json": `{"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {}}`,
		"shop/index.js":          "",
	})
	repo.Tag(t, "v1")
	server := sshserver.New(t, repositories.Root)
	var looked atomic.Int64
	server.During = func() {
		for _, name := range []string{"cmdline", "environ"} {
			looked.Add(int64(requireNoTraceInFiles(t, "/proc/[0-9]*/"+name)))
		}
	}
	key := ed25519.NewKeyFromSeed([]byte(canarySeed))
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	server.Deploy(string(ssh.MarshalAuthorizedKey(signer.PublicKey())), "shop")
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}

	known := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(known, []byte("[127.0.0.1]:"+server.Port+" "+server.HostKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	greenroom := binary.Dev(t, data, "--log-level=debug", "--ssh-known-hosts="+known)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	answers := &answers{t: t}
	c := client.New(client.Options{URL: greenroom.URL, ID: "dev", Secret: "dev", HTTP: &http.Client{Transport: answers}})
	for _, d := range []api.CredentialDraft{
		{Host: "127.0.0.1:" + server.Port, SSHKey: string(pem.EncodeToMemory(block))},
		{Host: "127.0.0.1:" + repositories.Port(), HTTPSToken: canaryToken},
	} {
		if _, err := c.AddCredential(ctx, d); err != nil {
			t.Fatal(err)
		}
		if _, err := c.AddCredential(ctx, d); err == nil {
			t.Error("a second credential was added")
		}
	}

	draft := func(key, url string) (api.ConnectorStaged, error) {
		return c.CreateDraft(ctx, api.ConnectorStagedDraft{
			Key: key, Name: "Shop", Creator: api.Creator{Email: "jane@example.com"},
			IntegrationTypes: []api.IntegrationType{"tax"}, Repository: api.Repository{URL: url, Tag: "v1"},
		})
	}
	created, err := draft("shop", "ssh://git@127.0.0.1:"+server.Port+"/shop")
	if err != nil {
		t.Fatalf("%v\n%s", err, greenroom.Output())
	}
	for _, url := range []string{"ssh://git@127.0.0.1:" + server.Port + "/other", repo.URL} {
		if _, err := draft("none", url); err == nil {
			t.Errorf("%s was read", url)
		}
	}
	// run waits for the end of what the action begins, and reads all that is told of it.
	run := func(action api.UpdateAction, state string) {
		t.Helper()
		d, err := c.Draft(ctx, client.ByID(created.ID))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.UpdateDraft(ctx, client.ByID(d.ID), d.Version, action); err != nil {
			t.Fatal(err)
		}
		begun, err := c.LatestRun(ctx, client.ByID(d.ID))
		if err != nil {
			t.Fatal(err)
		}
		ended, err := c.AwaitRun(ctx, client.ByID(d.ID), begun.ID)
		if err != nil {
			t.Fatal(err)
		}
		if report, err := c.RunReport(ctx, client.ByID(d.ID), ended.ID); ended.State != state || err != nil {
			t.Errorf("the run is %+v, want it %s: %+v, %v", ended, state, report, err)
		}
		if _, err := c.Drafts(ctx, client.List{}); err != nil {
			t.Error(err)
		}
	}
	run(api.UpdatePreviewable(), "succeeded")
	run(api.Publish(false), "succeeded")
	all, err := c.Credentials(ctx, client.List{})
	if err != nil || len(all.Results) != 2 {
		t.Fatalf("the credentials are %+v, %v", all, err)
	}
	// With the key taken away the next publish has something to report.
	server.Deploy(string(ssh.MarshalAuthorizedKey(signer.PublicKey())), "nothing")
	run(api.Publish(false), "failed")
	for _, credential := range all.Results {
		if _, err := c.RemoveCredential(ctx, credential.ID); err != nil {
			t.Error(err)
		}
	}

	requireNoTrace(t, "the log", greenroom.Output())
	if requireNoTraceInFiles(t, filepath.Join(data, "*")) < 3 {
		t.Error("the database and the key were not looked at")
	}
	if looked.Load() == 0 {
		if _, err := os.Stat("/proc/self/environ"); err == nil {
			t.Error("no process was looked at")
		}
	}
}
