package gitsource

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// Neither the first request of a conversation nor a later one is redirected.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	canary := gitserver.New(t)
	for _, s := range []*gitserver.Server{srv, canary} {
		repo := s.Repo(t, "acme/shop")
		repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
		repo.Tag(t, "v1")
	}
	source := newSource(t, srv)
	for _, suffix := range []string{"/info/refs", "/git-upload-pack"} {
		srv.Intercept(gitserver.On(suffix, gitserver.Redirect(canary.URL)))
		for what, err := range attempts(t, source, Request{URL: srv.URL + "/acme/shop", Tag: "v1"}) {
			requireError(t, err, ErrNotReachable, false)
			if !strings.Contains(err.Error(), "redirects") {
				t.Errorf("%s, %s: %v", suffix, what, err)
			}
		}
	}
	if hits := canary.Requests(); len(hits) != 0 {
		t.Errorf("the canary was asked %q", hits)
	}
}

// The older protocol has alternates, which are redirects by another name.
func TestDumbServer(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	canary := newCanary(t, "127.0.0.1:0")
	commit := strings.Repeat("a", 40)
	srv.Intercept(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/info/refs"):
				_, _ = w.Write([]byte(commit + "\trefs/tags/v1\n"))
			case strings.HasSuffix(r.URL.Path, "-alternates"):
				_, _ = w.Write([]byte("http://" + canary.Addr().String() + "/objects\n"))
			default:
				http.NotFound(w, r)
			}
		})
	})
	req := Request{URL: srv.URL + "/acme/shop", Tag: "v1"}
	s := newSource(t, srv)
	_, err := s.File(t.Context(), req, "connect.yaml")
	requireError(t, err, ErrNotReachable, false)
	_, err = s.Tree(t.Context(), req)
	requireError(t, err, ErrNotReachable, false)
	if n := canary.count(); n != 0 {
		t.Errorf("the canary was hit %d times", n)
	}
}

// A name is looked up once, and that answer is connected to: the name service
// cannot lead the connection elsewhere after the check.
func TestRebindingNameService(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("needs a second loopback address")
	}
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	commit := repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	canary := newCanary(t, "127.0.0.2:"+srv.Port())
	for what, read := range map[string]func(*Source, Request) (string, error){
		"Resolve": func(s *Source, req Request) (string, error) { return s.Resolve(t.Context(), req) },
		"File": func(s *Source, req Request) (string, error) {
			file, err := s.File(t.Context(), req, "connect.yaml")
			return file.Commit, err
		},
		"Tree": func(s *Source, req Request) (string, error) {
			tree, err := s.Tree(t.Context(), req)
			if err != nil {
				return "", err
			}
			return tree.Commit, tree.Close()
		},
	} {
		resolver := &fakeResolver{answer: func(n int) ([]netip.Addr, error) {
			if n == 1 {
				return []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1")}, nil
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.2")}, nil
		}}
		s := newSource(t, srv, func(o *Options) { o.Resolver = resolver })
		got, err := read(s, Request{URL: "https://rebind.example.com:" + srv.Port() + "/acme/shop", Tag: "v1"})
		if err != nil || got != commit {
			t.Errorf("%s: %s, %v", what, got, err)
		}
		if resolver.lookups != 1 {
			t.Errorf("%s: %d look-ups", what, resolver.lookups)
		}
	}
	if n := canary.count(); n != 0 {
		t.Errorf("the canary was hit %d times", n)
	}
}

// Over ssh, too, the checked address is connected to; without a known host key and
// a credential that ends there.
func TestSSH(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("there is no ssh here, which git needs for such addresses")
	}
	canary := newCanary(t, "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(canary.Addr().String())
	s := newSource(t, nil, func(o *Options) { o.Resolver = resolvesTo("127.0.0.1") })
	_, err := s.Resolve(t.Context(), Request{URL: "ssh://git@git.example.com:" + port + "/acme/shop", Tag: "v1"})
	if !errors.Is(err, ErrNotReachable) {
		t.Errorf("error %v", err)
	}
	if canary.count() != 1 {
		t.Errorf("the checked address was connected to %d times", canary.count())
	}
	forbidden := newSource(t, nil, func(o *Options) { o.Resolver, o.AllowHosts = resolvesTo("127.0.0.1"), nil })
	_, err = forbidden.Resolve(t.Context(), Request{URL: "ssh://git@git.example.com:" + port + "/acme/shop", Tag: "v1"})
	requireError(t, err, ErrNotReachable, false)
	if canary.count() != 1 {
		t.Error("the refused address was connected to")
	}
}

// At the deadline all processes of the conversation are gone, and its folder too.
func TestStallingServer(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{"/info/refs", "/git-upload-pack"} {
		t.Run(strings.Trim(suffix, "/"), func(t *testing.T) {
			t.Parallel()
			srv := gitserver.New(t)
			repo := srv.Repo(t, "acme/shop")
			repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
			repo.Tag(t, "v1")
			arrived := make(chan *http.Request, 1)
			srv.Intercept(gitserver.On(suffix, gitserver.Stall(arrived)))
			s := newSource(t, srv, func(o *Options) { o.FileDeadline = time.Second })

			done := make(chan error, 1)
			go func() {
				_, err := s.File(t.Context(), Request{URL: repo.URL, Tag: "v1"}, "connect.yaml")
				done <- err
			}()
			select {
			case <-arrived:
			case err := <-done:
				t.Fatalf("ended before the server stalled: %v", err)
			}
			if n := len(processesIn(t, s.scratchDir)); n < 2 {
				t.Errorf("%d processes while it is stalled, want git and its transport", n)
			}
			err := <-done
			requireError(t, err, ErrNotReachable, true)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v", err)
			}
			if left := processesIn(t, s.scratchDir); len(left) != 0 {
				t.Errorf("processes left: %q", left)
			}
		})
	}
}

// A caller that gives up is not told that the repository is at fault.
func TestCancelled(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	arrived := make(chan *http.Request, 1)
	srv.Intercept(gitserver.Stall(arrived))
	s := newSource(t, srv)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := s.Resolve(ctx, Request{URL: srv.URL + "/acme/shop", Tag: "v1"})
	requireError(t, err, context.Canceled, true)
	if errors.Is(err, ErrNotReachable) {
		t.Errorf("error %v", err)
	}
}

// processesIn lists the processes whose repository is below the folder.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range environs {
		if environ, err := os.ReadFile(path); err == nil && strings.Contains(string(environ), "GIT_DIR="+dir) {
			cmdline, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
			found = append(found, strings.ReplaceAll(string(cmdline), "\x00", " "))
		}
	}
	return found
}

// While one project's repositories stall, it is told to wait, and another's are
// read.
func TestStallingProjectStarvesNobody(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	arrived := make(chan *http.Request, 4)
	srv.Intercept(func(next http.Handler) http.Handler {
		stalled := gitserver.Stall(arrived)(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/slow/") {
				stalled.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	s := newSource(t, srv)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	const share = 3 // of 16 slots, on one host
	for range share {
		go func() {
			_, err := s.Resolve(ctx, Request{Project: "slow", URL: srv.URL + "/slow/a", Tag: "v1"})
			done <- err
		}()
	}
	for range share {
		<-arrived
	}
	waited, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	_, err := s.Resolve(waited, Request{Project: "slow", URL: repo.URL, Tag: "v1"})
	requireError(t, err, ErrBusy, true)
	if _, err := s.Resolve(t.Context(), Request{Project: "good", URL: repo.URL, Tag: "v1"}); err != nil {
		t.Errorf("another project: %v", err)
	}
	cancel()
	for range share {
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("the project that stalls: %v", err)
		}
	}
}

// What looks like an option is refused, and would be none if it were not.
func TestOptionInjection(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	proof := filepath.Join(t.TempDir(), "proof")
	option := "--upload-pack=touch${IFS}" + proof
	s := newSource(t, srv, func(o *Options) { o.AllowLoopbackHTTPAndFile = true })
	for _, req := range []Request{
		{URL: repo.URL, Tag: option},
		{URL: option, Tag: "v1"},
		{URL: "ssh://git@-oProxyCommand=touch%20" + proof + "/a", Tag: "v1"},
		{URL: "git@-oProxyCommand=touch${IFS}" + proof + ":a", Tag: "v1"},
		{URL: "ext::touch% " + proof, Tag: "v1"},
	} {
		for _, err := range attempts(t, s, req) {
			requireError(t, err, ErrNotReachable, false)
		}
	}
	// Past the checks, git itself must not take them for options.
	sc, err := s.newScratch()
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{option, repo.Dir} {
		where := &target{location: location{remote: remote{scheme: "file", url: url}}}
		if err := s.fetch(t.Context(), sc, where, option); err == nil {
			t.Errorf("%s was fetched", url)
		}
		if _, err := s.lsRemote(t.Context(), sc, where, option); err == nil {
			t.Errorf("%s was listed", url)
		}
	}
	if err := sc.remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(proof); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a command was run: %v", err)
	}
}

// What is secret in a URL, or printed by a server, gets into no error.
func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-canary"
	srv := gitserver.New(t)
	srv.Intercept(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = w.Write([]byte("001e# service=git-upload-pack\n0000" + "001bERR " + secret + " said\n0000"))
		})
	})
	s := newSource(t, srv)
	for _, req := range []Request{
		{URL: "https://user:" + secret + "@127.0.0.1/a", Tag: "v1"},
		{URL: "https://" + secret + "@127.0.0.1/a", Tag: "v1"},
		{URL: "https://127.0.0.1/a?token=" + secret, Tag: "v1"},
		{URL: "ssh://git:" + secret + "@127.0.0.1/a", Tag: "v1"},
		{URL: secret, Tag: "v1"},
		{URL: srv.URL + "/a", Tag: "v1"},
	} {
		for what, err := range attempts(t, s, req) {
			requireError(t, err, ErrNotReachable, false)
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}
