package gitsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// MaxPack is the size of the largest pack that is made or read, in bytes.
const MaxPack = 32 << 20

// ErrNotPacked says that what was sent is not a pack of git's with the tree in it,
// or that a file of the tree is missing there.
var ErrNotPacked = errors.New("not a pack of git's with the whole tree")

// Pack writes all that the tree consists of as one pack of git's, from which Unpack
// makes the same tree on another machine. It returns ErrTooLarge and the writer's
// error.
func (s *Source) Pack(ctx context.Context, tree *Tree, to io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, s.treeDeadline)
	defer cancel()
	var stderr boundedBuffer
	out := &boundedWriter{to: to, left: MaxPack}
	cmd := s.gitCommand(ctx, tree.scratch, nil, invocation{
		command: "pack-objects",
		flags:   []string{"--revs", "--stdout", "--quiet", "--delta-base-offset"},
	})
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(tree.ID+"\n"), out, &stderr
	if err := start(cmd); err != nil {
		return fmt.Errorf("start git pack-objects: %w", err)
	}
	failed := cmd.Wait()
	switch {
	case out.failed != nil:
		return fmt.Errorf("pack tree %s: %w", tree.ID, out.failed)
	case failed != nil:
		return fmt.Errorf("pack tree %s: %w", tree.ID, unlessInterrupted(ctx, explain("pack-objects", stderr.String(), failed)))
	}
	return nil
}

// boundedWriter fails with ErrTooLarge when more is written than is left.
type boundedWriter struct {
	to     io.Writer
	left   int
	failed error
}

func (w *boundedWriter) Write(p []byte) (n int, err error) {
	if w.left -= len(p); w.left < 0 {
		err = fmt.Errorf("a pack of more than %d bytes: %w", MaxPack, ErrTooLarge)
	} else {
		n, err = w.to.Write(p)
	}
	if err != nil && w.failed == nil {
		w.failed = err
	}
	return n, err
}

// Unpack returns the tree of that id from a pack as Pack writes it, for a project,
// whose share of the slots it takes once all is read. Nothing that the pack says is
// believed: git computes each id. It returns ErrNotPacked, ErrTooLarge, ErrBusy and
// the reader's error.
func (s *Source) Unpack(ctx context.Context, project string, pack io.Reader, tree string) (*Tree, error) {
	if !isObjectID(tree) {
		return nil, fmt.Errorf("%.80q is no id of a tree: %w", tree, ErrNotPacked)
	}
	sc, err := s.newScratch()
	if err != nil {
		return nil, err
	}
	unpacked, err := s.unpack(ctx, sc, project, pack, tree)
	if err != nil {
		return nil, fmt.Errorf("unpack tree %s: %w", tree, errors.Join(err, sc.remove()))
	}
	return unpacked, nil
}

func (s *Source) unpack(ctx context.Context, sc *scratch, project string, pack io.Reader, tree string) (*Tree, error) {
	if err := sc.useFormat(formatOf(tree)); err != nil {
		return nil, err
	}
	// git reads a file: of a connection it might never see the end.
	received, err := sc.receive(pack)
	if err != nil {
		return nil, err
	}
	defer received.Close() //nolint:errcheck // it was only read
	ctx, cancel := context.WithTimeout(ctx, s.treeDeadline)
	defer cancel()
	release, err := s.slots.acquire(ctx, claim{project: project})
	if err != nil {
		return nil, err
	}
	defer release()
	_, err = s.converse(ctx, sc, nil, invocation{command: "index-pack", flags: []string{"--stdin", "--strict"}, input: received})
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, errNoSpace) {
		return nil, fmt.Errorf("%w: %w", ErrNotPacked, err)
	} else if err != nil {
		return nil, err
	}
	return s.openTree(ctx, sc, func(o *objects) (string, string, error) {
		found, err := o.info(tree)
		if errors.Is(err, errObjectMissing) || err == nil && found.kind != "tree" {
			err = ErrNotPacked
		}
		return tree, "", err
	})
}

// formatOf is the format of objects that are named so.
func formatOf(id string) string {
	if len(id) == 64 {
		return "sha256"
	}
	return "sha1"
}

// receive writes a pack into the folder, and opens it.
func (sc *scratch) receive(pack io.Reader) (*os.File, error) {
	file, err := os.Create(filepath.Join(sc.dir, "received"))
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(file, io.LimitReader(pack, MaxPack+1))
	if err == nil && n > MaxPack {
		err = tooManyBytes(n, MaxPack)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
