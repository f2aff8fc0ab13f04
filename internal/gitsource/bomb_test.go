package gitsource

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// packet is what git's protocol consists of: a length and that many bytes.
func packet(w io.Writer, text string) error {
	_, err := fmt.Fprintf(w, "%04x%s", len(text)+4, text)
	return err
}

// Git keeps every ref that a server names, for as long as it names more.
func TestEndlessRefs(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	srv.Intercept(gitserver.On("/git-upload-pack", func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
			ref := strings.Repeat("a", 40) + " refs/tags/" + strings.Repeat("x", 60_000)
			for i := 0; packet(w, fmt.Sprintf("%s%d\n", ref, i)) == nil; i++ {
			}
		})
	}))
	s := newSource(t, srv)
	for what, err := range attempts(t, s, Request{URL: repo.URL, Tag: "v1"}) {
		if runtime.GOOS != "linux" {
			requireError(t, err, ErrNotReachable, true) // at the deadline
			continue
		}
		requireError(t, err, ErrTooLarge, false)
		if !strings.Contains(err.Error(), "memory") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// answerFetch answers the fetch of a conversation, and leaves the rest to the
// server.
func answerFetch(answer func(w http.ResponseWriter)) gitserver.Middleware {
	return gitserver.On("/git-upload-pack", func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil || strings.Contains(string(body), "command=ls-refs") {
				r.Body = io.NopCloser(bytes.NewReader(body))
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
			answer(w)
		})
	})
}

// A fetch is stopped while it is under way: this one would have no end.
func TestEndlessPack(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	gone := make(chan struct{})
	srv.Intercept(answerFetch(func(w http.ResponseWriter) {
		defer close(gone)
		// One blob of 2^39 bytes, whose zlib stream is stored in blocks of 32 KiB.
		pack := "PACK\x00\x00\x00\x02\x00\x00\x00\x01" + "\xb0\x80\x80\x80\x80\x80\x01" + "\x78\x01"
		block := "\x00\x00\x80\xff\x7f" + strings.Repeat("0", 0x8000)
		_ = packet(w, "packfile\n")
		for err := packet(w, "\x01"+pack); err == nil; err = packet(w, "\x01"+block) {
		}
	}))
	s := newSource(t, srv, func(o *Options) { o.MaxReceived = 1 << 20 })
	_, err := s.Tree(t.Context(), Request{URL: repo.URL, Tag: "v1"})
	requireError(t, err, ErrTooLarge, false)
	if !strings.Contains(err.Error(), "to fetch") {
		t.Errorf("error %v", err)
	}
	<-gone
}

// What unpacks to more than git may have in memory either does not need to be
// there, or the repository is too large.
func TestFilesThatUnpackToMuch(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/bombs")
	zeros := strings.Repeat("0", maxAllocation+maxAllocation/4)
	write := func(data string) string {
		return repo.Git(t, data, "-c", "core.compression=1", "hash-object", "-w", "--stdin")
	}
	spec := "100644 blob " + write(connectYAML) + "\tconnect.yaml\n"
	spec += "100644 blob " + write(zeros) + "\tzeros\n"
	repo.MoveTag(t, "compressed", commitTree(t, repo, spec))
	spec += "100644 blob " + write(zeros+"1") + "\tzeros1\n"
	withDelta := commitTree(t, repo, spec)
	repo.MoveTag(t, "delta", withDelta)
	repo.Git(t, "", "-c", "pack.compression=1", "repack", "-adfq", "--window=2", "--depth=1")

	tree := openedTree(t, s, Request{URL: repo.URL, Tag: "compressed"})
	if info, err := fs.Stat(tree.FS(), "zeros"); err != nil || info.Size() != int64(len(zeros)) {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := fs.ReadFile(tree.FS(), "zeros"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
	if data, err := fs.ReadFile(tree.FS(), "connect.yaml"); err != nil || string(data) != connectYAML {
		t.Errorf("%q, %v", data, err)
	}
	req := Request{URL: repo.URL, Tag: "delta"}
	_, err := s.Tree(t.Context(), req)
	requireError(t, err, ErrTooLarge, false)
	requireRelease(t, s, req, withDelta) // leaves out both
}

// commitTree makes a commit of a tree that is listed as git mktree reads it.
func commitTree(t *testing.T, repo *gitserver.Repo, listing string) string {
	t.Helper()
	tree := repo.Git(t, listing, "mktree")
	return repo.Git(t, "x\n", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", tree)
}

// A server that makes git fail and goes on sending keeps none of its processes.
func TestNothingIsLeftOfAFailedConversation(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	gone := make(chan struct{})
	srv.Intercept(answerFetch(func(w http.ResponseWriter) {
		defer close(gone)
		_ = packet(w, "packfile\n")
		_ = packet(w, "\x01PACK, but not one")
		for packet(w, "\x02 still counting objects\r") == nil {
		}
	}))
	s := newSource(t, srv)
	_, err := s.Tree(t.Context(), Request{URL: repo.URL, Tag: "v1"})
	requireError(t, err, ErrNotReachable, false)
	if found := processesIn(t, s.scratchDir); len(found) != 0 {
		t.Errorf("processes left: %q", found)
	}
	<-gone
}
