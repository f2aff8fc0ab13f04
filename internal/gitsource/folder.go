package gitsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// folderDeadline bounds how long git may take to read a folder.
const folderDeadline = 2 * time.Minute

// workTreeSettings keep git, which reads the user's own configuration here, from
// running what is no filter, and from work that a tree of one read does not need.
var workTreeSettings = []string{
	"core.hooksPath=" + os.DevNull,
	"core.fsmonitor=false",
	"core.safecrlf=false",
	"core.fsync=none",
	"core.compression=0",
	"advice.addEmbeddedRepo=false",
	"maintenance.auto=false",
	"gc.auto=0",
}

// Folder returns the tree that git would commit of a folder on this machine: its
// tracked files as they are now, through git's own clean filters, so that line ends
// and modes are those of a commit. Of a folder that git does not know, it is all
// files that .gitignore does not leave out. Nothing is written to the repository.
//
// The Tree has a Commit where the folder is the root of a repository and just what
// HEAD has. The configuration and the filters are those of the user, as for any git
// command there: it is not for folders of strangers.
func (s *Source) Folder(ctx context.Context, folder string) (*Tree, error) {
	ctx, cancel := context.WithTimeout(ctx, folderDeadline)
	defer cancel()
	sc, err := s.newScratch()
	if err != nil {
		return nil, err
	}
	tree, err := s.openFolder(ctx, sc, folder)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", folder, errors.Join(err, sc.remove()))
	}
	return tree, nil
}

func (s *Source) openFolder(ctx context.Context, sc *scratch, folder string) (*Tree, error) {
	w := &workTree{source: s, scratch: sc, folder: folder}
	id, commit, err := w.tracked(ctx)
	if err != nil {
		return nil, err
	}
	var untracked []string
	if id == "" {
		id, err = w.everything(ctx)
	} else {
		untracked, err = w.untracked(ctx)
	}
	if err != nil {
		return nil, err
	}
	tree, err := s.openTree(ctx, sc, func(*objects) (string, string, error) { return id, commit, nil })
	if err != nil {
		return nil, err
	}
	tree.Untracked = untracked
	return tree, nil
}

// workTree is a folder that is read with the user's git.
type workTree struct {
	source  *Source
	scratch *scratch
	folder  string
}

// tracked returns the tree of the files that git tracks in the folder, "" when
// there are none or the folder is in no repository.
func (w *workTree) tracked(ctx context.Context) (tree, commit string, err error) {
	paths, err := w.git(ctx, nil, "rev-parse", "--path-format=absolute", "--git-path", "index", "--git-path", "objects",
		"--show-object-format", "--show-toplevel")
	if err != nil {
		return "", "", unlessMissing(err, "not a git repository", "must be run in a work tree")
	}
	lines := strings.Split(paths, "\n")
	if len(lines) != 4 {
		return "", "", fmt.Errorf("unexpected answer of git rev-parse %.200q", paths)
	}
	index, objects, format := lines[0], lines[1], lines[2]
	if err := w.borrow(index, objects, format); err != nil {
		return "", "", unlessNotExist(err)
	}
	env := w.env(objects)
	if files, err := w.git(ctx, env, "ls-files", "--error-unmatch", "-z", "--", "."); err != nil || files == "" {
		return "", "", unlessMissing(err, "did not match any file")
	}
	if _, err := w.git(ctx, env, "add", "--update", "--", "."); err != nil {
		return "", "", err
	}
	prefix, err := w.git(ctx, nil, "rev-parse", "--show-prefix")
	if err != nil {
		return "", "", err
	}
	if tree, err = w.git(ctx, env, "write-tree", "--missing-ok", "--prefix="+prefix); err != nil {
		return "", "", err
	}
	if prefix == "" {
		commit = w.commitOf(ctx, tree)
	}
	return tree, commit, nil
}

// borrow makes the scratch repository see the objects of the folder's, and copies
// the index, so that neither is changed. It returns an error that wraps
// fs.ErrNotExist when there is no index yet.
func (w *workTree) borrow(index, objects, format string) error {
	if err := copyFile(w.index(), index); err != nil {
		return err
	}
	info := filepath.Join(w.scratch.repository(), "objects", "info")
	if err := os.MkdirAll(info, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(info, "alternates"), []byte(objects+"\n"), 0o600); err != nil {
		return err
	}
	return w.scratch.useFormat(format)
}

// commitOf is HEAD's commit if the tree is its; "" otherwise, also when there is
// no commit yet.
func (w *workTree) commitOf(ctx context.Context, tree string) string {
	ids, err := w.git(ctx, nil, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	if err != nil {
		return ""
	}
	if committed, err := w.git(ctx, nil, "rev-parse", "--verify", "--quiet", ids+"^{tree}"); err != nil || committed != tree {
		return ""
	}
	return ids
}

// untracked lists what git neither tracks nor ignores in the folder.
func (w *workTree) untracked(ctx context.Context) ([]string, error) {
	names, err := w.git(ctx, nil, "ls-files", "--others", "--exclude-standard", "--directory", "--no-empty-directory", "-z", "--", ".")
	if names == "" || err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(names, "\x00"), "\x00"), nil
}

// everything returns the tree of all files that are not ignored.
func (w *workTree) everything(ctx context.Context) (string, error) {
	folder, err := filepath.Abs(w.folder)
	if err != nil {
		return "", err
	}
	if err := os.RemoveAll(w.index()); err != nil {
		return "", err
	}
	env := append(w.env(""), "GIT_DIR="+w.scratch.repository(), "GIT_WORK_TREE="+folder)
	if _, err := w.git(ctx, env, "-c", "core.bare=false", "add", "--all", "--", "."); err != nil {
		return "", err
	}
	return w.git(ctx, env, "-c", "core.bare=false", "write-tree")
}

func (w *workTree) index() string { return filepath.Join(w.scratch.dir, "index") }

// env sends what git writes to the scratch folder.
func (w *workTree) env(objects string) []string {
	env := []string{
		"GIT_INDEX_FILE=" + w.index(),
		"GIT_OBJECT_DIRECTORY=" + filepath.Join(w.scratch.repository(), "objects"),
	}
	if objects != "" {
		env = append(env, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+objects)
	}
	return env
}

// git runs a command in the folder, and returns what it prints without the last
// line end. The error holds what it says.
func (w *workTree) git(ctx context.Context, env []string, args ...string) (string, error) {
	var settings []string
	for _, s := range workTreeSettings {
		settings = append(settings, "-c", s)
	}
	cmd := exec.CommandContext(ctx, w.source.git, append(settings, args...)...) //nolint:gosec // the user's own git, in the user's own folder
	cmd.Dir = w.folder
	cmd.Env = append(userEnvironment(), env...)
	cmd.WaitDelay = 2 * time.Second
	ownGroup(cmd)
	var stdout bytes.Buffer
	var stderr boundedBuffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", unlessInterrupted(ctx, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String())))
	}
	return strings.TrimSuffix(stdout.String(), "\n"), nil
}

// userEnvironment is that of this process, without what would lead git to another
// repository.
func userEnvironment() []string {
	var env []string
	for _, e := range os.Environ() {
		switch name, _, _ := strings.Cut(e, "="); name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX":
		default:
			env = append(env, e)
		}
	}
	return append(env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
}

func unlessMissing(err error, says ...string) error {
	for _, s := range says {
		if err != nil && strings.Contains(err.Error(), s) {
			return nil
		}
	}
	return err
}

func unlessNotExist(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func copyFile(to, from string) (err error) {
	in, err := os.Open(from) //nolint:gosec // git's own index
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()                                      // opened for reading: nothing is lost
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // in the scratch folder
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}
