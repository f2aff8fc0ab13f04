package connector

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// lookAgain is how often a run is read again while something of it is waited for:
// news of a run that another process works is not heard here.
const lookAgain = time.Second

// news tells whoever listens that something has happened to a run of this process.
// What that is they read for themselves.
type news struct {
	mu        sync.Mutex
	listeners map[string]map[chan struct{}]bool // by run
}

func newNews() *news {
	return &news{listeners: make(map[string]map[chan struct{}]bool)}
}

// listen returns a channel that has a value whenever there is something new, and
// the function that stops listening. News that nobody has taken yet is not told
// twice.
func (n *news) listen(run string) (heard <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[run] == nil {
		n.listeners[run] = make(map[chan struct{}]bool)
	}
	n.listeners[run][ch] = true
	return ch, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if delete(n.listeners[run], ch); len(n.listeners[run]) == 0 {
			delete(n.listeners, run)
		}
	}
}

func (n *news) announce(run string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for ch := range n.listeners[run] {
		select {
		case ch <- struct{}{}:
		default: // it has not looked since the last time
		}
	}
}

// Listen returns a channel that has a value whenever something may have happened
// to the run in this process, a cancellation too, and the function that stops
// listening.
func (s *Service) Listen(run string) (heard <-chan struct{}, stop func()) { return s.news.listen(run) }

// Announce tells of something that is new of the run: a step that it has begun.
func (s *Service) Announce(run string) { s.news.announce(run) }

// await returns the run as soon as it is as enough wants, or as it is when
// patience is over. When ctx ends before, it returns the context's error.
func (s *Service) await(ctx context.Context, id string, patience time.Duration, enough func(store.Run) bool) (store.Run, error) {
	heard, stop := s.news.listen(id)
	defer stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	for over := false; ; {
		run, err := s.store.Run(ctx, id)
		if err != nil || over || enough(run) {
			return run, err
		}
		select {
		case <-heard:
		case <-again.C:
		case <-deadline.C:
			over = true
		case <-ctx.Done():
			return store.Run{}, fmt.Errorf("await run %s: %w", id, ctx.Err())
		}
	}
}
