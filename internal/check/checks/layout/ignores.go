package layout

import (
	"io/fs"
	"path"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// maxIgnoreBytes bounds a .gitignore.
const maxIgnoreBytes = 64 << 10

// ignores are the patterns of .gitignore files. They matter in a working tree
// alone: what a commit holds is published, ignored or not.
//
// Patterns are read as Git reads them, but for two things: one with ** in its
// middle matches nothing, and one that takes another back (!) is passed over.
type ignores []ignore

type ignore struct {
	folder     string // of the .gitignore
	pattern    string
	anchored   bool // matches a path below folder, not a name
	folderOnly bool
}

// readIgnores reads the .gitignore of the folder, if there is one.
func readIgnores(tree fs.FS, folder string, entries []fs.DirEntry) (ignores, error) {
	const name = ".gitignore"
	if e := check.Find(entries, name); e == nil || !e.Type().IsRegular() {
		return nil, nil
	}
	data, _, err := check.ReadBounded(tree, path.Join(folder, name), maxIgnoreBytes)
	if err != nil {
		return nil, err
	}
	var found ignores
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		i := ignore{folder: folder}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "/**"), "/*")
		line, i.folderOnly = strings.CutSuffix(line, "/")
		line = strings.TrimPrefix(line, "**/")
		i.anchored = strings.Contains(line, "/")
		i.pattern = strings.TrimPrefix(line, "/")
		found = append(found, i)
	}
	return found, nil
}

// match tells whether a pattern names the file or folder itself.
func (all ignores) match(file string, isFolder bool) bool {
	for _, i := range all {
		if i.folderOnly && !isFolder {
			continue
		}
		name := path.Base(file)
		if i.anchored {
			name = file
			if i.folder != "." {
				var below bool
				if name, below = strings.CutPrefix(file, i.folder+"/"); !below {
					continue
				}
			}
		}
		if ok, err := path.Match(i.pattern, name); err == nil && ok {
			return true
		}
	}
	return false
}
