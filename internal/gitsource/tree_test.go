package gitsource

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

func openedTree(t *testing.T, s *Source, req Request) *Tree {
	t.Helper()
	tree, err := s.Tree(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tree.Close(); err != nil {
			t.Error(err)
		}
	})
	return tree
}

func TestTree(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	deep := strings.Repeat("d/", 300) + "file"
	commit := repo.CommitEntries(t,
		gitserver.Entry{Path: "connect.yaml", Mode: gitserver.ModeFile, Data: connectYAML},
		gitserver.Entry{Path: "build.sh", Mode: gitserver.ModeExec, Data: "#!/bin/sh\n"},
		gitserver.Entry{Path: "service/index.js", Mode: gitserver.ModeFile, Data: "x"},
		gitserver.Entry{Path: "service/large", Mode: gitserver.ModeFile, Data: strings.Repeat("0", maxBlob+1)},
		gitserver.Entry{Path: "service.js", Mode: gitserver.ModeFile},
		gitserver.Entry{Path: "link", Mode: gitserver.ModeSymlink, Data: "../../../etc/passwd"},
		gitserver.Entry{Path: "folder-link", Mode: gitserver.ModeSymlink, Data: "service"},
		gitserver.Entry{Path: "long-link", Mode: gitserver.ModeSymlink, Data: strings.Repeat("x", maxPath+1)},
		gitserver.Entry{Path: "module", Mode: gitserver.ModeSubmodule, Data: strings.Repeat("1", 40)},
		gitserver.Entry{Path: ".gitmodules", Mode: gitserver.ModeFile, Data: "[submodule \"module\"]\n\tpath = module\n\turl = https://127.0.0.1:1/x\n"},
		gitserver.Entry{Path: deep, Mode: gitserver.ModeFile, Data: "deep"},
	)
	repo.AnnotatedTag(t, "v1")
	tree := openedTree(t, s, Request{Project: "p", URL: repo.URL, Tag: "v1"})
	if tree.Commit != commit {
		t.Errorf("commit %s, want %s", tree.Commit, commit)
	}
	files := tree.FS()
	for path, want := range map[string]string{"connect.yaml": connectYAML, "build.sh": "#!/bin/sh\n", "service.js": "", deep: "deep"} {
		if data, err := fs.ReadFile(files, path); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", path, data, err)
		}
	}
	for path, want := range map[string]fs.FileMode{
		"connect.yaml": 0o444, "build.sh": 0o555, "service": fs.ModeDir | 0o555,
		"link": fs.ModeSymlink | 0o444, "folder-link": fs.ModeSymlink | 0o444, "module": fs.ModeIrregular,
	} {
		if info, err := fs.Stat(files, path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", path, info, err, want)
		}
	}
	for path, want := range map[string]error{
		"link": ErrNotRegular, "module": ErrNotRegular, "service": ErrNotRegular, "service/large": ErrTooLarge,
		"folder-link/index.js": fs.ErrNotExist, "module/x": fs.ErrNotExist, "../x": fs.ErrInvalid, "/etc/passwd": fs.ErrInvalid,
	} {
		if _, err := fs.ReadFile(files, path); !errors.Is(err, want) {
			t.Errorf("read %s: %v, want %v", path, err, want)
		}
	}
	for path, want := range map[string]string{"link": "../../../etc/passwd", "folder-link": "service"} {
		if target, err := fs.ReadLink(files, path); err != nil || target != want {
			t.Errorf("link %s: %q, %v, want %q", path, target, err, want)
		}
	}
	for path, want := range map[string]error{
		"long-link": fs.ErrInvalid, "connect.yaml": fs.ErrInvalid, "module": fs.ErrInvalid, "nowhere": fs.ErrNotExist,
	} {
		if _, err := fs.ReadLink(files, path); !errors.Is(err, want) {
			t.Errorf("link %s: %v, want %v", path, err, want)
		}
	}
	link, err := files.Open("link")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(link); !errors.Is(err, ErrNotRegular) {
		t.Errorf("read the opened link: %v", err)
	}
}

func TestTreeIsAFileSystem(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	repo.CommitEntries(t,
		gitserver.Entry{Path: "connect.yaml", Mode: gitserver.ModeFile, Data: connectYAML},
		gitserver.Entry{Path: "a/b/c", Mode: gitserver.ModeFile, Data: "c"},
		gitserver.Entry{Path: "a.b", Mode: gitserver.ModeExec, Data: "ab"},
		gitserver.Entry{Path: "link", Mode: gitserver.ModeSymlink, Data: "a"},
	)
	repo.Tag(t, "v1")
	tree := openedTree(t, s, Request{URL: repo.URL, Tag: "v1"})
	if err := fstest.TestFS(tree.FS(), "connect.yaml", "a/b/c", "a.b", "link"); err != nil {
		t.Error(err)
	}
}

func TestTreeIsReadConcurrently(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	files := make(map[string]string)
	for i := range 20 {
		files[fmt.Sprintf("f%02d", i)] = strings.Repeat(fmt.Sprint(i), 1000*i)
	}
	repo.Commit(t, files)
	repo.Tag(t, "v1")
	tree := openedTree(t, s, Request{URL: repo.URL, Tag: "v1"})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for path, want := range files {
				if data, err := fs.ReadFile(tree.FS(), path); err != nil || string(data) != want {
					t.Errorf("%s: %d bytes, %v", path, len(data), err)
				}
			}
		})
	}
	all.Wait()
}

func TestClosedTree(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	tree, err := s.Tree(t.Context(), Request{URL: repo.URL, Tag: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := tree.Close(); err != nil {
			t.Error(err)
		}
	}
	requireEmpty(t, s.scratchDir)
	if _, err := fs.ReadFile(tree.FS(), "connect.yaml"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("read after close: %v", err)
	}
}

// The slot is given back before the tree is: with one slot, two trees can be open.
func TestOpenTreeHoldsNoSlot(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv, func(o *Options) { o.Slots = 1 })
	repo := srv.Repo(t, "acme/shop")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	req := Request{Project: "p", URL: repo.URL, Tag: "v1"}
	openedTree(t, s, req)
	openedTree(t, s, req)
}

// A few hundred bytes can name ten billion files, by naming the same folder again
// and again.
func TestTreeBomb(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/bomb")
	id := repo.Git(t, "", "hash-object", "-w", "--stdin")
	mode := "100644 blob"
	for range 10 {
		var listing strings.Builder
		for i := range 10 {
			fmt.Fprintf(&listing, "%s %s\tf%d\n", mode, id, i)
		}
		id, mode = repo.Git(t, listing.String(), "mktree"), "040000 tree"
	}
	repo.MoveTag(t, "v1", repo.Git(t, "boom\n", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", id))
	_, err := s.Tree(t.Context(), Request{URL: repo.URL, Tag: "v1"})
	requireError(t, err, ErrTooLarge, false)
}

func TestTreeWithATooLongPath(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/deep")
	repo.Commit(t, map[string]string{strings.Repeat("d/", maxPath/2) + "f": ""})
	repo.Tag(t, "v1")
	_, err := s.Tree(t.Context(), Request{URL: repo.URL, Tag: "v1"})
	requireError(t, err, ErrTooLarge, false)
}

// Names that git itself would never write are refused with the fetch.
func TestTreeWithMaliciousNames(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	s := newSource(t, srv)
	repo := srv.Repo(t, "acme/names")
	blob := repo.Git(t, "x", "hash-object", "-w", "--stdin")
	for i, name := range []string{"..", ".", ".git", "a/b"} {
		tree := writeTree(t, repo, name, blob)
		tag := fmt.Sprintf("v%d", i)
		repo.MoveTag(t, tag, repo.Git(t, "x\n", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit-tree", tree))
		_, err := s.Tree(t.Context(), Request{URL: repo.URL, Tag: tag})
		requireError(t, err, ErrNotReachable, false)
		if !strings.Contains(err.Error(), "malformed objects") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func writeTree(t *testing.T, repo *gitserver.Repo, name, blob string) string {
	t.Helper()
	id, err := hex.DecodeString(blob)
	if err != nil {
		t.Fatal(err)
	}
	var tree bytes.Buffer
	fmt.Fprintf(&tree, "100644 %s\x00%s", name, id)
	return repo.Git(t, tree.String(), "hash-object", "--literally", "-w", "-t", "tree", "--stdin")
}

func FuzzParseTree(f *testing.F) {
	id := strings.Repeat("\x01", 20)
	f.Add([]byte("100644 a\x00"+id+"40000 b\x00"+id), 20)
	f.Add([]byte("100644 a\x00short"), 20)
	f.Add([]byte("\x00"), 32)
	f.Fuzz(func(t *testing.T, data []byte, idLength int) {
		if idLength != 32 {
			idLength = 20
		}
		entries, err := parseTree(data, idLength)
		size := 0
		for _, e := range entries {
			size += len(e.name) + idLength + 2
		}
		if err == nil && size > len(data) {
			t.Errorf("%d entries of %d bytes from %d", len(entries), size, len(data))
		}
	})
}
