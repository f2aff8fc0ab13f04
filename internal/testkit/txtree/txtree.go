// Package txtree makes the tree of a repository of a txtar archive.
package txtree

import (
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

// Of makes a tree of the files of an archive. A name that ends in a slash is an
// empty folder, "a -> b" a symbolic link, "a @ 1f2e3d" a submodule at that commit,
// and "a (6 MiB)" a file of that size. In the texts PLANTED-GITHUB-TOKEN and its like
// become what has the form of a secret. It panics when a size cannot be read.
func Of(files []txtar.File) fstest.MapFS {
	tree := fstest.MapFS{}
	for _, f := range files {
		if link, target, ok := strings.Cut(f.Name, " -> "); ok {
			tree[link] = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
		} else if folder, ok := strings.CutSuffix(f.Name, "/"); ok {
			tree[folder] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
		} else if module, _, ok := strings.Cut(f.Name, " @ "); ok {
			tree[module] = &fstest.MapFile{Mode: fs.ModeIrregular}
		} else if file, size, ok := strings.Cut(f.Name, " ("); ok {
			tree[file] = &fstest.MapFile{Data: make([]byte, mebibytes(size)), Mode: 0o644}
		} else {
			tree[f.Name] = &fstest.MapFile{Data: []byte(secrets.Replace(string(f.Data))), Mode: 0o644}
		}
	}
	return tree
}

// mebibytes reads the size of "a (6 MiB)".
func mebibytes(text string) int {
	var n int
	if _, err := fmt.Sscanf(text, "%d MiB)", &n); err != nil {
		panic(fmt.Sprintf("size %q: %v", text, err))
	}
	return n << 20
}
