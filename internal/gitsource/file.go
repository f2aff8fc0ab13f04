package gitsource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxSiblings bounds the names that a FileNotFoundError lists.
const maxSiblings = 100

// File is one file of a commit.
type File struct {
	Commit string
	Data   []byte
}

// readFile reads a file of at most maxFileSize from what fetch has brought.
func (s *Source) readFile(ctx context.Context, sc *scratch, path string) (File, error) {
	o, err := s.openObjects(sc)
	if err != nil {
		return File{}, err
	}
	defer o.close()
	stop := context.AfterFunc(ctx, o.kill)
	defer stop()

	commit, err := o.commit()
	if err != nil {
		return File{}, unlessInterrupted(ctx, err)
	}
	data, err := o.file(commit, path)
	return File{Commit: commit, Data: data}, unlessInterrupted(ctx, err)
}

// unlessInterrupted replaces the error of a process that was killed by the reason
// for which it was.
func unlessInterrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return interrupted(ctx)
	}
	return err
}

// file returns the bytes of the file at the slash-separated path.
func (o *objects) file(commit, path string) ([]byte, error) {
	folder := commit + "^{tree}"
	parts := strings.Split(path, "/")
	for i, part := range parts {
		entries, err := o.folder(folder)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(entries, func(e treeEntry) bool { return e.name == part })
		last := i == len(parts)-1
		switch {
		case at < 0 || !last && !entries[at].mode.IsDir():
			return nil, o.notFound(commit, path)
		case last && !entries[at].mode.IsRegular():
			return nil, ErrNotRegular
		case last:
			return o.small(entries[at].id)
		}
		folder = entries[at].id
	}
	return nil, o.notFound(commit, path)
}

// small returns the contents of a blob, which is missing when the server left it
// out for its size.
func (o *objects) small(id string) ([]byte, error) {
	_, data, err := o.contents(id, maxFileSize)
	if errors.Is(err, errObjectMissing) {
		return nil, fmt.Errorf("more than %d bytes: %w", maxFileSize, ErrTooLarge)
	}
	return data, err
}

func (o *objects) notFound(commit, path string) error {
	entries, err := o.folder(commit + "^{tree}")
	if err != nil {
		return err
	}
	missing := &FileNotFoundError{Path: path, Commit: commit}
	for _, e := range entries[:min(len(entries), maxSiblings)] {
		missing.Siblings = append(missing.Siblings, e.name)
	}
	return missing
}
