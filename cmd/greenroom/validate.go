package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/mattn/go-isatty"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
)

type validateCommand struct {
	config.Repositories
	Paths []string `arg:"" optional:"" name:"path" help:"Folder, file read as a connect.yaml, or URL@TAG of a repository. Default: this folder."`
	JSON  bool     `name:"json" help:"Print one JSON object a line for each path."`
	Only  string   `placeholder:"PREFIX" help:"Keep the rules whose names begin so, such as spec/."`
}

// Run judges each path. It ends with exit code 1 when one of them is not valid,
// and with 2 when one could not be judged; the others are judged all the same.
func (c *validateCommand) Run(ctx context.Context, io streams) error {
	if len(c.Paths) == 0 {
		c.Paths = []string{"."}
	}
	j := &judge{engine: check.New(checks.All()...), only: check.Options{Only: c.Only}, repositories: c.Repositories}
	if len(c.Paths) > 1 {
		defer debug.SetGCPercent(debug.SetGCPercent(manyFilesGC))
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // GOMEMLIMIT says nothing
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(softMemoryLimit))
	}
	color := takesColor(io.out)
	var troubles error
	valid := true
	for path, o := range inOrder(c.Paths, func(path string) outcome { return c.outcome(ctx, j, path, color) }) {
		if o.err != nil {
			troubles = errors.Join(troubles, fmt.Errorf("%s: %w", path, o.err))
			continue
		}
		valid = valid && o.valid
		if _, err := io.out.Write(o.text); err != nil {
			return fmt.Errorf("write the report of %s: %w", path, err)
		}
	}
	if troubles != nil {
		return troubles
	}
	if !valid {
		return exitCode(exitFound)
	}
	return nil
}

// manyFilesGC has garbage collected when the heap is five times what lives. Of a
// file nothing lives for long, and collecting after every few files took half of
// the time.
const manyFilesGC = 400

// softMemoryLimit has garbage collected more often from there on, in bytes. What lives
// takes less; a large repository would leave twice as much behind.
const softMemoryLimit = 72 << 20

// outcome is what is said about a path, or why nothing can be.
type outcome struct {
	text  []byte
	valid bool
	err   error
}

func (c *validateCommand) outcome(ctx context.Context, j *judge, path string, color bool) outcome {
	result, err := j.judge(ctx, path)
	if err != nil {
		return outcome{err: err}
	}
	var text bytes.Buffer
	err = c.print(&text, path, result, color)
	return outcome{text: text.Bytes(), valid: result.Report.Valid, err: err}
}

func (c *validateCommand) print(w io.Writer, path string, r check.Result, color bool) error {
	if !c.JSON {
		return check.WriteText(w, path, r, check.TextOptions{Color: color})
	}
	return json.NewEncoder(w).Encode(struct {
		Path string `json:"path"`
		api.Report
	}{path, r.Report})
}

// ahead is how many results for each processor may wait for a slow one before
// them. It bounds the memory.
const ahead = 4

// inOrder calls f for the items on all processors, and yields the results in
// the order of the items.
func inOrder[A, B any](items []A, f func(A) B) iter.Seq2[A, B] {
	type slot struct {
		item   A
		result chan B
	}
	return func(yield func(A, B) bool) {
		workers := min(runtime.GOMAXPROCS(0), len(items))
		work, order := make(chan slot), make(chan slot, ahead*workers)
		stop := make(chan struct{})
		defer close(stop)
		for range workers {
			go func() {
				for s := range work {
					s.result <- f(s.item)
				}
			}()
		}
		go func() {
			defer close(order)
			defer close(work)
			for _, item := range items {
				s := slot{item, make(chan B, 1)}
				for _, to := range []chan slot{order, work} {
					select {
					case to <- s:
					case <-stop:
						return
					}
				}
			}
		}()
		for s := range order {
			if !yield(s.item, <-s.result) {
				return
			}
		}
	}
}

// takesColor says whether it is a terminal whose user wants color
// (https://no-color.org).
func takesColor(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == ""
}

// judge runs the engine on whatever a path names. Many goroutines may use it.
type judge struct {
	engine       *check.Engine
	only         check.Options
	repositories config.Repositories

	once      sync.Once // makes the source when the first repository is named
	source    *gitsource.Source
	sourceErr error
}

func (j *judge) judge(ctx context.Context, path string) (check.Result, error) {
	if url, tag, ok := splitRelease(path); ok {
		return j.release(ctx, url, tag)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return check.Result{}, errors.New("there is no such file or folder; a repository is written URL@TAG")
	case err != nil:
		return check.Result{}, err
	case info.IsDir():
		return j.folder(ctx, path)
	default:
		return j.file(path)
	}
}

// splitRelease takes URL@TAG apart. The tag starts after the first @ of the path
// part: git@host belongs to the URL, and tags may hold an @ themselves.
func splitRelease(text string) (url, tag string, ok bool) {
	path := pathPart(text)
	if path < 0 {
		return "", "", false
	}
	if at := strings.IndexByte(text[path:], '@'); at >= 0 {
		return text[:path+at], text[path+at+1:], true
	}
	return text, "", true
}

// pathPart is where the path of a repository's URL begins: behind the host of
// scheme://host/… or git@host:…; -1 for what is no such URL.
func pathPart(text string) int {
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		if slash := strings.IndexByte(rest, '/'); slash >= 0 {
			return len(scheme) + len("://") + slash
		}
		return -1
	}
	if strings.HasPrefix(text, "git@") {
		return strings.IndexByte(text, ':')
	}
	return -1
}

func (j *judge) release(ctx context.Context, url, tag string) (check.Result, error) {
	if tag == "" {
		return check.Result{}, errors.New("name the release too: URL@TAG")
	}
	return j.tree(ctx, func(source *gitsource.Source) (*gitsource.Tree, error) {
		return source.Tree(ctx, gitsource.Request{URL: url, Tag: tag})
	})
}

// folder judges what git would commit of the folder, so that it gets the report
// that its commit will get.
func (j *judge) folder(ctx context.Context, path string) (check.Result, error) {
	return j.tree(ctx, func(source *gitsource.Source) (*gitsource.Tree, error) {
		return source.Folder(ctx, path)
	})
}

// tree judges the tree that open returns.
func (j *judge) tree(ctx context.Context, open func(*gitsource.Source) (*gitsource.Tree, error)) (check.Result, error) {
	j.once.Do(func() {
		options, err := j.repositories.Options()
		if err != nil {
			j.sourceErr = err
			return
		}
		j.source, j.sourceErr = gitsource.New(options)
	})
	if j.sourceErr != nil {
		return check.Result{}, j.sourceErr
	}
	tree, err := open(j.source)
	if err != nil {
		return check.Result{}, err
	}
	result, err := j.engine.Run(ctx, tree.FS(), j.only)
	result.Report.Commit, result.Report.Tree = tree.Commit, tree.ID
	return result, errors.Join(err, tree.Close())
}

// file reads no more than shows that a file is too large to be a connect.yaml.
func (j *judge) file(path string) (check.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return check.Result{}, err
	}
	data, err := io.ReadAll(io.LimitReader(f, check.MaxSpecBytes+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return check.Result{}, err
	}
	return j.engine.RunFile(data, path, j.only)
}
