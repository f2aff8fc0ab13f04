package publish

import (
	"slices"
	"sync"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

// progress is how far the attempts of this process have come. It is for people who
// wait: nothing depends on it, and nothing of it survives the process.
type progress struct {
	mu   sync.Mutex
	runs map[string]position
}

// position is where one attempt is.
type position struct {
	done  []api.RunStep
	step  api.RunStep
	since time.Time
}

func (p *progress) begin(run string, step api.RunStep, done []api.RunStep) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runs[run] = position{done: slices.Clone(done), step: step, since: time.Now()}
}

func (p *progress) end(run string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.runs, run)
}

// Progress returns the steps of a run that this process works on: the last one is
// under way, and its time is how long it has taken so far. It returns nil for any
// other run.
func (w *Worker) Progress(run string) []api.RunStep {
	w.progress.mu.Lock()
	defer w.progress.mu.Unlock()
	at, ok := w.progress.runs[run]
	if !ok {
		return nil
	}
	at.step.Milliseconds = milliseconds(time.Since(at.since))
	return append(slices.Clone(at.done), at.step)
}

// milliseconds is how the API writes durations: with fractions, to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
