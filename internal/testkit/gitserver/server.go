// Package gitserver serves Git repositories over TLS to tests: a real git, with
// the smart protocol and filters, and faults where a test asks for them.
package gitserver

import (
	"encoding/pem"
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
)

// Server is a Git server on 127.0.0.1.
type Server struct {
	// URL is https://127.0.0.1:PORT, without a slash at its end.
	URL string
	// CAFile holds the certificate that the server's own is signed by. It also
	// covers example.com and the names below it.
	CAFile string
	// Root is the folder that the repositories are in.
	Root string

	git    string
	server *httptest.Server

	mu       sync.Mutex
	requests []string
	fault    Middleware
}

// Middleware wraps the server's handler.
type Middleware func(next http.Handler) http.Handler

// New starts a server that ends with the test.
func New(tb testing.TB) *Server {
	tb.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		tb.Fatalf("find git: %v", err)
	}
	s := &Server{git: git, Root: tb.TempDir(), CAFile: filepath.Join(tb.TempDir(), "ca.pem")}
	s.server = httptest.NewTLSServer(s.handler())
	s.URL = s.server.URL
	tb.Cleanup(func() {
		// A stalled request would be waited for.
		s.server.CloseClientConnections()
		s.server.Close()
	})
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw})
	if err := os.WriteFile(s.CAFile, ca, 0o600); err != nil {
		tb.Fatalf("write the certificate: %v", err)
	}
	return s
}

func (s *Server) handler() http.Handler {
	backend := &cgi.Handler{
		Path:   s.git,
		Args:   []string{"http-backend"},
		Dir:    s.Root,
		Env:    append(environment(s.Root), "GIT_PROJECT_ROOT="+s.Root, "GIT_HTTP_EXPORT_ALL=1"),
		Stderr: discard{},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
		fault := s.fault
		s.mu.Unlock()
		var next http.Handler = backend
		if fault != nil {
			next = fault(next)
		}
		next.ServeHTTP(w, r)
	})
}

// discard takes what git complains about when a test cuts it off.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Port is the port of the server's URL.
func (s *Server) Port() string { return s.URL[strings.LastIndexByte(s.URL, ':')+1:] }

// Intercept puts the middleware before the server from the next request on; nil
// takes it away.
func (s *Server) Intercept(m Middleware) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = m
}

// Requests returns "METHOD /path" of each request so far.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

// Fail answers every request with the status.
func Fail(status int) Middleware {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, http.StatusText(status), status)
		})
	}
}

// Redirect answers every request with a redirect to the same path below the base
// address.
func Redirect(base string) Middleware {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, base+r.URL.RequestURI(), http.StatusFound)
		})
	}
}

// Stall answers no request. Each one that arrives is announced on the channel, if
// somebody receives or its buffer has room, and held until the client gives up.
func Stall(arrived chan<- *http.Request) Middleware {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			// A server sees that a client has gone only once it has read all that
			// the client had to say.
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case arrived <- r:
			default:
			}
			<-r.Context().Done()
		})
	}
}

// On applies the middleware only to the requests whose path ends in suffix:
// /info/refs for the first of a conversation, /git-upload-pack for the others.
func On(suffix string, m Middleware) Middleware {
	return func(next http.Handler) http.Handler {
		faulty := m(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, suffix) {
				faulty.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// environment keeps the machine's configuration out of the repositories.
func environment(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + home,
		"LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
	}
}
