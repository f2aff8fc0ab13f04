package gitsource

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"
)

// treeFS is the file system of a commit. Folders and small files are in memory,
// other files are read from git when they are asked for.
type treeFS struct {
	objects *objects
	nodes   map[string]*node // by path
	regular []*node          // the regular files
	links   []*node          // the symbolic links
}

var (
	_ fs.ReadDirFS  = (*treeFS)(nil)
	_ fs.ReadFileFS = (*treeFS)(nil)
	_ fs.StatFS     = (*treeFS)(nil)
	_ fs.ReadLinkFS = (*treeFS)(nil)
)

func (t *treeFS) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n, ok := t.nodes[name]
	if !ok {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

func (t *treeFS) Open(name string) (fs.File, error) {
	n, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.IsDir() {
		return &openFolder{node: n, path: name}, nil
	}
	return &openFile{node: n, path: name}, nil
}

func (t *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a directory")}
	}
	return slices.Clone(n.children), nil
}

func (t *treeFS) ReadFile(name string) ([]byte, error) {
	n, err := t.find("read", name)
	if err != nil {
		return nil, err
	}
	data, err := n.read()
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return slices.Clone(data), nil
}

func (t *treeFS) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	return nodeInfo{n}, nil
}

// ID is git's object id of a path, "" when there is nothing.
func (t *treeFS) ID(name string) string {
	if n, ok := t.nodes[name]; ok {
		return n.id
	}
	return ""
}

// Lstat is Stat: links are not followed.
func (t *treeFS) Lstat(name string) (fs.FileInfo, error) { return t.Stat(name) }

// ReadLink returns what a symbolic link says, wherever that leads, and
// fs.ErrInvalid for what is no link or says more than a path can.
func (t *treeFS) ReadLink(name string) (string, error) {
	n, err := t.find("readlink", name)
	if err != nil {
		return "", err
	}
	target, err := n.target()
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return target, nil
}

// node is a file or a folder. It is its own fs.DirEntry.
type node struct {
	files    *treeFS
	name, id string
	mode     fs.FileMode
	size     int64         // of a regular file, or of what a link says
	children []fs.DirEntry // by name
}

func (n *node) Name() string               { return n.name }
func (n *node) IsDir() bool                { return n.mode.IsDir() }
func (n *node) Type() fs.FileMode          { return n.mode.Type() }
func (n *node) Info() (fs.FileInfo, error) { return nodeInfo{n}, nil }

// read returns the bytes of the file, which are not the caller's to change.
func (n *node) read() ([]byte, error) {
	switch {
	case !n.mode.IsRegular():
		return nil, ErrNotRegular
	case n.size > maxBlob:
		return nil, tooManyBytes(n.size, maxBlob)
	default:
		return n.files.objects.blob(n.id, n.size)
	}
}

// target reads what a symbolic link says.
func (n *node) target() (string, error) {
	switch {
	case n.mode.Type() != fs.ModeSymlink, n.size > maxPath:
		return "", fs.ErrInvalid
	default:
		data, err := n.files.objects.blob(n.id, n.size)
		return string(data), err
	}
}

// nodeInfo is the fs.FileInfo of a node. Git keeps no time of a file.
type nodeInfo struct{ *node }

func (i nodeInfo) Size() int64        { return i.size }
func (i nodeInfo) Mode() fs.FileMode  { return i.mode }
func (i nodeInfo) ModTime() time.Time { return time.Time{} }
func (i nodeInfo) Sys() any           { return nil }

// openFile is a file that is read when it is first asked for bytes.
type openFile struct {
	node *node
	path string
	data *bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.node.Info() }
func (f *openFile) Close() error               { return nil }

func (f *openFile) Read(p []byte) (int, error) {
	if f.data == nil {
		data, err := f.node.read()
		if err != nil {
			return 0, &fs.PathError{Op: "read", Path: f.path, Err: err}
		}
		f.data = bytes.NewReader(data)
	}
	return f.data.Read(p)
}

// openFolder is a folder with a place up to which it was listed.
type openFolder struct {
	node   *node
	path   string
	listed int
}

func (f *openFolder) Stat() (fs.FileInfo, error) { return f.node.Info() }
func (f *openFolder) Close() error               { return nil }

func (f *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.path, Err: ErrNotRegular}
}

func (f *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	left := f.node.children[f.listed:]
	if n > 0 {
		if len(left) == 0 {
			return nil, io.EOF
		}
		left = left[:min(n, len(left))]
	}
	f.listed += len(left)
	return slices.Clone(left), nil
}
