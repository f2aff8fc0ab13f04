package layout

import (
	"io/fs"
	"path"
	"slices"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// walk visits what is below a folder, listing by listing, in the order of names.
// Links are not followed. It passes over Git's own folder, over what
// layout/vendored reports as a whole, and in a working tree over what Git ignores.
func walk(tree fs.FS, folder string, visit func(file string, entry fs.DirEntry) error) error {
	root, err := fs.ReadDir(tree, ".")
	if err != nil {
		return err
	}
	w := walker{tree: tree, visit: visit, working: check.Find(root, ".git") != nil}
	var above ignores
	if w.working && folder != "." {
		if above, err = readIgnores(tree, ".", root); err != nil {
			return err
		}
	}
	return w.below(folder, above)
}

type walker struct {
	tree    fs.FS
	visit   func(file string, entry fs.DirEntry) error
	working bool // Git's own folder (or file) at the root tells a working tree
}

func (w walker) below(folder string, ignored ignores) error {
	entries, err := fs.ReadDir(w.tree, folder)
	if err != nil {
		return err
	}
	if w.working {
		own, err := readIgnores(w.tree, folder, entries)
		if err != nil {
			return err
		}
		ignored = slices.Concat(ignored, own)
	}
	for _, entry := range entries {
		file := path.Join(folder, entry.Name())
		if ignored.match(file, entry.IsDir()) {
			continue
		}
		if err := w.visit(file, entry); err != nil {
			return err
		}
		if !entry.IsDir() || entry.Name() == ".git" || vendoredName(entry.Name()) {
			continue
		}
		if err := w.below(file, ignored); err != nil {
			return err
		}
	}
	return nil
}

// walkApplication walks the folder of the application, if it has one.
func walkApplication(p *check.Pass, visit func(file string, entry fs.DirEntry) error) error {
	folder, err := check.Folder(p.Tree, p.Application.Name)
	if err != nil || len(folder) == 0 {
		return err // layout/application-folder says so
	}
	return walk(p.Tree, p.Application.Name, visit)
}
