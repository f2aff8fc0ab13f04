package client_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/demo"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/server"
)

// The clients that every server of the tests has.
const (
	clientID     = "dev & co"
	reviewerID   = "reviewer"
	clientSecret = "a+b c%d" // of both
)

// registry is a server with an empty database, and a repository to publish from.
type registry struct {
	URL        string
	Repository api.Repository
	stop       func() error
}

// startRegistry starts a server in the folder, which is empty.
func startRegistry(ctx context.Context, dir string) (*registry, error) {
	repository, err := demo.MakeRepository(ctx, filepath.Join(dir, "tax.git"), fstest.MapFS{
		"connect.yaml":             {Data: []byte("deployAs:\n  - name: tax-service\n    applicationType: service\n    endpoint: /tax\n")},
		"tax-service/package.json": {Data: []byte(`{"name": "tax-service", "scripts": {"start": "node index.js"}}`)},
	}, "v1.0.0")
	if err != nil {
		return nil, err
	}
	s, err := server.Open(ctx, server.Options{
		Listen:       "127.0.0.1:0",
		DataDir:      filepath.Join(dir, "data"),
		Regions:      api.DefaultRegions,
		Repositories: gitsource.Options{AllowLoopbackHTTPAndFile: true, ScratchDir: dir},
		Workers:      2,
		Log:          slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	for id, scope := range map[string]auth.Scope{clientID: auth.ManageProject, reviewerID: auth.CertifyConnectors} {
		if _, err = auth.PutClient(ctx, s.Store(), id, clientSecret, "europe-west1.gcp:dev", []auth.Scope{scope}, time.Now()); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopped := make(chan error, 1)
	go func() { stopped <- s.Run(serving) }()
	return &registry{
		URL:        s.URL(),
		Repository: api.Repository{URL: repository.URL, Tag: "v1.0.0"},
		stop: func() error {
			cancel()
			return <-stopped
		},
	}, nil
}

// exampleRegistry is one for examples, which have no test to end with.
func exampleRegistry() (*registry, func()) {
	dir, err := os.MkdirTemp("", "greenroom-example-")
	if err != nil {
		panic(err)
	}
	r, err := startRegistry(context.Background(), dir)
	if err != nil {
		panic(err)
	}
	return r, func() {
		if err := errors.Join(r.stop(), os.RemoveAll(dir)); err != nil {
			panic(err)
		}
	}
}

// newClient starts a server for the test and returns a client whose exchanges the
// watcher sees.
func newClient(t *testing.T) (*client.Client, *registry, *watcher) {
	t.Helper()
	r, err := startRegistry(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	w := &watcher{}
	c := client.New(client.Options{URL: r.URL + "/", ID: clientID, Secret: clientSecret, HTTP: &http.Client{Transport: w, Timeout: time.Minute}})
	return c, r, w
}

// watcher is a transport that counts requests by path, and can make the server
// forget the tokens that it has given so far.
type watcher struct {
	mu      sync.Mutex
	counts  map[string]int
	spoiled map[string]bool
	seen    []string // tokens
}

func (w *watcher) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	if w.counts == nil {
		w.counts = map[string]int{}
	}
	w.counts[req.URL.Path]++
	token := req.Header.Get("Authorization")
	w.seen = append(w.seen, token)
	if w.spoiled[token] {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer forgotten")
	}
	w.mu.Unlock()
	return http.DefaultTransport.RoundTrip(req)
}

func (w *watcher) count(path string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[path]
}

// forgetTokens makes every token that was used so far unknown to the server.
func (w *watcher) forgetTokens() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.spoiled = map[string]bool{}
	for _, token := range w.seen {
		if len(token) > 6 && token[:6] == "Bearer" {
			w.spoiled[token] = true
		}
	}
}
