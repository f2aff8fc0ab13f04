package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// With the commit the bell rings: nothing here looks for runs in time.
func TestCommittedRunIsRung(t *testing.T) {
	t.Parallel()
	w := newWorker()
	p := openWorking(t, t.TempDir(), w, Options{Workers: 2, SweepEvery: never})
	p.start(t)
	for i := range 20 {
		id := fmt.Sprint("run", i)
		p.order(t, id)
		receive(t, w.ended, 1)
		p.requireRun(t, id, store.RunSucceeded, 1)
	}
	p.stop(t)
	p.requireQuiet(t)
}

// What was enqueued by a process without workers is worked by one that has some,
// and what it enqueues later is found by the sweep: no bell is heard next door.
func TestProcessWithoutWorkers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	idle := open(t, dir, Options{SweepEvery: time.Millisecond, Work: func(context.Context, string) error {
		t.Error("a run was worked")
		return nil
	}})
	idle.start(t)
	idle.order(t, "before")
	requireJobs(t, idle, 1)
	idle.requireRun(t, "before", store.RunQueued, 0)

	w := newWorker()
	p := openWorking(t, dir, w, Options{Workers: 1, SweepEvery: 10 * time.Millisecond})
	p.start(t)
	receive(t, w.ended, 1)
	idle.order(t, "after")
	receive(t, w.ended, 1)
	p.requireRun(t, "before", store.RunSucceeded, 1)
	p.requireRun(t, "after", store.RunSucceeded, 1)
	idle.stop(t)
	idle.requireQuiet(t)
}

func requireJobs(t *testing.T, p *process, want int) {
	t.Helper()
	var n int
	if err := p.Queue().QueryRowContext(t.Context(), "SELECT count(*) FROM river_job").Scan(&n); err != nil || n != want {
		t.Errorf("%d jobs, %v, want %d", n, err, want)
	}
}

// The table of runs is the only truth: without a single row of River's, every run
// is worked, whether it was waiting before the start or came while the workers
// were busy.
func TestLostJobsLoseNoRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newWorker()
	w.proceed = make(chan struct{})
	p := openWorking(t, dir, w, Options{Workers: 1, SweepEvery: 10 * time.Millisecond})
	p.order(t, "r1", "r2")
	requireJobs(t, p, 2)
	loseJobs(t, p)
	p.start(t)
	receive(t, w.claimed, 1)
	p.order(t, "r3", "r4")
	loseJobs(t, p)
	close(w.proceed)
	if got := receive(t, w.ended, 4); len(got) != 4 {
		t.Errorf("ended: %v", got)
	}
	for _, id := range []string{"r1", "r2", "r3", "r4"} {
		p.requireRun(t, id, store.RunSucceeded, 1)
	}
}

// loseJobs empties all of River's tables but that of its migrations.
func loseJobs(t *testing.T, p *process) {
	t.Helper()
	var tables string
	err := p.Queue().QueryRowContext(t.Context(), `SELECT group_concat(name) FROM sqlite_master
		WHERE type = 'table' AND name LIKE 'river_%' AND name <> 'river_migration'`).Scan(&tables)
	if err != nil || !strings.Contains(tables, "river_job") {
		t.Fatalf("tables %q, %v", tables, err)
	}
	for name := range strings.SplitSeq(tables, ",") {
		if _, err := p.Queue().ExecContext(t.Context(), "DELETE FROM "+name); err != nil {
			t.Fatal(err)
		}
	}
	requireJobs(t, p, 0)
}

// However runs are found, no more are under way than there are workers.
func TestWorkersBoundTheRunsUnderWay(t *testing.T) {
	t.Parallel()
	const workers, runs = 3, 30
	w := newWorker()
	w.proceed = make(chan struct{})
	p := openWorking(t, t.TempDir(), w, Options{Workers: workers, SweepEvery: time.Millisecond})
	p.start(t)
	for i := range runs {
		p.order(t, fmt.Sprint("run", i))
	}
	receive(t, w.claimed, workers)
	for range runs {
		w.proceed <- struct{}{}
	}
	if got := receive(t, w.ended, runs); len(got) != runs {
		t.Errorf("%d runs ended, want %d", len(got), runs)
	}
	if n := w.mostAtOnce(); n != workers {
		t.Errorf("%d runs were under way at once, want %d", n, workers)
	}
}

// waysToFind are the ways in which a queue finds a run.
var waysToFind = []struct {
	name  string
	sweep time.Duration
	// lost says that River's rows are lost before the start.
	lost bool
}{
	{"by the bell", never, false},
	{"by the sweep", time.Millisecond, true},
	{"by either", time.Millisecond, false},
}

// Who is told to stop hands back what it has, once, so that another takes it at
// once.
func TestStopHandsBack(t *testing.T) {
	t.Parallel()
	for _, way := range waysToFind {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			w := newWorker()
			w.proceed = make(chan struct{})
			p := openWorking(t, dir, w, Options{Workers: 2, SweepEvery: way.sweep})
			p.startWith(t, way.lost, "r1", "r2", "r3")
			under := receive(t, w.claimed, 2)
			p.stop(t)
			p.requireQuiet(t)
			for _, id := range []string{"r1", "r2", "r3"} {
				p.requireRun(t, id, store.RunQueued, under[id])
			}

			next := newWorker()
			q := openWorking(t, dir, next, Options{Workers: 2, SweepEvery: never})
			q.start(t)
			receive(t, next.ended, 3)
			for _, id := range []string{"r1", "r2", "r3"} {
				q.requireRun(t, id, store.RunSucceeded, under[id]+1)
			}
		})
	}
}

// startWith starts the queue and orders the runs, whose jobs may be lost.
func (p *process) startWith(t *testing.T, lost bool, runs ...string) {
	t.Helper()
	if !lost {
		p.start(t)
	}
	for _, id := range runs {
		p.order(t, id)
	}
	if lost {
		loseJobs(t, p)
		p.start(t)
	}
}

// A worker that does not listen is not waited for beyond the context.
func TestStopHasADeadline(t *testing.T) {
	t.Parallel()
	for _, way := range waysToFind {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			started, end := make(chan string, 1), make(chan struct{})
			p := open(t, t.TempDir(), Options{Workers: 1, SweepEvery: way.sweep, Work: func(_ context.Context, id string) error {
				started <- id
				<-end
				return nil
			}})
			p.startWith(t, way.lost, "r1")
			receive(t, started, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			if err := p.queue.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("stop: %v", err)
			}
			close(end)
			p.stop(t)
		})
	}
}

// A second process on the same database takes no run that the first one has, and
// none is forgotten between them.
func TestTwoQueuesWorkEachRunOnce(t *testing.T) {
	t.Parallel()
	const runs = 24
	dir := t.TempDir()
	w := newWorker()
	var processes []*process
	for range 2 {
		// They share the counters of the test, and each has a store of its own.
		own := &worker{claimed: w.claimed, ended: w.ended}
		p := openWorking(t, dir, own, Options{Workers: 4, SweepEvery: 5 * time.Millisecond})
		p.start(t)
		processes = append(processes, p)
	}
	for i := range runs {
		processes[i%2].order(t, fmt.Sprint("run", i))
	}
	if got := receive(t, w.ended, runs); len(got) != runs {
		t.Errorf("%d runs ended, want %d", len(got), runs)
	}
	for i := range runs {
		processes[0].requireRun(t, fmt.Sprint("run", i), store.RunSucceeded, 1)
	}
	for _, p := range processes {
		p.stop(t)
		p.requireQuiet(t)
	}
	if n := len(w.claimed); n != runs {
		t.Errorf("%d claims of %d runs", n, runs)
	}
}

// Trouble with one run is logged and costs no other: neither an error nor a panic.
func TestTroubleWithARun(t *testing.T) {
	t.Parallel()
	for _, way := range waysToFind {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			w := newWorker()
			w.trouble = func(id string) error {
				switch id {
				case "panics":
					panic("at the disco")
				case "fails":
					return errors.New("database is gone")
				}
				return nil
			}
			p := openWorking(t, t.TempDir(), w, Options{Workers: 1, SweepEvery: way.sweep})
			p.startWith(t, way.lost, "panics", "fails", "good")
			receive(t, w.ended, 1)
			p.stop(t)
			logged := strings.Join(p.log.lines(), "\n")
			for _, want := range []string{"run=panics cause=at the disco", "run=fails error=database is gone"} {
				if !strings.Contains(logged, want) {
					t.Errorf("logged %q, not %q", logged, want)
				}
			}
		})
	}
}

func TestStopOfAQueueThatWasNotStarted(t *testing.T) {
	t.Parallel()
	p := open(t, t.TempDir(), Options{Workers: 1})
	p.stop(t)
	p.stop(t)
}
