package fix

import (
	"fmt"
	"io"
	"io/fs"

	"github.com/greenroom-registry/greenroom/api"
)

// maxFile bounds the files that are changed. Those that findings are about are far
// smaller.
const maxFile = 16 << 20

// Result is what Apply did.
type Result struct {
	// Files are the new texts of the files that change, by name.
	Files map[string][]byte
	// Fixed are the findings whose fixes were carried out.
	Fixed []api.Finding
	// Left are those whose fix changes a place that an earlier fix changes too. They
	// may still hold afterwards: judge the files again.
	Left []api.Finding
}

// Apply carries out the fixes of findings on the files of the tree, in their order
// and each as a whole. Nothing is written.
//
// It returns an *OutsideError when a file has not the place of an edit, and the
// tree's error when a file cannot be read; then nothing is to be changed.
func Apply(tree fs.FS, findings []api.Finding) (Result, error) {
	result := Result{Files: map[string][]byte{}}
	edits := map[string][]api.Edit{}
	for _, f := range findings {
		switch {
		case f.Fix == nil || len(f.Fix.Edits) == 0:
		case meets(edits, f.Fix):
			result.Left = append(result.Left, f)
		default:
			for _, e := range f.Fix.Edits {
				edits[e.File] = append(edits[e.File], e)
			}
			result.Fixed = append(result.Fixed, f)
		}
	}
	for name, of := range edits {
		data, err := read(tree, name)
		if err != nil {
			return Result{}, fmt.Errorf("fix %s: %w", name, err)
		}
		if result.Files[name], err = Text(data, of); err != nil {
			return Result{}, fmt.Errorf("fix %s: %w", name, err)
		}
	}
	return result, nil
}

// meets says whether a fix changes what those edits change, or what lies directly
// beside it: there the order would matter.
func meets(edits map[string][]api.Edit, f *api.Fix) bool {
	for _, e := range f.Edits {
		for _, other := range edits[e.File] {
			if !before(e.EndLine, e.EndColumn, other.Line, other.Column) && !before(other.EndLine, other.EndColumn, e.Line, e.Column) {
				return true
			}
		}
	}
	return false
}

func before(line, column, otherLine, otherColumn int) bool {
	return line < otherLine || line == otherLine && column < otherColumn
}

func read(tree fs.FS, name string) (_ []byte, err error) {
	if !fs.ValidPath(name) { // not every tree looks
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	f, err := tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading: nothing is lost
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("it has more than %d MiB", maxFile>>20)
	}
	return data, nil
}
