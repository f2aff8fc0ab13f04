package demo

import (
	"fmt"
	"io"
	"time"
)

// timeline prints what happens as it happens, each line with the time since the
// start. The first error of the writer ends all printing.
type timeline struct {
	out   io.Writer
	start time.Time
	err   error
}

func (t *timeline) printf(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format, args...)
	}
}

// doing begins a line: what is being done, before it is known how it ends.
func (t *timeline) doing(what string) {
	t.printf("%s  %-11s ", t.elapsed(), what)
}

// done ends the line.
func (t *timeline) done(format string, args ...any) {
	t.printf(format+"\n", args...)
}

// elapsed is the time since the start, as wide as every other line's.
func (t *timeline) elapsed() string {
	return fmt.Sprintf("%6d ms", time.Since(t.start).Milliseconds())
}
