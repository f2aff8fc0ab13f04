package gitsource

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
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
)

// Tree is a commit with all of its files. It takes room on disk and a process
// until it is closed.
type Tree struct {
	Commit string
	files  *treeFS
	close  func() error
}

// FS returns the files, read-only. It is also an fs.ReadDirFS, fs.ReadFileFS and
// fs.StatFS, and safe for concurrent use. Symbolic links (fs.ModeSymlink) and
// submodules (fs.ModeIrregular) are listed and never followed: reading one returns
// ErrNotRegular, and reading a file of more than 8 MiB ErrTooLarge. What has a
// name that is no valid path is left out.
func (t *Tree) FS() fs.FS { return t.files }

// Close removes the files; after it they can be listed, but not read. It may be
// called again.
func (t *Tree) Close() error { return t.close() }

// openTree lists what fetch has brought. The Tree owns the scratch folder, unless
// there is an error.
func (s *Source) openTree(ctx context.Context, sc *scratch) (*Tree, error) {
	o, err := s.openObjects(sc)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, o.kill)
	commit, err := o.commit()
	var files *treeFS
	if err == nil {
		files, err = listTree(o, commit+"^{tree}")
	}
	if !stop() && err == nil {
		err = ctx.Err() // the process is being killed
	}
	if err != nil {
		o.close()
		return nil, unlessInterrupted(ctx, err)
	}
	return &Tree{Commit: commit, files: files, close: sync.OnceValue(func() error {
		o.close()
		return sc.remove()
	})}, nil
}

// listTree reads all folders below the root.
func listTree(o *objects, root string) (*treeFS, error) {
	files := &treeFS{objects: o, nodes: make(map[string]*node)}
	top := &node{files: files, name: ".", id: root, mode: fs.ModeDir | 0o555}
	files.nodes["."] = top
	type folder struct {
		path string
		node *node
	}
	for unread := []folder{{".", top}}; len(unread) > 0; {
		next := unread[len(unread)-1]
		unread = unread[:len(unread)-1]
		entries, err := o.folder(next.node.id)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			child := path.Join(next.path, e.name)
			if !fs.ValidPath(e.name) || files.nodes[child] != nil {
				continue
			}
			if len(files.nodes) > maxEntries || len(child) > maxPath {
				return nil, fmt.Errorf("more than %d files, or a path of more than %d bytes: %w", maxEntries, maxPath, ErrTooLarge)
			}
			n := &node{files: files, name: e.name, id: e.id, mode: e.mode}
			files.nodes[child] = n
			next.node.children = append(next.node.children, n)
			if n.IsDir() {
				unread = append(unread, folder{child, n})
			}
		}
		slices.SortFunc(next.node.children, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	}
	return files, nil
}
