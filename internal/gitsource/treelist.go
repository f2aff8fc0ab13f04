package gitsource

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// listTree lists all folders below the root, one level after the other, and asks
// for the sizes of all files.
func listTree(o *objects, root string) (*treeFS, error) {
	top := &node{name: ".", id: root, mode: fs.ModeDir | 0o555}
	t := &treeFS{objects: o, nodes: map[string]*node{".": top}}
	top.files = t
	var err error
	for level := []folder{{path: ".", node: top}}; len(level) > 0; {
		if level, err = t.list(level); err != nil {
			return nil, err
		}
	}
	return t, t.measure()
}

// folder is a node whose entries are not known yet.
type folder struct {
	path string
	node *node
}

// list reads the folders, and returns those that are in them.
func (t *treeFS) list(level []folder) (below []folder, err error) {
	ids := make([]string, len(level))
	for i, f := range level {
		ids[i] = f.node.id
	}
	err = t.objects.eachContents(ids, maxTreeObject, func(i int, found object, data []byte) error {
		entries, err := parseTree(data, len(found.id)/2)
		if err != nil {
			return err
		}
		folders, err := t.add(level[i], entries)
		below = append(below, folders...)
		return err
	})
	return below, err
}

// add puts the entries into the folder, and returns the folders among them.
func (t *treeFS) add(parent folder, entries []treeEntry) (folders []folder, err error) {
	for _, e := range entries {
		child := path.Join(parent.path, e.name)
		if !fs.ValidPath(e.name) || t.nodes[child] != nil {
			continue
		}
		if len(t.nodes) > maxEntries || len(child) > maxPath {
			return nil, fmt.Errorf("more than %d files, or a path of more than %d bytes: %w", maxEntries, maxPath, ErrTooLarge)
		}
		n := &node{files: t, name: e.name, id: e.id, mode: e.mode}
		t.nodes[child] = n
		parent.node.children = append(parent.node.children, n)
		switch {
		case n.IsDir():
			folders = append(folders, folder{path: child, node: n})
		case n.mode.IsRegular():
			t.regular = append(t.regular, n)
		case n.mode.Type() == fs.ModeSymlink:
			t.links = append(t.links, n)
		}
	}
	slices.SortFunc(parent.node.children, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return folders, nil
}

// measure asks for the sizes of the regular files and of what links say.
func (t *treeFS) measure() error {
	measured := slices.Concat(t.regular, t.links)
	ids := make([]string, len(measured))
	for i, n := range measured {
		ids[i] = n.id
	}
	return t.objects.each("info", ids, func(i int, found object) error {
		measured[i].size = found.size
		return nil
	})
}

// readAhead reads small files, until there is no more room to keep them.
func (t *treeFS) readAhead() error {
	room := int64(maxAhead)
	var ids []string
	chosen := make(map[string]bool)
	for _, n := range t.regular {
		if n.size > min(room, maxBlobAhead) || chosen[n.id] {
			continue
		}
		room -= n.size
		chosen[n.id] = true
		ids = append(ids, n.id)
	}
	return t.objects.readAhead(ids, maxBlobAhead)
}
