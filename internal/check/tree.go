package check

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Find is the entry of that name in a folder's listing, nil when there is none.
//
// Checks look into listings where others would call fs.Stat: a listing shows a
// symbolic link as one, and keeps Package.json apart from package.json also on
// a file system that ignores case.
func Find(folder []fs.DirEntry, name string) fs.DirEntry {
	for _, e := range folder {
		if e.Name() == name {
			return e
		}
	}
	return nil
}

// Folder lists the folder of that name at the root, nothing when there is none.
func Folder(tree fs.FS, name string) ([]fs.DirEntry, error) {
	root, err := fs.ReadDir(tree, ".")
	if err != nil {
		return nil, err
	}
	if e := Find(root, name); e == nil || !e.IsDir() {
		return nil, nil
	}
	return fs.ReadDir(tree, name)
}

// ReadBounded reads a file of at most limit bytes; whole is false when it has
// more, and then there is no data.
func ReadBounded(tree fs.FS, name string, limit int) (data []byte, whole bool, err error) {
	f, err := tree.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = f.Close() }() // opened for reading: nothing is lost
	// A tree may refuse to read a large file at all: nobody has to ask it.
	if info, err := f.Stat(); err != nil || info.Size() > int64(limit) {
		return nil, false, err
	}
	data, err = io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil || len(data) > limit {
		return nil, false, err
	}
	return data, true, nil
}

// readUntil returns the tree, which fails with the context's error once that
// has ended: a check that only reads need not watch the deadline.
func readUntil(ctx context.Context, tree fs.FS) fs.FS {
	return boundTree{ctx: ctx, tree: tree}
}

type boundTree struct {
	ctx  context.Context
	tree fs.FS
}

func (t boundTree) Open(name string) (fs.File, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return t.tree.Open(name)
}

func (t boundTree) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return fs.ReadDir(t.tree, name)
}

// ReadLink is what a symbolic link says: fs.ReadLink of the tree.
func (t boundTree) ReadLink(name string) (string, error) {
	if err := t.ctx.Err(); err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return fs.ReadLink(t.tree, name)
}

// Lstat is there because fs.ReadLinkFS has it.
func (t boundTree) Lstat(name string) (fs.FileInfo, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return fs.Lstat(t.tree, name)
}

// ofApplication is the tree as a check of one application may see it: the names at
// the root, the files there, and the application's folder. Whatever else it reads
// is an error of the check: its findings would be kept too long.
func ofApplication(tree fs.FS, folder string) fs.FS {
	return applicationTree{tree: tree, folder: folder}
}

type applicationTree struct {
	tree   fs.FS
	folder string
}

func (t applicationTree) Open(name string) (fs.File, error) {
	if err := t.sees("open", name); err != nil {
		return nil, err
	}
	return t.tree.Open(name)
}

func (t applicationTree) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		if err := t.sees("readdir", name+"/"); err != nil {
			return nil, err
		}
	}
	return fs.ReadDir(t.tree, name)
}

func (t applicationTree) ReadLink(name string) (string, error) {
	if err := t.sees("readlink", name); err != nil {
		return "", err
	}
	return fs.ReadLink(t.tree, name)
}

func (t applicationTree) Lstat(name string) (fs.FileInfo, error) {
	if err := t.sees("lstat", name); err != nil {
		return nil, err
	}
	return fs.Lstat(t.tree, name)
}

func (t applicationTree) sees(op, name string) error {
	top, _, deeper := strings.Cut(name, "/")
	if deeper && top != t.folder {
		return fmt.Errorf("%s %s: a check of application %s must not look there", op, name, t.folder)
	}
	return nil
}
