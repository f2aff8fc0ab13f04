package faults_test

import (
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

// lab is a Git server on http, which development servers read from, whose
// conversations a test can hold.
type lab struct {
	*httptest.Server
	// arrived is told of each request that is held.
	arrived chan string

	mu   sync.Mutex
	gate chan struct{} // nil: nothing is held
}

// newLab serves the bare repository at the URL of a file.
func newLab(t *testing.T, served api.Repository) *lab {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(strings.TrimPrefix(served.URL, "file://"))
	backend := &cgi.Handler{
		Path: git, Args: []string{"http-backend"}, Dir: root, Stderr: io.Discard,
		Env: []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + root, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
			"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1",
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=uploadpack.allowFilter", "GIT_CONFIG_VALUE_0=true",
		},
	}
	l := &lab{arrived: make(chan string, 1024)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.hold(r) {
			backend.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		l.CloseClientConnections()
		l.Close()
	})
	return l
}

// hold waits while the gate is closed, and says whether the client is still there.
func (l *lab) hold(r *http.Request) bool {
	l.mu.Lock()
	gate := l.gate
	l.mu.Unlock()
	if gate == nil {
		return true
	}
	select {
	case l.arrived <- r.URL.Path:
	default:
	}
	select {
	case <-gate:
		return true
	case <-r.Context().Done():
		return false
	}
}

// shut holds all requests from now on, until open.
func (l *lab) shut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gate = make(chan struct{})
}

// open lets go what is held.
func (l *lab) open() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.gate)
	l.gate = nil
}

// awaitArrival waits until a request is held.
func (l *lab) awaitArrival(t *testing.T) {
	t.Helper()
	select {
	case <-l.arrived:
	case <-time.After(recovery):
		t.Fatalf("no request arrived within %s", recovery)
	}
}

// repository is where the lab serves what newLab was given.
func (l *lab) repository(served api.Repository) api.Repository {
	return api.Repository{URL: l.URL + "/" + filepath.Base(served.URL), Tag: served.Tag}
}
