package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/greenroom-registry/greenroom/api"
)

// progress shows how far a run is: a line for each step that has ended, with how
// long it took, and what is under way. That is in a terminal one line that changes,
// elsewhere a line for each change.
type progress struct {
	out      io.Writer
	terminal bool
	start    time.Time
	last     string
	attempt  int
	told     int // steps of the attempt that have ended
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
	p.steps(run)
	phase := fmt.Sprintf("%s: %s", run.Kind, phase(run))
	switch {
	case p.terminal:
		fmt.Fprintf(p.out, "%s%s, %.0f s", clearLine, phase, time.Since(p.start).Seconds())
	case phase != p.last:
		fmt.Fprintln(p.out, phase)
	}
	p.last = phase
}

// steps tells of the steps that have ended since the last time.
func (p *progress) steps(run api.Run) {
	if run.Attempt != p.attempt {
		p.attempt, p.told = run.Attempt, 0
	}
	ended := run.Steps
	if len(ended) > 0 && !run.Ended() {
		ended = ended[:len(ended)-1] // the last one is under way
	}
	for ; p.told < len(ended); p.told++ {
		p.clear()
		step := ended[p.told]
		fmt.Fprintf(p.out, "  %-6s %6.0f ms", step.Name, step.Milliseconds)
		if step.Failed {
			fmt.Fprint(p.out, ", failed")
		}
		fmt.Fprintln(p.out)
	}
}

// end tells of the last steps, if the run has ended, and leaves no line behind in a
// terminal.
func (p *progress) end(run api.Run) {
	p.clear()
	if run.Ended() {
		p.steps(run)
	}
}

// clear takes back what says how far the run is.
func (p *progress) clear() {
	if p.terminal && p.last != "" {
		fmt.Fprint(p.out, clearLine)
	}
	p.last = ""
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
