package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/greenroom-registry/greenroom/api"
)

// progress shows how far a run is: in a terminal one line that changes, elsewhere
// a line for each change.
type progress struct {
	out      io.Writer
	terminal bool
	start    time.Time
	last     string
}

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	return &progress{
		out:      out,
		terminal: ok && isatty.IsTerminal(f.Fd()) && os.Getenv("TERM") != "dumb",
		start:    time.Now(),
	}
}

const clearLine = "\r\x1b[K"

func (p *progress) tell(run api.Run) {
	phase := fmt.Sprintf("%s: %s", run.Kind, phase(run))
	switch {
	case p.terminal:
		fmt.Fprintf(p.out, "%s%s, %.0f s", clearLine, phase, time.Since(p.start).Seconds())
	case phase != p.last:
		fmt.Fprintln(p.out, phase)
	}
	p.last = phase
}

// end leaves no line behind in a terminal.
func (p *progress) end() {
	if p.terminal && p.last != "" {
		fmt.Fprint(p.out, clearLine)
	}
}

// phase is what happens to a run that has not ended.
func phase(run api.Run) string {
	switch {
	case run.State == "queued" && run.Attempt > 0:
		return fmt.Sprintf("waiting for attempt %d", run.Attempt+1)
	case run.State == "queued":
		return "queued"
	case len(run.Steps) == 0:
		return run.State
	}
	switch step := run.Steps[len(run.Steps)-1].Name; step {
	case "fetch":
		return "fetching"
	case "wait":
		return "waiting for a check slot"
	case "check":
		return "checking"
	default:
		return step
	}
}
