package layout

import (
	"io/fs"
	"path"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// walk visits what is below a folder, listing by listing, in the order of names.
// Links are not followed. It passes over what layout/vendored reports as a whole.
func walk(tree fs.FS, folder string, visit func(file string, entry fs.DirEntry) error) error {
	entries, err := fs.ReadDir(tree, folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		file := path.Join(folder, entry.Name())
		if err := visit(file, entry); err != nil {
			return err
		}
		if !entry.IsDir() || vendoredName(entry.Name()) {
			continue
		}
		if err := walk(tree, file, visit); err != nil {
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
