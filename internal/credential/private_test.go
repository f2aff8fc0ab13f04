package credential_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
	"github.com/greenroom-registry/greenroom/internal/testkit/sshserver"
)

const (
	acme = "europe-west1.gcp:acme"
	beta = "europe-west1.gcp:beta"
	host = "git.example.com"
)

// world is a service over a real database, and a source that uses it.
type world struct {
	*credential.Service
	dir     string
	git     *gitserver.Server
	scratch string
	source  *gitsource.Source
}

type loopback struct{}

func (loopback) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), git: gitserver.New(t), scratch: t.TempDir()}
	s, err := sqlstore.OpenSQLite(t.Context(), w.dir, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Service = credential.New(s, w.dir, time.Now)
	w.source, err = gitsource.New(gitsource.Options{
		ScratchDir: w.scratch, AllowHosts: []string{"127.0.0.1"}, Resolver: loopback{},
		CABundle: w.git.CAFile, Credentials: w.Service,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		left, err := os.ReadDir(w.scratch)
		if err != nil || len(left) > 0 {
			t.Errorf("left in the scratch folder: %v, %v", left, err)
		}
	})
	return w
}

func (w *world) add(t *testing.T, project string, d api.CredentialDraft) api.Credential {
	t.Helper()
	body, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := credential.Read(body)
	if err != nil {
		t.Fatal(err)
	}
	added, err := w.Add(t.Context(), project, draft)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func (w *world) knows(t *testing.T, line string) {
	t.Helper()
	hosts, err := credential.ReadKnownHosts([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AddKnownHosts(t.Context(), hosts); err != nil {
		t.Fatal(err)
	}
}

// read resolves the tag, reads the file and fetches the tree.
func (w *world) read(t *testing.T, project, url string) (string, error) {
	t.Helper()
	req := gitsource.Request{Project: project, URL: url, Tag: "v1"}
	if _, err := w.source.Resolve(t.Context(), req); err != nil {
		return "", err
	}
	file, err := w.source.File(t.Context(), req, "connect.yaml")
	if err != nil {
		return "", err
	}
	tree, err := w.source.Tree(t.Context(), req)
	if err != nil {
		return "", err
	}
	// Files of a tree stay; what they were fetched with does not.
	_ = filepath.WalkDir(w.scratch, func(path string, _ fs.DirEntry, _ error) error {
		if strings.Contains(path, "secrets") {
			t.Errorf("%s outlives the fetch", path)
		}
		return nil
	})
	return string(file.Data), tree.Close()
}

func (w *world) mustRead(t *testing.T, project, url, want string) {
	t.Helper()
	if got, err := w.read(t, project, url); err != nil || got != want {
		t.Errorf("%s by %s: %q, %v", url, project, got, err)
	}
}

// mustFail wants one error for callers, and the reason in the log's text.
func (w *world) mustFail(t *testing.T, project, url, reason string) {
	t.Helper()
	_, err := w.read(t, project, url)
	if !errors.Is(err, gitsource.ErrNotReachable) || !strings.Contains(err.Error(), reason) || gitsource.Transient(err) {
		t.Errorf("%s by %s: %v, want %q", url, project, err, reason)
	}
}

// Two projects have a key each on one host, and each sees its repository alone.
func TestSSH(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("there is no ssh here, which git needs for such addresses")
	}
	w := newWorld(t)
	for _, name := range []string{"one", "two"} {
		repo := w.git.Repo(t, name)
		repo.Commit(t, map[string]string{"connect.yaml": name})
		repo.Tag(t, "v1")
	}
	server := sshserver.New(t, w.git.Root)
	at := host + ":" + server.Port
	one, two := "ssh://git@"+at+"/one", "ssh://git@"+at+"/two"
	server.Deploy(w.add(t, acme, api.CredentialDraft{Host: at, Generate: true}).PublicKey, "one")
	theirs := w.add(t, beta, api.CredentialDraft{Host: strings.ToUpper(at), Generate: true})

	w.mustFail(t, acme, one, "host key is not known")
	other := sshserver.New(t, w.git.Root)
	w.knows(t, host+" "+server.HostKey) // of another port
	w.mustFail(t, acme, one, "host key is not known")
	w.knows(t, "["+host+"]:"+server.Port+" "+server.HostKey)
	w.knows(t, "["+host+"]:"+other.Port+" "+server.HostKey)
	w.mustFail(t, acme, "ssh://git@"+host+":"+other.Port+"/one", "host key is not the one that is known")

	w.mustRead(t, acme, one, "one")
	w.mustFail(t, acme, two, "does not open it")
	w.mustFail(t, beta, two, "credential "+theirs.ID) // the key is not deployed
	server.Deploy(theirs.PublicKey, "two")
	w.mustRead(t, beta, two, "two")
	w.mustFail(t, beta, one, "does not open it")
	w.mustFail(t, "europe-west1.gcp:none", one, "has no credential for "+at)

	if _, err := w.Remove(t.Context(), beta, theirs.ID); err != nil {
		t.Fatal(err)
	}
	w.mustFail(t, beta, two, "has no credential for "+at)
}

// A token is sent to its host for its project, and to nobody else.
func TestHTTPSToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	repo := w.git.Repo(t, "one")
	repo.Commit(t, map[string]string{"connect.yaml": "one"})
	repo.Tag(t, "v1")
	w.git.Intercept(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			requireNotInProcesses(t, "right:\"token", base64.StdEncoding.EncodeToString([]byte("deploy:right:\"token")))
			if user, token, _ := r.BasicAuth(); user != "deploy" || token != "right:\"token" {
				rw.Header().Set("WWW-Authenticate", `Basic realm="test"`)
				http.Error(rw, "no", http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(rw, r)
		})
	})
	at := "127.0.0.1:" + w.git.Port()
	w.mustFail(t, acme, repo.URL, "has no credential for "+at)
	w.add(t, acme, api.CredentialDraft{Host: at, HTTPSToken: "right:\"token", Username: "deploy"})
	wrong := w.add(t, beta, api.CredentialDraft{Host: at, HTTPSToken: "wrong-token", Username: "deploy"})
	w.mustRead(t, acme, repo.URL, "one")
	w.mustFail(t, beta, repo.URL, "credential "+wrong.ID)
	if _, err := w.read(t, beta, repo.URL); strings.Contains(err.Error(), "wrong-token") {
		t.Errorf("the error tells the token: %v", err)
	}
}

// requireNotInProcesses looks where others on the machine may, while a fetch runs.
func requireNotInProcesses(t *testing.T, secrets ...string) {
	t.Helper()
	for _, name := range []string{"cmdline", "environ"} {
		files, _ := filepath.Glob("/proc/[0-9]*/" + name) // none but on Linux
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				continue // it has ended, or is another user's
			}
			for _, secret := range secrets {
				if bytes.Contains(data, []byte(secret)) {
					t.Errorf("%s holds a secret", file)
				}
			}
		}
	}
}

// The database holds no secret in the clear, and a row is worth nothing elsewhere.
func TestSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const canary = "canary-5a1f3e"
	w.add(t, acme, api.CredentialDraft{Host: host, HTTPSToken: canary, Username: "canary-user"})
	got, err := w.Credential(t.Context(), acme, "https", host)
	if err != nil || got.Token != canary {
		t.Fatalf("%+v, %v", got, err)
	}
	files, err := filepath.Glob(filepath.Join(w.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil || bytes.Contains(data, []byte("canary")) {
			t.Errorf("%s holds the secret, or %v", file, err)
		}
	}
	key := filepath.Join(w.dir, credential.KeyFileName)
	for want, spoil := range map[string]func() error{
		"open to other users": func() error { return os.Chmod(key, 0o644) }, //nolint:gosec // what it must refuse
		"is no key":           func() error { return errors.Join(os.Chmod(key, 0o600), os.Truncate(key, 31)) },
		"not sealed with":     func() error { return errors.Join(os.Chmod(key, 0o600), os.WriteFile(key, make([]byte, 32), 0o600)) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Credential(t.Context(), acme, "https", host); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := w.Check(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v without the key", err)
	}
	draft, err := credential.Read([]byte(`{"host": "other.example.com", "generate": true}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Add(t.Context(), acme, draft); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v: a new key would lock the old credential out", err)
	}
}
