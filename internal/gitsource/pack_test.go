package gitsource

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packed is the tree of a folder with these files, and its pack.
func packed(t *testing.T, s *Source, files map[string]string) (tree *Tree, pack []byte) {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	tree, err := s.Folder(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeTree(t, tree) })
	var out bytes.Buffer
	if err := s.Pack(t.Context(), tree, &out); err != nil {
		t.Fatal(err)
	}
	return tree, out.Bytes()
}

func closeTree(t *testing.T, tree *Tree) {
	t.Helper()
	if err := tree.Close(); err != nil {
		t.Error(err)
	}
}

// contents are all files of a tree, and what its links say.
func contents(t *testing.T, tree *Tree) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range names(t, tree) {
		if target, err := fs.ReadLink(tree.FS(), name); err == nil {
			all[name] = "-> " + target
			continue
		}
		data, err := fs.ReadFile(tree.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(data)
	}
	return all
}

func TestPackIsTheTree(t *testing.T) {
	t.Parallel()
	s := newSource(t, nil)
	tree, pack := packed(t, s, map[string]string{"a": "one\n", "app/b": strings.Repeat("two\n", 10_000), "app/.gitmodules": "[submodule]\n"})
	again, err := s.Unpack(t.Context(), "p", bytes.NewReader(pack), tree.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTree(t, again)
	if diff := cmp.Diff(contents(t, tree), contents(t, again)); diff != "" || again.ID != tree.ID || again.Commit != "" {
		t.Errorf("tree %s became %s at commit %q; files (-packed +unpacked):\n%s", tree.ID, again.ID, again.Commit, diff)
	}
}

func TestPackOfObjectsNamedBySHA256(t *testing.T) {
	t.Parallel()
	s := newSource(t, nil)
	root := t.TempDir()
	gitIn(t, root, "init", "--quiet", "--object-format=sha256")
	if err := os.WriteFile(filepath.Join(root, "a"), []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	gitIn(t, root, "add", "--all")
	tree, err := s.Folder(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTree(t, tree)
	var pack bytes.Buffer
	if err := s.Pack(t.Context(), tree, &pack); err != nil {
		t.Fatal(err)
	}
	again, err := s.Unpack(t.Context(), "p", &pack, tree.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTree(t, again)
	if got := contents(t, again); got["a"] != "one" || len(tree.ID) != 64 {
		t.Errorf("tree %s has %q", tree.ID, got)
	}
}

// What is sent is a stranger's.
func TestUnpackOfWhatIsNoPack(t *testing.T) {
	t.Parallel()
	s := newSource(t, nil)
	tree, pack := packed(t, s, map[string]string{"a": "one", "app/b": "two"})
	other, _ := packed(t, s, map[string]string{"a": "another"})
	blob := tree.files.ID("a")
	flipped := bytes.Clone(pack)
	flipped[len(flipped)/2] ^= 0x20
	noise := make([]byte, 10_000)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		pack io.Reader
		tree string
		want error
	}{
		"empty":                {strings.NewReader(""), tree.ID, ErrNotPacked},
		"noise":                {bytes.NewReader(noise), tree.ID, ErrNotPacked},
		"cut off":              {bytes.NewReader(pack[:len(pack)-30]), tree.ID, ErrNotPacked},
		"a bit flipped":        {bytes.NewReader(flipped), tree.ID, ErrNotPacked},
		"of another tree":      {bytes.NewReader(pack), other.ID, ErrNotPacked},
		"the id is a file's":   {bytes.NewReader(pack), blob, ErrNotPacked},
		"the id is an option":  {bytes.NewReader(pack), "--all", ErrNotPacked},
		"the id is a command":  {bytes.NewReader(pack), tree.ID + "\ninfo HEAD", ErrNotPacked},
		"of the other format":  {bytes.NewReader(pack), strings.Repeat("a", 64), ErrNotPacked},
		"too large":            {io.MultiReader(bytes.NewReader(pack[:12]), endless{}), tree.ID, ErrTooLarge},
		"the connection broke": {io.MultiReader(bytes.NewReader(pack[:40]), broken{}), tree.ID, errBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := s.Unpack(t.Context(), "p", c.pack, c.tree)
			if err == nil {
				closeTree(t, got)
			}
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// Without one file the tree is not whole.
func TestUnpackNeedsEveryFile(t *testing.T) {
	t.Parallel()
	s := newSource(t, nil)
	tree, _ := packed(t, s, map[string]string{"a": "one", "app/b": "two"})
	cmd := s.gitCommand(t.Context(), tree.scratch, nil, invocation{
		command: "pack-objects", flags: []string{"--stdout", "--quiet"},
		input: strings.NewReader(tree.ID + "\n" + tree.files.ID("app") + "\n" + tree.files.ID("a") + "\n"),
	})
	pack, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Unpack(t.Context(), "p", bytes.NewReader(pack), tree.ID); !errors.Is(err, ErrNotPacked) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestUnpackEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newSource(t, nil)
	tree, pack := packed(t, s, map[string]string{"a": "one"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := s.Unpack(ctx, "p", bytes.NewReader(pack), tree.ID); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", got, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

var errBroken = errors.New("the connection broke")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }
