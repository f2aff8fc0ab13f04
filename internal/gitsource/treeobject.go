package gitsource

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"strings"
)

// maxTreeObject is the size of the largest folder that is read, in bytes.
const maxTreeObject = 16 << 20

// treeEntry is one name in a tree object.
type treeEntry struct {
	name, id string
	mode     fs.FileMode
}

var errMalformedTree = errors.New("malformed tree object")

// parseTree reads a tree object: repeated mode, space, name, NUL, binary id.
func parseTree(data []byte, idLength int) ([]treeEntry, error) {
	var entries []treeEntry
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, spaced := bytes.Cut(head, []byte{' '})
		if !ok || !spaced || len(rest) < idLength {
			return nil, errMalformedTree
		}
		entries = append(entries, treeEntry{
			name: string(name),
			id:   hex.EncodeToString(rest[:idLength]),
			mode: fileMode(string(mode)),
		})
		data = rest[idLength:]
	}
	return entries, nil
}

// fileMode translates git's mode. What is neither a file, a folder nor a symbolic
// link is irregular: a submodule, and what git does not make.
func fileMode(mode string) fs.FileMode {
	switch strings.TrimLeft(mode, "0") {
	case "40000":
		return fs.ModeDir | 0o555
	case "100644", "100664":
		return 0o444
	case "100755":
		return 0o555
	case "120000":
		return fs.ModeSymlink | 0o444
	default:
		return fs.ModeIrregular
	}
}
