package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"

	"github.com/mattn/go-isatty"

	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/report"
)

type validateCommand struct {
	config.Repositories
	reportForm
	repairFlags
	serverFlags
	Paths []string `arg:"" optional:"" name:"path" help:"Folder, file read as a connect.yaml, or URL@TAG of a repository. Default: this folder."`
	Only  string   `placeholder:"PREFIX" help:"Keep the rules whose names begin so, such as spec/."`
}

// Run judges each path. It ends with exit code 1 when one of them is not valid,
// and with 2 when one could not be judged; the others are judged all the same.
func (c *validateCommand) Run(ctx context.Context, io streams) error {
	if len(c.Paths) == 0 {
		c.Paths = []string{"."}
	}
	j, err := c.judge()
	if err != nil {
		return err
	}
	if c.wanted() {
		return c.repair(ctx, j, io)
	}
	if len(c.Paths) > 1 {
		defer debug.SetGCPercent(debug.SetGCPercent(manyFilesGC))
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // GOMEMLIMIT says nothing
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(softMemoryLimit))
	}
	out := c.printer(io.out)
	var troubles error
	valid := true
	for path, o := range inOrder(c.Paths, func(path string) outcome { return c.outcome(ctx, j, path, out) }) {
		if o.err != nil {
			troubles = errors.Join(troubles, fmt.Errorf("%s: %w", path, o.err))
			continue
		}
		valid = valid && o.subject.Report.Valid
		if err := o.print(out, io.err); err != nil {
			return fmt.Errorf("write the report of %s: %w", path, err)
		}
	}
	if err := out.end(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return verdict(troubles, valid)
}

// judge is the one that the flags ask for.
func (c *validateCommand) judge() (*judge, error) {
	j := newJudge(c.Repositories, c.Only)
	switch {
	case c.Server == "":
		return j, nil
	case c.Only != "":
		return nil, errors.New("--server judges by all rules of the server: leave --only out")
	case c.wanted():
		return nil, errors.New("--fix and --diff go by the rules of this greenroom: leave --server out")
	}
	j.server = c.client()
	return j, nil
}

// verdict is how the command ends.
func verdict(troubles error, valid bool) error {
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
	subject report.Subject
	text    []byte
	notes   []string
	err     error
}

func (c *validateCommand) outcome(ctx context.Context, j *judge, path string, out printer) outcome {
	result, err := j.judge(ctx, path)
	if err != nil {
		return outcome{err: err}
	}
	subject := subjectOf(path, result.Result)
	if c.Only != "" {
		subject.Outcomes = nil // who asks for some rules knows that the others do not run
	}
	text, err := out.render(subject)
	return outcome{subject: subject, text: text, notes: result.notes, err: err}
}

// print prints what programs may read, and beside it what is for people alone.
func (o outcome) print(out printer, people io.Writer) error {
	if err := out.print(o.subject, o.text); err != nil {
		return err
	}
	for _, note := range o.notes {
		if _, err := fmt.Fprintf(people, "note: %s: %s\n", o.subject.Path, note); err != nil {
			return err
		}
	}
	return nil
}

// takesColor says whether it is a terminal whose user wants color
// (https://no-color.org).
func takesColor(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == ""
}
