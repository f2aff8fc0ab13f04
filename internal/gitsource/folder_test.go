package gitsource

import (
	"crypto/sha256"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// gitIn runs git in a folder as a user would, with a configuration of its own.
func gitIn(tb testing.TB, folder string, args ...string) string {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), "git", args...) //nolint:gosec // the test's own arguments
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// change is one thing that happens to a working folder.
type change struct {
	name   string
	happen func(t *rapid.T, root, file string)
}

func write(t *rapid.T, root, file, text string, mode fs.FileMode) {
	name := filepath.Join(root, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(name) // it may be a link
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

var changes = []change{
	{"unix", func(t *rapid.T, root, file string) { write(t, root, file, "a\nb\n", 0o600) }},
	{"windows", func(t *rapid.T, root, file string) { write(t, root, file, "a\r\nb\r\n", 0o600) }},
	{"mixed", func(t *rapid.T, root, file string) { write(t, root, file, "a\r\nb\n", 0o600) }},
	{"binary", func(t *rapid.T, root, file string) { write(t, root, file, "a\r\n\x00\r\n", 0o600) }},
	{"program", func(t *rapid.T, root, file string) { write(t, root, file, "#!/bin/sh\n", 0o700) }},
	{"ignored", func(t *rapid.T, root, file string) { write(t, root, file+".log", "x", 0o600) }},
	{"link", func(t *rapid.T, root, file string) {
		write(t, root, file, "", 0o600)
		name := filepath.Join(root, filepath.FromSlash(file))
		_ = os.Remove(name)
		if err := os.Symlink("a", name); err != nil {
			t.Fatal(err)
		}
	}},
	{"gone", func(_ *rapid.T, root, file string) { _ = os.Remove(filepath.Join(root, filepath.FromSlash(file))) }},
}

func happens(t *rapid.T, root string, label string) {
	for range rapid.IntRange(0, 6).Draw(t, label) {
		c := rapid.SampledFrom(changes).Draw(t, label+" change")
		file := rapid.SampledFrom([]string{"a", "b.txt", "app/a.js", "app/src/b.ts", "other/c"}).Draw(t, label+" file")
		c.happen(t, root, file)
	}
}

// digests are the sums of all files below a folder.
func digests(tb testing.TB, root string) map[string][sha256.Size]byte {
	tb.Helper()
	sums := map[string][sha256.Size]byte{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name) //nolint:gosec // of the test's own folder
		sums[name] = sha256.Sum256(data)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return sums
}

// The tree of a folder is the one of the commit that `git commit --all` would make
// there, and reading it changes nothing.
func TestFolderIsTheNextCommit(t *testing.T) {
	t.Parallel()
	s := newSource(t, nil)
	rapid.Check(t, func(r *rapid.T) {
		root := t.TempDir()
		gitIn(t, root, "init", "--quiet")
		gitIn(t, root, "config", "core.autocrlf", rapid.SampledFrom([]string{"true", "input", "false"}).Draw(r, "autocrlf"))
		write(r, root, ".gitignore", "*.log\n", 0o600)
		write(r, root, ".gitattributes", rapid.SampledFrom([]string{"", "*.txt text=auto eol=crlf\n", "*.js -text\n"}).Draw(r, "attributes"), 0o600)
		happens(r, root, "committed")
		gitIn(t, root, "add", "--all")
		gitIn(t, root, "commit", "--quiet", "--message=one")
		happens(r, root, "changed")

		before := digests(t, root)
		tree, err := s.Folder(t.Context(), root)
		if err != nil {
			r.Fatal(err)
		}
		if err := tree.Close(); err != nil {
			r.Error(err)
		}
		if after := digests(t, root); !maps.Equal(before, after) {
			r.Error("reading the folder changed a file of it or of its repository")
		}
		head := gitIn(t, root, "rev-parse", "HEAD^{tree}")
		if (tree.Commit != "") != (tree.ID == head) || tree.Commit != "" && tree.Commit != gitIn(t, root, "rev-parse", "HEAD") {
			r.Errorf("the commit is %q of a folder with tree %s, HEAD's is %s", tree.Commit, tree.ID, head)
		}
		gitIn(t, root, "commit", "--all", "--quiet", "--allow-empty", "--message=two")
		if want := gitIn(t, root, "rev-parse", "HEAD^{tree}"); tree.ID != want {
			r.Errorf("the tree is %s, that of the commit %s", tree.ID, want)
		}
	})
}

func names(t *testing.T, tree *Tree) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(tree.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFolderOfAnyKind(t *testing.T) {
	t.Parallel()
	fill := func(t *testing.T, root string, files ...string) {
		t.Helper()
		for _, file := range files {
			name := filepath.Join(root, filepath.FromSlash(file))
			if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte("*.log\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tc := range []struct {
		name string
		make func(t *testing.T, root string) (folder string)
		want []string
	}{
		{"in no repository", func(t *testing.T, root string) string {
			t.Helper()
			fill(t, root, ".gitignore", "a", "x.log", "app/b")
			return root
		}, []string{".gitignore", "a", "app/b"}},
		{"empty", func(_ *testing.T, root string) string { return root }, nil},
		{"in a repository without an index", func(t *testing.T, root string) string {
			t.Helper()
			gitIn(t, root, "init", "--quiet")
			fill(t, root, "a")
			return root
		}, []string{"a"}},
		{"a part of a repository", func(t *testing.T, root string) string {
			t.Helper()
			gitIn(t, root, "init", "--quiet")
			fill(t, root, "a", "connector/b")
			gitIn(t, root, "add", "--all")
			fill(t, root, "connector/new")
			return filepath.Join(root, "connector")
		}, []string{"b"}},
		{"with files that git does not track", func(t *testing.T, root string) string {
			t.Helper()
			gitIn(t, root, "init", "--quiet")
			fill(t, root, ".gitignore", "a")
			gitIn(t, root, "add", "--all")
			fill(t, root, "x.log", "new", "more/b", "more/c")
			return root
		}, []string{".gitignore", "a"}},
		{"nothing tracked in a repository", func(t *testing.T, root string) string {
			t.Helper()
			gitIn(t, root, "init", "--quiet")
			fill(t, root, "a")
			gitIn(t, root, "add", "--all")
			fill(t, root, "connector/b")
			return filepath.Join(root, "connector")
		}, []string{"b"}},
		{"with objects named by SHA-256", func(t *testing.T, root string) string {
			t.Helper()
			gitIn(t, root, "init", "--quiet", "--object-format=sha256")
			fill(t, root, "a")
			gitIn(t, root, "add", "--all")
			gitIn(t, root, "commit", "--quiet", "--message=one")
			return root
		}, []string{"a"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tree, err := newSource(t, nil).Folder(t.Context(), tc.make(t, t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			if got := names(t, tree); !slices.Equal(got, tc.want) {
				t.Errorf("files %q, want %q", got, tc.want)
			}
			var untracked []string
			if strings.Contains(tc.name, "does not track") {
				untracked = []string{"more/", "new"}
			} else if strings.HasPrefix(tc.name, "a part") {
				untracked = []string{"new"}
			}
			if !slices.Equal(tree.Untracked, untracked) {
				t.Errorf("untracked are %q, want %q", tree.Untracked, untracked)
			}
			if err := tree.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
