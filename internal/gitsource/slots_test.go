package gitsource

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// holders is a model of who holds what.
type holders struct {
	slots *slots
	total int
	held  map[claim][]func()
}

// requireInvariants holds whenever nobody is in the middle of anything.
func (h *holders) requireInvariants(t *rapid.T) {
	s := h.slots
	s.mu.Lock()
	defer s.mu.Unlock()
	requireShare(t, "all", s.all, h.total, func(claim) bool { return true }, h.held)
	for name, host := range s.hosts {
		requireShare(t, name, host, s.perHost, func(c claim) bool { return c.host == name }, h.held)
	}
	for c, releases := range h.held {
		if len(releases) > 0 && c.host != "" && s.hosts[c.host] == nil {
			t.Fatalf("%d slots of %s are not counted", len(releases), c.host)
		}
	}
	for _, w := range s.waiting {
		if s.mayHave(w.claim) {
			t.Fatalf("%+v waits though it may have a slot", w.claim)
		}
	}
}

// requireShare compares what a share counts with what the model holds.
func requireShare(t *rapid.T, name string, s *share, total int, belongs func(claim) bool, held map[claim][]func()) {
	counted := make(map[string]int)
	sum := s.free
	for c, releases := range held {
		if belongs(c) && len(releases) > 0 {
			counted[c.project] += len(releases)
			sum += len(releases)
		}
	}
	if sum != total || s.free < 0 || len(counted) != len(s.held) {
		t.Fatalf("%s: %d free and %v held of %d, in fact %v", name, s.free, s.held, total, counted)
	}
	for project, n := range counted {
		if n != s.held[project] || n > (total+3)/4 {
			t.Fatalf("%s: %s holds %d of %d, counted as %d", name, project, n, total, s.held[project])
		}
	}
}

// Whoever comes and goes: no slot is lost, nobody has more than a share, and
// nobody waits who may have one.
func TestSlotsProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		total := rapid.IntRange(1, 10).Draw(rt, "slots")
		claims := rapid.Custom(func(rt *rapid.T) claim {
			return claim{
				project: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "project"),
				host:    rapid.SampledFrom([]string{"", "x", "y"}).Draw(rt, "host"),
			}
		})
		h := &holders{slots: newSlots(total), total: total, held: make(map[claim][]func())}
		expired, cancel := context.WithCancel(context.Background())
		cancel()
		rt.Repeat(map[string]func(*rapid.T){
			"": h.requireInvariants,
			"acquire": func(rt *rapid.T) {
				c := claims.Draw(rt, "claim")
				mayHave := h.slots.mayHave(c)
				ctx := expired
				if mayHave {
					ctx = context.Background()
				}
				release, err := h.slots.acquire(ctx, c)
				if (err == nil) != mayHave {
					rt.Fatalf("%+v: %v", c, err)
				}
				if err == nil {
					h.held[c] = append(h.held[c], release)
				}
			},
			"release": func(rt *rapid.T) {
				c := claims.Draw(rt, "claim")
				if n := len(h.held[c]); n > 0 {
					h.held[c][n-1]()
					h.held[c] = h.held[c][:n-1]
				}
			},
		})
	})
}

// taker takes slots that are given back when a test says so.
type taker struct {
	slots *slots
	took  chan string
}

// take acquires a slot in the background; release gives it back.
func (k *taker) take(t *testing.T, c claim) (release func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		release, err := k.slots.acquire(t.Context(), c)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			return
		}
		k.took <- c.project
		<-done
		release()
	}()
	synctest.Wait() // they come one after the other
	return func() {
		close(done)
		synctest.Wait()
	}
}

// requireTook fails unless these projects got a slot since the last call.
func (k *taker) requireTook(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	for _, w := range want {
		select {
		case got := <-k.took:
			if got != w {
				t.Errorf("%s got a slot, want %s", got, w)
			}
		default:
			t.Errorf("%s got no slot", w)
		}
	}
	select {
	case got := <-k.took:
		t.Errorf("%s got a slot, too", got)
	default:
	}
}

// A freed slot goes to the project that holds the least, and among equals to the
// first that came.
func TestSlotsHandOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &taker{slots: newSlots(7), took: make(chan string, 8)}
		busy1, busy2 := k.take(t, claim{project: "busy"}), k.take(t, claim{project: "busy"})
		var others []func()
		for _, project := range []string{"b", "c", "d", "e", "f"} {
			others = append(others, k.take(t, claim{project: project}))
		}
		k.requireTook(t, "busy", "busy", "b", "c", "d", "e", "f")
		busy3, busy4 := k.take(t, claim{project: "busy"}), k.take(t, claim{project: "busy"})
		first, second := k.take(t, claim{project: "new"}), k.take(t, claim{project: "newer"})
		k.requireTook(t)

		others[0]()
		k.requireTook(t, "new")
		busy1()
		k.requireTook(t, "newer")
		for _, release := range others[1:4] {
			release()
			k.requireTook(t) // at most three are free, and busy holds one
		}
		others[4]()
		k.requireTook(t, "busy")
		busy2()
		busy3()
		k.requireTook(t, "busy")
		busy4()
		first()
		second()
		if k.slots.all.free != 7 || len(k.slots.all.held) != 0 || len(k.slots.waiting) != 0 {
			t.Errorf("%d free, %v held, %d waiting", k.slots.all.free, k.slots.all.held, len(k.slots.waiting))
		}
	})
}

// fill takes as many slots as the project gets on the host.
func fill(t *testing.T, s *slots, c claim) (n int) {
	t.Helper()
	expired, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	for s.mayHave(c) {
		if _, err := s.acquire(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if _, err := s.acquire(expired, c); !errors.Is(err, ErrBusy) {
		t.Fatalf("%+v beyond its share: %v", c, err)
	}
	return n
}

// Greedy projects on one host leave room for another, there and elsewhere, in
// whatever order they come; and a host that all projects are stuck at leaves room
// for others.
func TestSlotsLeaveRoomForNewcomers(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"stalls", "good", ""} {
		s := newSlots(defaultSlots)
		for i, project := range []string{"a", "b", "c", "d", "e", "f"} {
			if n := fill(t, s, claim{project, "stalls"}); i == 0 && n != 3 {
				t.Errorf("alone on a host, a project gets %d slots", n)
			}
		}
		if !s.mayHave(claim{"newcomer", host}) {
			t.Errorf("no room on the host %q: %+v", host, s.all)
		}
	}

	s := newSlots(defaultSlots)
	if n := fill(t, s, claim{"alone", ""}); n != 4 {
		t.Errorf("alone, a project gets %d slots", n)
	}

	s = newSlots(defaultSlots)
	stuck := 0
	for i := range 2 * defaultSlots {
		stuck += fill(t, s, claim{string(rune('A' + i)), "stalls"})
	}
	if stuck != 12 {
		t.Errorf("one host has %d slots of %d", stuck, defaultSlots)
	}
	if !s.mayHave(claim{"newcomer", "good"}) {
		t.Errorf("no room on another host: %+v", s.all)
	}
}

// The queue of a project has an end.
func TestSlotsQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := s.acquire(ctx, claim{project: "a"}); err != nil {
			t.Fatal(err)
		}
		for range maxWaiting {
			go func() { _, _ = s.acquire(ctx, claim{project: "a"}) }()
		}
		synctest.Wait()
		start := time.Now()
		if _, err := s.acquire(ctx, claim{project: "a"}); !errors.Is(err, ErrBusy) || time.Since(start) != 0 {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		waited, stop := context.WithTimeout(ctx, time.Second)
		defer stop()
		if _, err := s.acquire(waited, claim{project: "b"}); !errors.Is(err, ErrBusy) || time.Since(start) != time.Second {
			t.Errorf("another project, after %s: %v", time.Since(start), err)
		}
		cancel()
	})
}

func TestSlotsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(1)
		release, err := s.acquire(t.Context(), claim{project: "a"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if _, err := s.acquire(ctx, claim{project: "b"}); !errors.Is(err, ErrBusy) || time.Since(start) != time.Minute {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.acquire(canceled, claim{project: "b"}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrBusy) {
			t.Errorf("canceled: %v", err)
		}
		release()
		if release, err = s.acquire(t.Context(), claim{project: "b"}); err != nil {
			t.Fatal(err)
		}
		release()
		if s.all.free != 1 || len(s.all.held) != 0 || len(s.waiting) != 0 {
			t.Errorf("%d free, %v held, %d waiting", s.all.free, s.all.held, len(s.waiting))
		}
	})
}
