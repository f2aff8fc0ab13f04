package gitsource

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

func TestAliasOf(t *testing.T) {
	t.Parallel()
	s := newSource(t, nil, func(o *Options) {
		o.Aliases = []Alias{
			{From: "https://github.com/acme/", To: "file:///srv/git/acme/"},
			{From: "https://github.com/acme/special/", To: "file:///srv/special/"},
			{From: "https://GitHub.com:443/one/shop.git", To: "https://mirror.internal:8443/one.git"},
			{From: "git@github.com:", To: "ssh://git@mirror.internal/github/"},
			{From: "https://gitlab.com/", To: "http://mirror.internal/gitlab/"},
		}
	})
	for _, c := range []struct{ url, want string }{
		{"https://github.com/acme/shop.git", "file:///srv/git/acme/shop.git"},
		{"HTTPS://GITHUB.COM/acme/shop", "file:///srv/git/acme/shop"},
		{"https://github.com/acme/special/shop", "file:///srv/special/shop"},
		{"https://github.com/acme-labs/shop", ""},
		{"https://github.com/Acme/shop", ""},
		{"https://github.com:8443/acme/shop", ""},
		{"https://github.com/acme/", ""},
		{"https://github.com/one/shop.git", "https://mirror.internal:8443/one.git"},
		{"https://github.com/one/shop.gitx", ""},
		{"git@github.com:acme/shop", "ssh://git@mirror.internal/github/acme/shop"},
		{"https://gitlab.com/a/b", "http://mirror.internal/gitlab/a/b"},
	} {
		where, err := s.locate(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		if want := c.want; want == "" {
			if where.aliased {
				t.Errorf("%s: aliased to %s", c.url, where.url)
			}
		} else if where.url != want || !where.aliased {
			t.Errorf("%s: %s, want %s", c.url, where.url, want)
		}
	}
	for _, url := range []string{
		"https://github.com/acme/../../etc/passwd", "https://github.com/acme/%2e%2e/etc", "https://github.com/acme/..%2f..%2fetc",
		"https://github.com/acme//etc", "file:///srv/git/acme/shop",
	} {
		if where, err := s.locate(url); err == nil {
			t.Errorf("%s: read from %s", url, where.url)
		}
	}
}

func TestBadAliases(t *testing.T) {
	t.Parallel()
	for _, a := range []Alias{
		{"", ""}, {"https://github.com", "file:///srv/"}, {"https://github.com/acme/", "/srv/git/"}, {"https://github.com/acme/", "file:///srv"},
		{"https://github.com/acme", "file:///srv/"}, {"https://user@github.com/", "file:///srv/"}, {"github.com/", "file:///srv/"},
		{"https://github.com/", "https://token@mirror.internal/"}, {"https://github.com/a/../", "file:///srv/"},
	} {
		if _, err := New(Options{Aliases: []Alias{a}}); err == nil {
			t.Errorf("%+v: accepted", a)
		}
	}
}

// Only the operator's own mapping leads to folders.
func TestAliasToFolder(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop.git")
	commit := repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.AnnotatedTag(t, "v1")
	mirrors := "file://" + filepath.ToSlash(filepath.Dir(repo.Dir)) + "/"
	s := newSource(t, srv, func(o *Options) {
		o.Aliases = []Alias{{From: "https://github.com/acme/", To: mirrors}}
		o.Resolver = resolvesTo() // no host is looked up
	})
	for _, url := range []string{"https://github.com/acme/shop.git", "https://github.com/acme/shop"} {
		req := Request{Project: "p", URL: url, Tag: "v1"}
		requireRelease(t, s, req, commit)
		if tree := openedTree(t, s, req); tree.Commit != commit {
			t.Errorf("commit %s, want %s", tree.Commit, commit)
		}
	}
	for what, err := range attempts(t, s, Request{URL: mirrors + "shop.git", Tag: "v1"}) {
		requireError(t, err, ErrNotReachable, false)
		if !strings.Contains(err.Error(), "neither http nor file") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests over the network", n)
	}
}

// The folder of a mirror may belong to another user; a folder that a developer
// names may not.
func TestFolderOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root, to give a folder away")
	}
	srv := gitserver.New(t)
	repo := srv.Repo(t, "shop.git")
	commit := repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	err := filepath.WalkDir(repo.Dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, 12345, 12345)
	})
	if err != nil {
		t.Fatal(err)
	}
	url := "file://" + filepath.ToSlash(repo.Dir)
	s := newSource(t, nil, func(o *Options) {
		o.AllowLoopbackHTTPAndFile = true
		o.Aliases = []Alias{{From: "https://github.com/acme/shop", To: url}}
	})
	requireRelease(t, s, Request{URL: "https://github.com/acme/shop", Tag: "v1"}, commit)
	_, err = s.Resolve(t.Context(), Request{URL: url, Tag: "v1"})
	requireError(t, err, ErrNotReachable, false)
	if !strings.Contains(err.Error(), "another user") {
		t.Errorf("error %v", err)
	}
}

// An alias opens the address of its target, too.
func TestAliasToPrivateHost(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "mirror/shop")
	commit := repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	s := newSource(t, srv, func(o *Options) {
		o.AllowHosts = nil
		o.Aliases = []Alias{{From: "https://github.com/acme/", To: srv.URL + "/mirror/"}}
	})
	requireRelease(t, s, Request{URL: "https://github.com/acme/shop", Tag: "v1"}, commit)
	_, err := s.Resolve(t.Context(), Request{URL: repo.URL, Tag: "v1"})
	requireError(t, err, ErrNotReachable, false)
}

// No alias opens the address of a metadata service.
func TestAliasToMetadata(t *testing.T) {
	t.Parallel()
	for _, a := range metadata {
		host := a.Addr().String()
		if a.Addr().Is6() {
			host = "[" + host + "]"
		}
		s := newSource(t, nil, func(o *Options) {
			o.AllowHosts, o.Resolver = nil, resolvesTo(a.Addr().String())
			o.AllowLoopbackHTTPAndFile = true
			o.Aliases = []Alias{
				{From: "https://a.example.com/", To: "http://" + host + "/"},
				{From: "https://b.example.com/", To: "https://metadata.internal/"},
			}
		})
		for _, url := range []string{"https://a.example.com/latest", "https://b.example.com/latest"} {
			_, err := s.Resolve(t.Context(), Request{URL: url, Tag: "v1"})
			if !errors.Is(err, errForbiddenAddress) {
				t.Errorf("%s at %s: %v", url, a, err)
			}
		}
	}
}

func TestDevelopment(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "shop")
	commit := repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	s := newSource(t, srv, func(o *Options) { o.AllowHosts, o.AllowLoopbackHTTPAndFile = nil, true })
	requireRelease(t, s, Request{URL: repo.URL, Tag: "v1"}, commit)
	requireRelease(t, s, Request{URL: "file://" + filepath.ToSlash(repo.Dir), Tag: "v1"}, commit)
	// http is for names that stay on this machine, whatever they resolve to.
	s.resolver = resolvesTo("10.0.0.1")
	_, err := s.Resolve(t.Context(), Request{URL: "http://git.localhost:1/shop", Tag: "v1"})
	requireError(t, err, ErrNotReachable, false)
}
