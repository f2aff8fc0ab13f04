package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

// never is an interval that no test lives to see the end of: what happens
// nevertheless, happens by a bell.
const never = time.Hour

// patience bounds each wait of a test, far below pollEvery.
const patience = 20 * time.Second

// process is what one server process has: a store and a queue of its own.
type process struct {
	*sqlstore.Store
	queue *Queue
	log   *journal
}

// open opens the database in dir, as another process would, with a queue that is
// not started.
func open(tb testing.TB, dir string, o Options) *process {
	tb.Helper()
	db, err := sqlstore.OpenSQLite(tb.Context(), dir, sqlstore.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	p := &process{Store: db, log: &journal{}}
	o.DB, o.Runs, o.Now, o.Log = db.Queue(), db, time.Now, slog.New(p.log)
	if p.queue, err = New(tb.Context(), o); err != nil {
		tb.Fatal(err)
	}
	db.SetDoorbell(p.queue)
	tb.Cleanup(func() {
		p.stop(tb)
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return p
}

// start starts the queue.
func (p *process) start(tb testing.TB) {
	tb.Helper()
	if err := p.queue.Start(context.WithoutCancel(tb.Context())); err != nil {
		tb.Fatal(err)
	}
}

// stop stops the queue, which may be stopped already.
func (p *process) stop(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), patience)
	defer cancel()
	if err := p.queue.Stop(ctx); err != nil {
		tb.Errorf("stop: %v", err)
	}
}

// order commits a draft with these runs.
func (p *process) order(tb testing.TB, runs ...string) {
	tb.Helper()
	now := time.Now()
	w := store.WriteSet{Op: store.Insert, Draft: store.Draft{
		ID: "draft of " + runs[0], Version: 1, Owner: "europe-west1.gcp:acme", Name: "n", Status: api.StatusDraft,
		CreatedAt: now, LastModifiedAt: now, Document: []byte("{}"), Facts: []byte("{}"),
	}}
	for _, id := range runs {
		w.StartRuns = append(w.StartRuns, store.Run{
			ID: id, DraftID: w.Draft.ID, Project: w.Draft.Owner, Kind: store.RunPreview, DueAt: now, CreatedAt: now,
		})
	}
	if err := p.Commit(tb.Context(), w); err != nil {
		tb.Fatal(err)
	}
}

// requireRun fails unless the run is in the state after that many attempts.
func (p *process) requireRun(tb testing.TB, id string, state store.RunState, attempts int) {
	tb.Helper()
	run, err := p.Run(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	if run.State != state || run.Attempt != attempts {
		tb.Errorf("run %s is %s after %d attempts, want %s after %d", id, run.State, run.Attempt, state, attempts)
	}
}

// worker claims runs as the real one does, and ends them when it may.
type worker struct {
	runs store.Runs
	// claimed receives the id of each run that is claimed, ended of each that has
	// ended.
	claimed, ended chan string
	// proceed, when set, holds back each run until something is received.
	proceed chan struct{}
	// trouble, when set, is what a claimed run meets.
	trouble func(id string) error

	mu            sync.Mutex
	working, peak int
}

func newWorker() *worker {
	return &worker{claimed: make(chan string, 1000), ended: make(chan string, 1000)}
}

// Work ends the run, or hands it back when it is told to stop.
func (w *worker) Work(ctx context.Context, id string) error {
	now := time.Now()
	run, err := w.runs.ClaimRun(ctx, id, store.Claim{Token: fmt.Sprint(id, now.UnixNano()), Now: now, Until: now.Add(time.Minute)})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	w.enter(1)
	defer w.enter(-1)
	w.claimed <- id
	if w.trouble != nil {
		if err := w.trouble(id); err != nil {
			return err
		}
	}
	if w.proceed != nil {
		select {
		case <-w.proceed:
		case <-ctx.Done():
			return w.runs.ReleaseRun(context.WithoutCancel(ctx), id, run.Token, now)
		}
	}
	err = w.runs.EndRun(context.WithoutCancel(ctx), id, run.Token, store.RunEnd{State: store.RunSucceeded, EndedAt: now})
	w.ended <- id
	return err
}

// mostAtOnce is how many runs have been under way at once.
func (w *worker) mostAtOnce() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peak
}

func (w *worker) enter(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.working += n
	w.peak = max(w.peak, w.working)
}

// openWorking opens the database with a queue that has workers, not started.
func openWorking(tb testing.TB, dir string, w *worker, o Options) *process {
	tb.Helper()
	o.Work = w.Work
	p := open(tb, dir, o)
	w.runs = p.Store
	return p
}

// receive returns the next n values, in no particular order.
func receive(tb testing.TB, from <-chan string, n int) map[string]int {
	tb.Helper()
	deadline := time.After(patience)
	got := make(map[string]int)
	for range n {
		select {
		case v := <-from:
			got[v]++
		case <-deadline:
			tb.Fatalf("only %v in %s", got, patience)
		}
	}
	return got
}

// journal keeps what is logged as an error.
type journal struct {
	mu     sync.Mutex
	errors []string
}

func (j *journal) Enabled(context.Context, slog.Level) bool { return true }
func (j *journal) WithAttrs([]slog.Attr) slog.Handler       { return j }
func (j *journal) WithGroup(string) slog.Handler            { return j }

func (j *journal) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		return true
	})
	j.mu.Lock()
	defer j.mu.Unlock()
	j.errors = append(j.errors, line)
	return nil
}

func (j *journal) lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.errors
}

// requireQuiet fails when anything was logged: what goes well is no news.
func (p *process) requireQuiet(tb testing.TB) {
	tb.Helper()
	for _, line := range p.log.lines() {
		tb.Errorf("logged: %s", line)
	}
}
