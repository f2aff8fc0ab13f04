package gitsource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// maxWaiting is how many requests of one project may wait for a slot. Whoever
// comes after them would hardly get one before the deadline.
const maxWaiting = 256

// claim is what a slot is wanted for.
type claim struct {
	project string
	host    string // "" for folders, which have no share
}

// slots hands out a fixed number of slots. No host gets more than three quarters
// of them, so that one which stalls leaves room for others. Both of all slots and
// of its host's, a project gets another one only while more than three times as
// many are free as it holds. So of 16 slots it gets 4, of them 3 on one host, and
// in whatever order they come, six projects that want all they can get leave room
// for a seventh.
type slots struct {
	mu      sync.Mutex
	total   int
	all     *share
	hosts   map[string]*share // of hosts with a slot in use
	perHost int
	waiting []*waiter // in the order of arrival
}

// share is a number of slots and who holds how many of them.
type share struct {
	free int
	held map[string]int // by project
}

type waiter struct {
	claim
	granted chan struct{}
}

func newSlots(n int) *slots {
	return &slots{total: n, all: newShare(n), hosts: make(map[string]*share), perHost: n - n/4}
}

func newShare(n int) *share { return &share{free: n, held: make(map[string]int)} }

func (s *share) mayHave(project string) bool { return 3*s.held[project] < s.free }

func (s *share) take(project string) {
	s.free--
	s.held[project]++
}

func (s *share) giveBack(project string) {
	s.free++
	if s.held[project]--; s.held[project] == 0 {
		delete(s.held, project)
	}
}

// acquire waits for a slot and returns the function that gives it back, to be
// called once. It returns ErrBusy when the deadline passes first or too many wait
// already, or the context's error when that ended otherwise.
func (s *slots) acquire(ctx context.Context, c claim) (release func(), err error) {
	w := &waiter{claim: c, granted: make(chan struct{})}
	s.mu.Lock()
	if s.waitingFor(c.project) >= maxWaiting {
		s.mu.Unlock()
		return nil, ErrBusy
	}
	s.waiting = append(s.waiting, w)
	s.grant()
	s.mu.Unlock()

	select {
	case <-w.granted:
		return func() { s.release(c) }, nil
	case <-ctx.Done():
		s.abandon(w)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, ErrBusy
		}
		return nil, fmt.Errorf("wait for a slot: %w", ctx.Err())
	}
}

func (s *slots) waitingFor(project string) (n int) {
	for _, w := range s.waiting {
		if w.project == project {
			n++
		}
	}
	return n
}

func (s *slots) release(c claim) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.giveBack(c.project)
	if host, ok := s.hosts[c.host]; ok {
		host.giveBack(c.project)
		if host.free == s.perHost {
			delete(s.hosts, c.host)
		}
	}
	s.grant()
}

// abandon takes the waiter out of the queue, or gives back the slot that it got
// in the same moment.
func (s *slots) abandon(w *waiter) {
	s.mu.Lock()
	i := slices.Index(s.waiting, w)
	if i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
	}
	s.mu.Unlock()
	if i < 0 {
		s.release(w.claim)
	}
}

// grant gives free slots to those that wait and may have one.
func (s *slots) grant() {
	for {
		i := s.next()
		if i < 0 {
			return
		}
		w := s.waiting[i]
		s.waiting = slices.Delete(s.waiting, i, i+1)
		s.all.take(w.project)
		if w.host != "" {
			if s.hosts[w.host] == nil {
				s.hosts[w.host] = newShare(s.perHost)
			}
			s.hosts[w.host].take(w.project)
		}
		close(w.granted)
	}
}

// next returns the index of the waiter whose project holds the least, the first
// to have come among equals; -1 when none may have a slot.
func (s *slots) next() int {
	best := -1
	for i, w := range s.waiting {
		if !s.mayHave(w.claim) {
			continue
		}
		if best < 0 || s.all.held[w.project] < s.all.held[s.waiting[best].project] {
			best = i
		}
	}
	return best
}

func (s *slots) mayHave(c claim) bool {
	if !s.all.mayHave(c.project) {
		return false
	}
	// A host that is not there has all of its share.
	host, ok := s.hosts[c.host]
	return !ok || host.mayHave(c.project)
}
