package fix

import (
	"bytes"
	"io/fs"
)

// Overlay is a tree some files of which have other texts.
type Overlay struct {
	fs.FS
	// Files are those texts, by name. All of them are files of the tree.
	Files map[string][]byte
}

// Open opens a file with its other text.
func (o Overlay) Open(name string) (fs.File, error) {
	f, err := o.FS.Open(name)
	if text, other := o.Files[name]; err == nil && other {
		return &overlaid{f, bytes.NewReader(text)}, nil
	}
	return f, err
}

// ReadDir lists a folder of the tree.
func (o Overlay) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(o.FS, name) }

// ReadLink is what a link of the tree says.
func (o Overlay) ReadLink(name string) (string, error) { return fs.ReadLink(o.FS, name) }

// Lstat describes a file as it is in the tree.
func (o Overlay) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(o.FS, name) }

type overlaid struct {
	fs.File
	text *bytes.Reader
}

func (f *overlaid) Read(b []byte) (int, error) { return f.text.Read(b) }
