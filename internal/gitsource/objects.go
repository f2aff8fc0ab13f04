package gitsource

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// maxTreeObject is the size of the largest folder that is read, in bytes.
const maxTreeObject = 16 << 20

var errObjectMissing = errors.New("object missing")

// objects reads the objects of a scratch repository through one long-lived git
// process. It is safe for concurrent use.
type objects struct {
	mu   sync.Mutex
	cmd  *exec.Cmd
	kill context.CancelFunc
	in   io.WriteCloser
	out  *bufio.Reader
	// unusable is set once answers may be out of step with questions.
	unusable error
}

type object struct {
	id, kind string
	size     int64
}

// openObjects starts the process. It outlives ctx; close ends it.
func (s *Source) openObjects(sc *scratch) (*objects, error) {
	ctx, kill := context.WithCancel(context.Background())
	cmd := s.gitCommand(ctx, sc, nil, invocation{command: "cat-file", flags: []string{"--batch-command"}})
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr); err != nil {
		kill()
		return nil, fmt.Errorf("open git cat-file: %w", err)
	}
	if err := cmd.Start(); err != nil {
		kill()
		return nil, fmt.Errorf("start git cat-file: %w", err)
	}
	return &objects{cmd: cmd, kill: kill, in: in, out: bufio.NewReaderSize(out, 64<<10)}, nil
}

// close ends the process. Whoever reads afterwards gets fs.ErrClosed.
func (o *objects) close() {
	o.kill() // a read under way ends with an error
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unusable = fs.ErrClosed
	// It was killed, so how it ended says nothing.
	_ = o.cmd.Wait()
}

// info returns what the name stands for, or errObjectMissing.
func (o *objects) info(name string) (object, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ask("info " + name)
}

// contents returns the object's bytes. It returns ErrTooLarge when there are more
// than limit, and errObjectMissing.
func (o *objects) contents(id string, limit int64) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, err := o.ask("info " + id)
	if err != nil {
		return nil, err
	}
	if found.size > limit {
		return nil, fmt.Errorf("%d bytes, of which at most %d are read: %w", found.size, limit, ErrTooLarge)
	}
	if _, err := o.ask("contents " + id); err != nil {
		return nil, err
	}
	data := make([]byte, found.size+1) // and the line end
	if _, err := io.ReadFull(o.out, data); err != nil {
		return nil, o.fail(err)
	}
	return data[:found.size], nil
}

// ask sends one line and reads the line that answers it.
func (o *objects) ask(question string) (object, error) {
	if o.unusable != nil {
		return object{}, o.unusable
	}
	if _, err := io.WriteString(o.in, question+"\n"); err != nil {
		return object{}, o.fail(err)
	}
	line, err := o.out.ReadString('\n')
	if err != nil {
		return object{}, o.fail(err)
	}
	fields := strings.Fields(line)
	if len(fields) == 2 && fields[1] == "missing" {
		return object{}, errObjectMissing
	}
	if len(fields) != 3 || !isObjectID(fields[0]) {
		return object{}, o.fail(fmt.Errorf("unexpected answer %.100q", line))
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return object{}, o.fail(err)
	}
	return object{id: fields[0], kind: fields[1], size: size}, nil
}

func (o *objects) fail(err error) error {
	o.unusable = fmt.Errorf("read from git cat-file: %w", err)
	return o.unusable
}

// commit returns the commit that was fetched. It returns ErrNotReachable when the
// tag names something else.
func (o *objects) commit() (string, error) {
	found, err := o.info(fetchedTag + "^{commit}")
	if errors.Is(err, errObjectMissing) {
		return "", &unreachable{reason: "the tag names no commit"}
	}
	return found.id, err
}

// folder returns the entries of the tree that the name stands for.
func (o *objects) folder(name string) ([]treeEntry, error) {
	found, err := o.info(name)
	if err != nil {
		return nil, err
	}
	data, err := o.contents(found.id, maxTreeObject)
	if err != nil {
		return nil, err
	}
	return parseTree(data, len(found.id)/2)
}

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
