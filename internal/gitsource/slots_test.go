package gitsource

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// holders is a model of who holds and who waits.
type holders struct {
	slots *slots[string]
	total int
	held  map[string][]func()
}

// requireInvariants holds whenever nobody is in the middle of anything.
func (h *holders) requireInvariants(t *rapid.T) {
	s := h.slots
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := s.free
	for key, n := range s.held {
		sum += n
		if n > (h.total+1)/2 {
			t.Fatalf("%s holds %d of %d", key, n, h.total)
		}
	}
	if sum != h.total || s.free < 0 {
		t.Fatalf("%d free and %v held of %d", s.free, s.held, h.total)
	}
	for _, w := range s.waiting {
		if s.held[w.key] < s.free {
			t.Fatalf("%s holds %d and waits though %d are free", w.key, s.held[w.key], s.free)
		}
	}
}

// Whoever comes and goes: no slot is lost, no key has more than its share, and
// nobody waits who may have one.
func TestSlotsProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		total := rapid.IntRange(1, 8).Draw(rt, "slots")
		keys := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		h := &holders{slots: newSlots[string](total), total: total, held: make(map[string][]func())}
		expired, cancel := context.WithCancel(context.Background())
		cancel()
		rt.Repeat(map[string]func(*rapid.T){
			"": h.requireInvariants,
			"acquire": func(rt *rapid.T) {
				key := keys.Draw(rt, "key")
				before := len(h.held[key])
				mayHave := before < h.slots.free
				ctx := expired
				if mayHave {
					ctx = context.Background()
				}
				release, err := h.slots.acquire(ctx, key)
				if (err == nil) != mayHave {
					rt.Fatalf("%s holds %d with %d free: %v", key, before, h.slots.free, err)
				}
				if err == nil {
					h.held[key] = append(h.held[key], release)
				}
			},
			"release": func(rt *rapid.T) {
				key := keys.Draw(rt, "key")
				if n := len(h.held[key]); n > 0 {
					h.held[key][n-1]()
					h.held[key] = h.held[key][:n-1]
				}
			},
		})
	})
}

// A freed slot goes to the key that holds the least, and among equals to the first
// that came.
func TestSlotsHandOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSlots[string](4)
		take := func(key string) func() {
			release, err := s.acquire(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			return release
		}
		busy := []func(){take("busy"), take("busy")}
		other := []func(){take("other"), take("last")}
		order := make(chan string, 4)
		for _, key := range []string{"busy", "busy", "new", "newer"} {
			go func() {
				release := take(key)
				order <- key
				synctest.Wait()
				release()
			}()
			synctest.Wait() // they come one after the other
		}
		other[0]()
		synctest.Wait()
		busy[0]()
		busy[1]()
		other[1]()
		for _, want := range []string{"new", "newer", "busy", "busy"} {
			if got := <-order; got != want {
				t.Errorf("%s got a slot, want %s", got, want)
			}
		}
	})
}

// Five greedy projects leave room for a sixth.
func TestSlotsLeaveRoomForNewcomers(t *testing.T) {
	t.Parallel()
	s := newSlots[int](defaultSlots)
	expired, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	for range 10 {
		for key := range 5 {
			if s.held[key] < s.free {
				if _, err := s.acquire(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			} else if _, err := s.acquire(expired, key); !errors.Is(err, ErrBusy) {
				t.Fatalf("project %d: %v", key, err)
			}
		}
	}
	if _, err := s.acquire(t.Context(), 5); err != nil {
		t.Error(err)
	}
}

func TestSlotsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSlots[string](1)
		release, err := s.acquire(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if _, err := s.acquire(ctx, "b"); !errors.Is(err, ErrBusy) || time.Since(start) != time.Minute {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.acquire(cancelled, "b"); !errors.Is(err, context.Canceled) || errors.Is(err, ErrBusy) {
			t.Errorf("cancelled: %v", err)
		}
		release()
		if release, err = s.acquire(t.Context(), "b"); err != nil {
			t.Fatal(err)
		}
		release()
		if s.free != 1 || len(s.held) != 0 || len(s.waiting) != 0 {
			t.Errorf("%d free, %v held, %d waiting", s.free, s.held, len(s.waiting))
		}
	})
}
