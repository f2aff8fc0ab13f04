package gitsource

import (
	"context"
	"io/fs"
	"sync"
)

const (
	// maxEntries is how many files and folders a tree may have. The same folder
	// counts each time that it is named: a few kilobytes can name it a billion
	// times.
	maxEntries = 50_000
	// maxPath is how long a path may be, in bytes: it bounds the depth too.
	maxPath = 4096
	// maxBlob is the size of the largest file that is read from a tree, in bytes.
	maxBlob = 8 << 20
	// maxAhead is how many bytes of a tree are read before they are asked for, and
	// maxBlobAhead the size of the largest file that they include. One file at a
	// time takes five times as long.
	maxAhead     = 16 << 20
	maxBlobAhead = 256 << 10
)

// Tree is a commit with all of its files. It takes room on disk, memory (at most
// 16 MiB for contents) and a process until it is closed.
type Tree struct {
	// Commit is what the tag names; of a folder, what has just these files, or "".
	Commit string
	// ID is that of the tree itself.
	ID string
	// Untracked are the files and folders that are not in the tree of a folder since
	// git does not track them, nor is told to ignore them. A folder ends in a slash.
	Untracked []string

	files   *treeFS
	scratch *scratch
	close   func() error
}

// FS returns the files, read-only. It is also an fs.ReadDirFS, fs.ReadFileFS,
// fs.StatFS and fs.ReadLinkFS, and safe for concurrent use. Symbolic links (fs.ModeSymlink) and
// submodules (fs.ModeIrregular) are listed and never followed: reading one returns
// ErrNotRegular, and reading a file of more than 8 MiB ErrTooLarge. What has a
// name that is no valid path is left out.
func (t *Tree) FS() fs.FS { return t.files }

// Close removes the files; after it they can be listed, but not read: that returns
// fs.ErrClosed. It may be called again.
func (t *Tree) Close() error { return t.close() }

// openTree lists a tree in the scratch repository: that which named returns, with
// the commit that it belongs to. The Tree owns the scratch folder, unless there is
// an error.
func (s *Source) openTree(ctx context.Context, sc *scratch, named func(*objects) (tree, commit string, err error)) (*Tree, error) {
	o, err := s.openObjects(sc)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, o.kill)
	tree, commit, err := named(o)
	var files *treeFS
	if err == nil {
		files, err = listTree(o, tree)
	}
	if err == nil {
		err = files.readAhead()
	}
	if !stop() && err == nil {
		err = ctx.Err() // the process is being killed
	}
	if err != nil {
		o.close()
		return nil, unlessInterrupted(ctx, err)
	}
	return &Tree{Commit: commit, ID: tree, files: files, scratch: sc, close: sync.OnceValue(func() error {
		o.close()
		return sc.remove()
	})}, nil
}
