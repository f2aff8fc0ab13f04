package connector

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// counting is a store that counts how often a run is read.
type counting struct {
	store.Store
	reads atomic.Int32
}

func (c *counting) Run(ctx context.Context, id string) (store.Run, error) {
	if c.reads.Add(1) > 1000 {
		return store.Run{}, errors.New("a busy loop")
	}
	return c.Store.Run(ctx, id) //nolint:wrapcheck // it stands in for it
}

// waiting is somebody who waits for the end of a preview.
type waiting struct {
	*world
	draft   api.ConnectorStaged
	claimed store.Run
	counted *counting
	begin   time.Time
	got     api.Run
	err     error
	took    time.Duration
	done    chan struct{}
}

// waitFor starts to wait for a preview's end. It must be called in a bubble.
func waitFor(ctx context.Context, t *testing.T, patience time.Duration) *waiting {
	t.Helper()
	w := &waiting{world: newWorld(t, func(o *Options) { o.Now = time.Now }), done: make(chan struct{})}
	w.clock.now = time.Now()
	w.draft = w.update(t, w.create(t), api.UpdatePreviewable())
	w.claimed = w.claim(t, w.draft)
	w.counted = &counting{Store: w.store}
	service := *w.Service
	service.store = w.counted
	w.begin = time.Now()
	go func() {
		defer close(w.done)
		w.got, w.err = service.Run(ctx, acme, byID(w.draft), w.claimed.ID, patience)
		w.took = time.Since(w.begin)
	}()
	synctest.Wait()
	return w
}

// end waits for the end of the wait, and compares how it went.
func (w *waiting) end(t *testing.T, state string, took time.Duration, mostReads int32) {
	t.Helper()
	<-w.done
	if w.err != nil || w.got.State != state {
		t.Errorf("run %s, error %v; want %s", w.got.State, w.err, state)
	}
	if w.took != took {
		t.Errorf("it took %v, want %v", w.took, took)
	}
	if n := w.counted.reads.Load(); n > mostReads {
		t.Errorf("the run was read %d times, want %d at most", n, mostReads)
	}
	if n := len(w.news.listeners); n != 0 {
		t.Errorf("%d are still listening", n)
	}
}

func TestAwaitTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := waitFor(always, t, 20*time.Second)
		<-time.After(300 * time.Millisecond)
		if err := w.Finish(always, w.claimed, fails()); err != nil {
			t.Fatal(err)
		}
		w.end(t, "failed", 300*time.Millisecond, 3)
	})
}

// The end of a run that another process works is not heard here.
func TestAwaitTheEndElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := waitFor(always, t, 20*time.Second)
		<-time.After(300 * time.Millisecond)
		elsewhere := *w.Service
		elsewhere.news = newNews()
		if err := elsewhere.Finish(always, w.claimed, fails()); err != nil {
			t.Fatal(err)
		}
		w.end(t, "failed", time.Second, 3)
	})
}

func TestAwaitIsPatientSoLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := waitFor(always, t, 5500*time.Millisecond)
		w.end(t, "running", 5500*time.Millisecond, 8)
	})
}

// A run that is told to stop may still go on for a while.
func TestAwaitACancelledRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := waitFor(always, t, 20*time.Second)
		w.update(t, w.draft, api.SetRepository(v3)) // is announced
		<-time.After(2500 * time.Millisecond)
		if err := w.Abandon(always, w.claimed, Outcome{}); err != nil {
			t.Fatal(err)
		}
		w.end(t, "cancelled", 2500*time.Millisecond, 7)
	})
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(always, 2*time.Second)
		defer cancel()
		w := waitFor(ctx, t, 20*time.Second)
		<-w.done
		var p *problem.Error
		if !errors.Is(w.err, context.DeadlineExceeded) || errors.As(w.err, &p) || w.took != 2*time.Second {
			t.Errorf("after %v: error %v, want the context's", w.took, w.err)
		}
		if n := len(w.news.listeners); n != 0 {
			t.Errorf("%d are still listening", n)
		}
	})
}

// Without patience, and for a run that has ended, nobody waits.
func TestRunDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := waitFor(always, t, 0)
		w.end(t, "running", 0, 1)
		if err := w.Finish(always, w.claimed, fails()); err != nil {
			t.Fatal(err)
		}
		run, err := w.Run(always, acme, byID(w.draft), w.claimed.ID, time.Hour)
		if err != nil || run.State != "failed" || time.Since(w.begin) != 0 {
			t.Errorf("run %s after %v, error %v", run.State, time.Since(w.begin), err)
		}
	})
}

func TestNews(t *testing.T) {
	t.Parallel()
	n := newNews()
	heard := func(ch <-chan struct{}) bool {
		select {
		case <-ch:
			return true
		default:
			return false
		}
	}
	first, stopFirst := n.listen("a")
	second, stopSecond := n.listen("a")
	other, stopOther := n.listen("b")
	stopFirst()
	n.announce("a")
	n.announce("a")
	n.announce("nobody listens to this")
	requireEqual(t, "heard", []bool{false, true, false}, []bool{heard(first), heard(second), heard(other)})
	requireEqual(t, "heard twice", false, heard(second))
	later, stopLater := n.listen("a")
	stopSecond() // must not end what others began after it
	n.announce("a")
	requireEqual(t, "heard later", true, heard(later))
	stopLater()
	stopOther()
	requireEqual(t, "listening", 0, len(n.listeners))
}
