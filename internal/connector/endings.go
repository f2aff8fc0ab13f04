package connector

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// lookAgain is how often a run is read again while its end is waited for: the
// end of a run that another process works is not heard here.
const lookAgain = time.Second

// endings tells whoever waits that a run of this process has ended.
type endings struct {
	mu      sync.Mutex
	waiting map[string]map[chan struct{}]bool // by run
}

func newEndings() *endings {
	return &endings{waiting: make(map[string]map[chan struct{}]bool)}
}

// listen returns a channel that is closed when the run ends, and the function
// that stops listening.
func (e *endings) listen(run string) (ended <-chan struct{}, stop func()) {
	ch := make(chan struct{})
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.waiting[run] == nil {
		e.waiting[run] = make(map[chan struct{}]bool)
	}
	e.waiting[run][ch] = true
	return ch, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if delete(e.waiting[run], ch); len(e.waiting[run]) == 0 {
			delete(e.waiting, run)
		}
	}
}

func (e *endings) announce(run string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for ch := range e.waiting[run] {
		close(ch)
	}
	delete(e.waiting, run)
}

// await returns the run as it is at its end, or when patience is over. When ctx
// ends before, it returns the context's error.
func (s *Service) await(ctx context.Context, id string, patience time.Duration) (store.Run, error) {
	ended, stop := s.endings.listen(id)
	defer stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for over := false; ; {
		run, err := s.store.Run(ctx, id)
		if err != nil || over || run.Ended() {
			return run, err
		}
		select {
		case <-ended: // or told to end, which a worker may still have to hear
			ended = nil
		case <-deadline.C:
			over = true
		case <-again.C:
		case <-ctx.Done():
			return store.Run{}, fmt.Errorf("await run %s: %w", id, ctx.Err())
		}
	}
}
