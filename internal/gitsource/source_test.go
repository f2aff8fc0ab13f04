package gitsource

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// tags are the styles of tags in connect-yaml.md, and what else git allows.
var tags = []string{
	"v1.2.3", "1.2.3", "v1.4.4-build01.07.25.09.14", "connect_v0.0.1_beta", "feature/34077-events-0.1.0",
	"@acme/shop@1.0.0", "latest", "HEAD", "größe-1", "@", `a+b=c,d;e&f|g$(h)'i"`,
}

var kindsOfTag = map[string]func(*testing.T, *gitserver.Repo, string){
	"lightweight": func(t *testing.T, r *gitserver.Repo, tag string) { t.Helper(); r.Tag(t, tag) },
	"annotated":   func(t *testing.T, r *gitserver.Repo, tag string) { t.Helper(); r.AnnotatedTag(t, tag) },
}

// eachWay runs a test over https, and over an alias that leads to a folder. url
// turns the URL of a repository of the server into one that the source reads so.
func eachWay(t *testing.T, test func(t *testing.T, srv *gitserver.Server, s *Source, url func(*gitserver.Repo) string)) {
	t.Helper()
	const alias = "https://github.com/"
	for _, over := range []string{"https", "file"} {
		t.Run(over, func(t *testing.T) {
			t.Parallel()
			srv := gitserver.New(t)
			s := newSource(t, srv, func(o *Options) {
				if over == "file" {
					o.Aliases = []Alias{{From: alias, To: "file://" + filepath.ToSlash(srv.Root) + "/"}}
				}
			})
			test(t, srv, s, func(r *gitserver.Repo) string {
				if over == "file" {
					return alias + strings.TrimPrefix(r.URL, srv.URL+"/")
				}
				return r.URL
			})
			if asked := len(srv.Requests()) > 0; asked != (over == "https") {
				t.Errorf("the server was asked: %t", asked)
			}
		})
	}
}

func TestEveryStyleOfTag(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, srv *gitserver.Server, s *Source, url func(*gitserver.Repo) string) {
		t.Helper()
		for kind, makeTag := range kindsOfTag {
			repo := srv.Repo(t, kind)
			commit := repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
			for _, tag := range tags {
				makeTag(t, repo, tag)
				requireRelease(t, s, Request{Project: kind, URL: url(repo), Tag: tag}, commit)
			}
		}
	})
}

func requireRelease(t *testing.T, s *Source, req Request, commit string) {
	t.Helper()
	resolved, err := s.Resolve(t.Context(), req)
	if err != nil || resolved != commit {
		t.Errorf("Resolve %s = %s, %v, want %s", req, resolved, err, commit)
	}
	file, err := s.File(t.Context(), req, "connect.yaml")
	if err != nil || file.Commit != commit || string(file.Data) != connectYAML {
		t.Errorf("File of %s = %s %q, %v, want %s", req, file.Commit, file.Data, err, commit)
	}
}

// A forge may keep tags elsewhere than in files, and allow names that are too long
// for one.
func TestTagLongerThanAFileName(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	commit := repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	tag := strings.Repeat("ü", 255)
	packed := "# pack-refs with: peeled fully-peeled sorted\n" + commit + " refs/tags/" + tag + "\n"
	if err := os.WriteFile(filepath.Join(repo.Dir, "packed-refs"), []byte(packed), 0o600); err != nil {
		t.Fatal(err)
	}
	requireRelease(t, s, Request{Project: "p", URL: repo.URL, Tag: tag}, commit)
}

// A tag that has moved names its new commit, whatever kind of tag it was and is.
func TestMovedTag(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, srv *gitserver.Server, s *Source, url func(*gitserver.Repo) string) {
		t.Helper()
		repo := srv.Repo(t, "acme/shop")
		req := Request{Project: "p", URL: url(repo), Tag: "latest"}
		for i, kind := range []string{"lightweight", "annotated", "annotated", "lightweight", "lightweight"} {
			want := fmt.Sprintf("commit %d by %s tag", i, kind)
			commit := repo.Commit(t, map[string]string{"connect.yaml": want})
			kindsOfTag[kind](t, repo, "latest")
			if got, err := s.Resolve(t.Context(), req); err != nil || got != commit {
				t.Errorf("%s: Resolve = %s, %v, want %s", want, got, err, commit)
			}
			if file, err := s.File(t.Context(), req, "connect.yaml"); err != nil || file.Commit != commit || string(file.Data) != want {
				t.Errorf("%s: File = %+v, %v", want, file, err)
			}
			tree := openedTree(t, s, req)
			if data, err := fs.ReadFile(tree.FS(), "connect.yaml"); err != nil || tree.Commit != commit || string(data) != want {
				t.Errorf("%s: Tree = %s, %q, %v", want, tree.Commit, data, err)
			}
		}
		repo.DeleteTag(t, "latest")
		for _, err := range attempts(t, s, req) {
			requireError(t, err, ErrNotReachable, false)
		}
	})
}

// A tag is found by its whole name, though git matches names by their ends.
func TestTagThatEndsLikeAnother(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "refs/tags/v1")
	repo.Tag(t, "other/v1")
	_, err := s.Resolve(t.Context(), Request{URL: repo.URL, Tag: "v1"})
	requireError(t, err, ErrNotReachable, false)
}

func TestNotReachable(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	repo.MoveTag(t, "blob", repo.Git(t, "", "rev-parse", "main:connect.yaml"))
	repo.MoveTag(t, "tree", repo.Git(t, "", "rev-parse", "main^{tree}"))
	empty := srv.Repo(t, "acme/empty")
	for _, c := range []struct {
		name, url, tag string
		fault          gitserver.Middleware
		transient      bool
		reason         string
	}{
		{name: "no tag", url: repo.URL, tag: "v2", reason: "the tag is missing"},
		{name: "branch", url: repo.URL, tag: "main", reason: "the tag is missing"},
		{name: "no repository", url: srv.URL + "/acme/none", tag: "v1", reason: "the repository is missing, or not public"},
		{name: "empty repository", url: empty.URL, tag: "v1", reason: "the tag is missing"},
		{name: "needs a password", tag: "v1", fault: unauthorized, reason: "the repository is missing, or not public"},
		{name: "forbidden", tag: "v1", fault: gitserver.Fail(403), reason: "the server refuses access"},
		{name: "server failed", tag: "v1", fault: gitserver.Fail(500), transient: true, reason: "the server failed"},
		{name: "server busy", tag: "v1", fault: gitserver.Fail(429), transient: true, reason: "the server asks for fewer requests"},
		{name: "not a git server", tag: "v1", fault: htmlPage},
		{name: "nobody listens", url: "https://127.0.0.1:1/acme/shop", tag: "v1", transient: true, reason: "no connection to the server"},
		{name: "bad URL", url: "https://user:hunter2@127.0.0.1/x", tag: "v1", reason: "the URL must not hold a user name or password"},
		{name: "bad tag", url: repo.URL, tag: "a..b", reason: "the tag must not contain two dots"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv := srv
			if c.fault != nil {
				srv = gitserver.New(t)
				srv.Intercept(c.fault)
				c.url = srv.URL + "/acme/shop"
			}
			s := newSource(t, srv)
			req := Request{Project: "p", URL: c.url, Tag: c.tag}
			for what, err := range attempts(t, s, req) {
				requireError(t, err, ErrNotReachable, c.transient)
				if !strings.Contains(err.Error(), c.reason) {
					t.Errorf("%s: error %q does not say %q", what, err, c.reason)
				}
			}
		})
	}
	for _, tag := range []string{"blob", "tree"} {
		_, err := newSource(t, srv).File(t.Context(), Request{URL: repo.URL, Tag: tag}, "connect.yaml")
		requireError(t, err, ErrNotReachable, false)
	}
}

// attempts reads the release in each of the ways there are.
func attempts(t *testing.T, s *Source, req Request) map[string]error {
	t.Helper()
	_, resolve := s.Resolve(t.Context(), req)
	_, file := s.File(t.Context(), req, "connect.yaml")
	tree, err := s.Tree(t.Context(), req)
	if err == nil {
		t.Cleanup(func() { _ = tree.Close() })
	}
	return map[string]error{"Resolve": resolve, "File": file, "Tree": err}
}

func unauthorized(http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
}

func htmlPage(http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<html>hello</html>"))
	})
}

func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	s := newSource(t, nil)
	for what, err := range attempts(t, s, Request{URL: repo.URL, Tag: "v1"}) {
		requireError(t, err, ErrNotReachable, false)
		if !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s: error %q", what, err)
		}
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	atLimit, overLimit := strings.Repeat("a", maxFileSize), strings.Repeat("b", maxFileSize+1)
	commit := repo.CommitEntries(t,
		gitserver.Entry{Path: "connect.yaml", Mode: gitserver.ModeSymlink, Data: "/etc/passwd"},
		gitserver.Entry{Path: "at-limit", Mode: gitserver.ModeExec, Data: atLimit},
		gitserver.Entry{Path: "over-limit", Mode: gitserver.ModeFile, Data: overLimit},
		gitserver.Entry{Path: "module", Mode: gitserver.ModeSubmodule, Data: strings.Repeat("1", 40)},
		gitserver.Entry{Path: "folder/deep/file", Mode: gitserver.ModeFile, Data: "deep"},
		gitserver.Entry{Path: "empty", Mode: gitserver.ModeFile},
	)
	repo.Tag(t, "v1")
	unfiltered := srv.Repo(t, "acme/unfiltered")
	unfiltered.Git(t, "", "config", "uploadpack.allowFilter", "false")
	unfiltered.Commit(t, map[string]string{"over-limit": overLimit})
	unfiltered.Tag(t, "v1")

	for _, c := range []struct {
		name, url, path string
		want            string
		err             error
	}{
		{name: "symbolic link", path: "connect.yaml", err: ErrNotRegular},
		{name: "submodule", path: "module", err: ErrNotRegular},
		{name: "folder", path: "folder", err: ErrNotRegular},
		{name: "largest", path: "at-limit", want: atLimit},
		{name: "too large", path: "over-limit", err: ErrTooLarge},
		{name: "too large, from a server without filters", url: unfiltered.URL, path: "over-limit", err: ErrTooLarge},
		{name: "in a folder", path: "folder/deep/file", want: "deep"},
		{name: "empty", path: "empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := repo.URL
			if c.url != "" {
				url = c.url
			}
			file, err := s.File(t.Context(), Request{Project: c.name, URL: url, Tag: "v1"}, c.path)
			if c.err != nil {
				requireError(t, err, c.err, false)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(file.Data) != c.want || file.Commit != commit {
				t.Errorf("%d bytes of %s, want %d of %s", len(file.Data), file.Commit, len(c.want), commit)
			}
		})
	}
}

func TestMissingFileNamesItsSiblings(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	commit := repo.Commit(t, map[string]string{"connect.yml": connectYAML, "service/index.js": ""})
	repo.AnnotatedTag(t, "v1")
	for _, path := range []string{"connect.yaml", "connect.yml/x", "service/connect.yaml", "", "/", "."} {
		_, err := s.File(t.Context(), Request{URL: repo.URL, Tag: "v1"}, path)
		var missing *FileNotFoundError
		if !errors.As(err, &missing) {
			t.Errorf("%q: %v", path, err)
			continue
		}
		if missing.Commit != commit || !slices.Equal(missing.Siblings, []string{"connect.yml", "service"}) {
			t.Errorf("%q: %+v", path, missing)
		}
		if Transient(err) {
			t.Errorf("%q: transient", path)
		}
	}
}

// No object is fetched for its own sake: the file costs one conversation.
func TestFileTakesOneConversation(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": strings.Repeat("x", maxFileSize+1)})
	repo.Tag(t, "v1")
	_, err := s.File(t.Context(), Request{URL: repo.URL, Tag: "v1"}, "connect.yaml")
	requireError(t, err, ErrTooLarge, false)
	want := []string{
		"GET /acme/shop/info/refs",
		"POST /acme/shop/git-upload-pack", // ls-refs
		"POST /acme/shop/git-upload-pack", // fetch
	}
	if got := srv.Requests(); !slices.Equal(got, want) {
		t.Errorf("requests %q, want %q", got, want)
	}
}

func TestRepositoryTooLarge(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	noise := make([]byte, 200<<10)
	_, _ = rand.Read(noise)
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML, "noise": string(noise)})
	repo.Tag(t, "v1")
	req := Request{URL: repo.URL, Tag: "v1"}
	for name, limit := range map[string]func(*Options){
		"received": func(o *Options) { o.MaxReceived = 100 << 10 },
		"disk":     func(o *Options) { o.MaxDisk = 100 << 10 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSource(t, srv, limit)
			_, err := s.File(t.Context(), req, "connect.yaml")
			requireError(t, err, ErrTooLarge, false)
			_, err = s.Tree(t.Context(), req)
			requireError(t, err, ErrTooLarge, false)
		})
	}
}
