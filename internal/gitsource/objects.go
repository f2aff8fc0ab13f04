package gitsource

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

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
	// kept are the contents of blobs that were read ahead, by id.
	kept map[string][]byte
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
	if err := start(cmd); err != nil {
		kill()
		return nil, fmt.Errorf("start git cat-file: %w", err)
	}
	return &objects{
		cmd: cmd, kill: kill, in: in, out: bufio.NewReaderSize(out, 64<<10),
		kept: make(map[string][]byte),
	}, nil
}

// close ends the process. Whoever reads afterwards gets fs.ErrClosed.
func (o *objects) close() {
	o.kill() // a read under way ends with an error
	o.mu.Lock()
	defer o.mu.Unlock()
	o.unusable, o.kept = fs.ErrClosed, nil
	// It was killed, so how it ended says nothing.
	_ = o.cmd.Wait()
}

// info returns what the name stands for, or errObjectMissing.
func (o *objects) info(name string) (object, error) {
	var found object
	err := o.each("info", []string{name}, func(_ int, f object) error {
		found = f
		return nil
	})
	return found, err
}

// contents returns the bytes of the object that the name stands for. It returns
// ErrTooLarge when there are more than limit, and errObjectMissing.
func (o *objects) contents(name string, limit int64) (object, []byte, error) {
	found, err := o.info(name)
	if err != nil {
		return object{}, nil, err
	}
	if found.size > limit {
		return object{}, nil, tooManyBytes(found.size, limit)
	}
	data, err := o.blob(found.id, found.size)
	return found, data, err
}

func tooManyBytes(size, limit int64) error {
	return fmt.Errorf("%d bytes, of which at most %d are read: %w", size, limit, ErrTooLarge)
}

// blob returns the bytes of the blob, whose size the caller knows. They are not
// the caller's to change.
func (o *objects) blob(id string, size int64) ([]byte, error) {
	o.mu.Lock()
	data, ok := o.kept[id]
	o.mu.Unlock()
	if ok {
		return data, nil
	}
	err := o.eachContents([]string{id}, size, func(_ int, _ object, d []byte) error {
		data = d
		return nil
	})
	return data, err
}

// readAhead keeps the contents of blobs that somebody will probably ask for.
func (o *objects) readAhead(ids []string, limit int64) error {
	return o.eachContents(ids, limit, func(i int, _ object, data []byte) error {
		o.kept[ids[i]] = data
		return nil
	})
}

// eachContents hands over the objects with their contents, in order. It returns
// ErrTooLarge when one has more than limit bytes.
func (o *objects) eachContents(names []string, limit int64, take func(i int, found object, data []byte) error) error {
	return o.each("contents", names, func(i int, found object) error {
		if found.size > limit {
			return tooManyBytes(found.size, limit)
		}
		data := make([]byte, found.size+1) // and the line end
		if _, err := io.ReadFull(o.out, data); err != nil {
			return err
		}
		return take(i, found, data[:found.size])
	})
}

// each asks git the same question about many objects, and takes the answers in
// order. All questions are on their way before the first answer has come back: a
// round trip takes longer than an answer.
//
// It returns errObjectMissing when the only object is. Whatever else goes wrong,
// the process is of no use any more.
func (o *objects) each(question string, names []string, take func(i int, found object) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.unusable != nil {
		return o.unusable
	}
	var questions strings.Builder
	for _, name := range names {
		questions.WriteString(question + " " + name + "\n")
	}
	asked := make(chan error, 1)
	go func() {
		_, err := io.WriteString(o.in, questions.String())
		asked <- err
	}()
	for i := range names {
		found, err := o.answer()
		if errors.Is(err, errObjectMissing) && len(names) == 1 {
			return errors.Join(err, <-asked)
		}
		if err == nil {
			err = take(i, found)
		}
		if err != nil {
			o.kill() // or the rest of the questions might never be read
			err = errors.Join(err, <-asked)
			return o.fail(err)
		}
	}
	if err := <-asked; err != nil {
		return o.fail(err)
	}
	return nil
}

// answer reads the line with which git answers.
func (o *objects) answer() (object, error) {
	line, err := o.out.ReadString('\n')
	if err != nil {
		return object{}, err
	}
	fields := strings.Fields(line)
	if len(fields) == 2 && fields[1] == "missing" {
		return object{}, errObjectMissing
	}
	if len(fields) != 3 || !isObjectID(fields[0]) {
		return object{}, fmt.Errorf("unexpected answer %.100q", line)
	}
	size, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return object{}, err
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

// fetched returns the tree and the commit of what was fetched. It returns
// ErrNotReachable when the tag names no commit.
func (o *objects) fetched() (tree, commit string, err error) {
	if commit, err = o.commit(); err != nil {
		return "", "", err
	}
	found, err := o.info(commit + "^{tree}")
	return found.id, commit, err
}

// folder returns the entries of the tree that the name stands for.
func (o *objects) folder(name string) ([]treeEntry, error) {
	found, data, err := o.contents(name, maxTreeObject)
	if err != nil {
		return nil, err
	}
	return parseTree(data, len(found.id)/2)
}
