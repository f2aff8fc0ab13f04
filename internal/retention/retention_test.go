package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// runs are a store whose runs ended long before or lately, and which says how many
// it was asked to look at.
type runs struct {
	store.Runs
	mu           sync.Mutex
	old, batches int
	before       time.Time
	err          error
}

func (r *runs) RemoveRuns(_ context.Context, before time.Time, after store.RunPlace, limit int) (store.RemovedRuns, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return store.RemovedRuns{}, r.err
	}
	r.batches++
	r.before = before
	n := min(limit, r.old)
	r.old -= n
	return store.RemovedRuns{N: n, Last: store.RunPlace{EndedAt: before, ID: after.ID + "x"}, Done: n < limit}, nil
}

// change changes what there is while the removal goes on.
func (r *runs) change(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
}

// logged is what was logged so far.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// removing runs the removal in a bubble until do returns.
func removing(t *testing.T, r *runs, keep time.Duration, do func(removed *atomic.Int64, log *logged)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		removed, log := &atomic.Int64{}, &logged{}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			Run(ctx, Options{
				Runs: r, Keep: keep, Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil)), Observe: func(n int) { removed.Add(int64(n)) },
			})
		}()
		do(removed, log)
		stop()
		<-ended
	})
}

// All that is old goes, in batches with pauses; what becomes old, within the hour.
func TestRun(t *testing.T) {
	t.Parallel()
	r := &runs{old: 3*batch + 1}
	removing(t, r, 90*24*time.Hour, func(removed *atomic.Int64, log *logged) {
		synctest.Wait()
		if removed.Load() != batch {
			t.Errorf("%d runs were removed at once, want %d", removed.Load(), batch)
		}
		<-time.After(3 * pause)
		synctest.Wait()
		if removed.Load() != 3*batch+1 || r.batches != 4 || time.Since(r.before) < 90*24*time.Hour {
			t.Errorf("%d runs were removed in %d batches, those before %s", removed.Load(), r.batches, r.before)
		}
		if want := fmt.Sprintf("runs=%d keep=2160h0m0s", 3*batch+1); strings.Count(log.String(), want) != 1 {
			t.Errorf("logged:\n%s", log)
		}
		r.change(func() { r.old = 7 })
		<-time.After(every)
		synctest.Wait()
		if r.old != 0 {
			t.Errorf("%d runs are left", r.old)
		}
	})
}

// Trouble is logged, and tried again.
func TestTrouble(t *testing.T) {
	t.Parallel()
	r := &runs{old: 1, err: errors.New("disk full")}
	removing(t, r, time.Hour, func(removed *atomic.Int64, log *logged) {
		synctest.Wait()
		if !strings.Contains(log.String(), "disk full") {
			t.Errorf("logged:\n%s", log)
		}
		r.change(func() { r.err = nil })
		<-time.After(every)
		synctest.Wait()
		if removed.Load() != 1 {
			t.Errorf("%d runs were removed", removed.Load())
		}
	})
}

func TestKeepForEver(t *testing.T) {
	t.Parallel()
	r := &runs{old: 1}
	removing(t, r, 0, func(removed *atomic.Int64, _ *logged) {
		<-time.After(2 * every)
		if removed.Load() != 0 || r.batches != 0 {
			t.Errorf("%d runs were removed", removed.Load())
		}
	})
}
