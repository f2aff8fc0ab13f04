package gitsource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// slots hands out a fixed number of slots to holders that are told apart by key.
// A key gets another slot only while it holds fewer than are free. So alone it
// gets half of them, beside k-1 others that want as many a (k+1)th, and one that
// holds none finds a free one as long as there are fewer keys than slots.
type slots[K comparable] struct {
	mu      sync.Mutex
	free    int
	held    map[K]int
	waiting []*waiter[K] // in the order of arrival
}

type waiter[K comparable] struct {
	key     K
	granted chan struct{}
}

func newSlots[K comparable](n int) *slots[K] {
	return &slots[K]{free: n, held: make(map[K]int)}
}

// acquire waits for a slot and returns the function that gives it back, to be
// called once. It returns ErrBusy when the deadline passes first, or the
// context's error when it is cancelled.
func (s *slots[K]) acquire(ctx context.Context, key K) (release func(), err error) {
	w := &waiter[K]{key: key, granted: make(chan struct{})}
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	s.grant()
	s.mu.Unlock()

	select {
	case <-w.granted:
		return func() { s.release(key) }, nil
	case <-ctx.Done():
		s.abandon(w)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, ErrBusy
		}
		return nil, fmt.Errorf("wait for a slot: %w", ctx.Err())
	}
}

func (s *slots[K]) release(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
	if s.held[key]--; s.held[key] == 0 {
		delete(s.held, key)
	}
	s.grant()
}

// abandon takes the waiter out of the queue, or gives back the slot that it got
// in the same moment.
func (s *slots[K]) abandon(w *waiter[K]) {
	s.mu.Lock()
	i := slices.Index(s.waiting, w)
	if i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
	}
	s.mu.Unlock()
	if i < 0 {
		s.release(w.key)
	}
}

// grant gives free slots to those that wait and may have one.
func (s *slots[K]) grant() {
	for {
		i := s.next()
		if i < 0 {
			return
		}
		w := s.waiting[i]
		s.waiting = slices.Delete(s.waiting, i, i+1)
		s.free--
		s.held[w.key]++
		close(w.granted)
	}
}

// next returns the index of the waiter whose key holds the least, the first to
// have come among equals; -1 when none may have a slot.
func (s *slots[K]) next() int {
	best := -1
	for i, w := range s.waiting {
		held := s.held[w.key]
		if held < s.free && (best < 0 || held < s.held[s.waiting[best].key]) {
			best = i
		}
	}
	return best
}
