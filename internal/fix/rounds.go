package fix

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
)

// maxRounds bounds how often files are judged anew. Fixes wait for a later round
// when they meet others, and when a file has very many.
const maxRounds = 20

// Change is a file before and after.
type Change struct {
	Name      string
	Was, Text []byte
}

// FilteredError is returned when a file on the disk differs from what was judged by
// more than line ends: lines and columns are not those of the file.
type FilteredError struct{ Name string }

func (e *FilteredError) Error() string {
	return fmt.Sprintf("%s: what git would commit is not what the file says, since a filter of git changes it: repair it by hand", e.Name)
}

// Rounds judges a tree, carries out the fixes, and judges again, until no fix is
// left. It returns what becomes of the files on the disk, which keep their line ends,
// by name, and how many findings are fixed. Nothing is written.
//
// It returns a *FilteredError, the error of judge, and those of Apply.
func Rounds(tree, disk fs.FS, judge func(fs.FS) ([]api.Finding, error)) ([]Change, int, error) {
	judged := Overlay{tree, map[string][]byte{}}
	there := Overlay{disk, map[string][]byte{}}
	fixed := 0
	for range maxRounds {
		findings, err := judge(judged)
		if err != nil {
			return nil, 0, err
		}
		next, err := Apply(judged, findings)
		if err != nil {
			return nil, 0, err
		}
		if len(next.Fixed) == 0 {
			break
		}
		if err := alike(judged, there, next.Files); err != nil {
			return nil, 0, err
		}
		nextThere, err := Apply(there, findings)
		if err != nil {
			return nil, 0, err
		}
		maps.Copy(judged.Files, next.Files)
		maps.Copy(there.Files, nextThere.Files)
		fixed += len(next.Fixed)
	}
	var changes []Change
	for _, name := range slices.Sorted(maps.Keys(there.Files)) {
		was, err := read(disk, name)
		if err != nil {
			return nil, 0, err
		}
		changes = append(changes, Change{name, was, there.Files[name]})
	}
	return changes, fixed, nil
}

// alike compares the files that change.
func alike(judged, there fs.FS, files map[string][]byte) error {
	for name := range files {
		a, err := read(judged, name)
		if err != nil {
			return err
		}
		b, err := read(there, name)
		if err != nil {
			return err
		}
		if plainLines(a) != plainLines(b) {
			return &FilteredError{name}
		}
	}
	return nil
}

// Plain is a change without its line ends, as it is shown to people.
func (c Change) Plain() (was, text []byte) {
	return []byte(plainLines(c.Was)), []byte(plainLines(c.Text))
}
