// Package jobs tells workers that a run waits for them. It is a doorbell, not a
// ledger: River carries nothing but a run's id, and the table of runs says
// whether there is something to do. A sweep finds whatever the bell missed, so
// that all of River's rows can be lost and no run is.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// sweepEvery is how often runs that are due are looked for without a bell.
	sweepEvery = 2 * time.Second
	// pollEvery is how often River looks for jobs without a bell. The sweep finds
	// their runs first; this only clears away what is left.
	pollEvery = time.Minute
	// keepJobs is how long River remembers what is over; the runs are the record.
	keepJobs = 10 * time.Minute
	// jobTimeout is longer than any attempt and its wait for a slot. Without one,
	// River would keep the job of a process that was killed for ever.
	jobTimeout = time.Hour
)

// Options configure a Queue. All but Workers and SweepEvery are required.
type Options struct {
	// DB is a pool of the database for River alone.
	DB   *sql.DB
	Runs store.Runs
	// Workers is how many runs this process works at once; 0: none, it only
	// rings.
	Workers int
	// SweepEvery is how often due runs are looked for without a bell; 0: 2 s.
	SweepEvery time.Duration
	// Work works one run. It must be harmless for a run that is not due.
	Work func(ctx context.Context, runID string) error
	Now  func() time.Time
	Log  *slog.Logger
}

// Queue rings for runs and works them.
type Queue struct {
	Options
	client *river.Client[*sql.Tx]
	bell   *bell
	// slots bounds the runs under way, however they were found.
	slots chan struct{}
	// more tells the sweep that a run it found is over: there may be others.
	more    *bell
	stop    context.CancelFunc
	working sync.WaitGroup
}

// New makes River's tables in the database, or brings them up to date, and
// returns a Queue that rings already. Start makes it work.
func New(ctx context.Context, o Options) (*Queue, error) {
	if o.SweepEvery <= 0 {
		o.SweepEvery = sweepEvery
	}
	q := &Queue{Options: o, bell: newBell(), slots: make(chan struct{}, max(1, o.Workers)), more: newBell()}
	driver := &bellDriver{Driver: riversqlite.New(o.DB), bell: q.bell}
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet(o.Log)})
	if err != nil {
		return nil, fmt.Errorf("migrations of the job queue: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("migrate the job queue: %w", err)
	}
	if q.client, err = river.NewClient(driver, q.config()); err != nil {
		return nil, fmt.Errorf("set up the job queue: %w", err)
	}
	return q, nil
}

func (q *Queue) config() *river.Config {
	c := &river.Config{
		Logger:                      quiet(q.Log),
		CompletedJobRetentionPeriod: keepJobs,
		CancelledJobRetentionPeriod: keepJobs,
		DiscardedJobRetentionPeriod: keepJobs,
	}
	if q.Workers == 0 {
		return c
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &runWorker{queue: q})
	c.Workers = workers
	c.Queues = map[string]river.QueueConfig{river.QueueDefault: {
		MaxWorkers: q.Workers,
		// The bell says when to fetch: there is nothing to gain from waiting for
		// more.
		FetchCooldown:     river.FetchCooldownMin,
		FetchPollInterval: pollEvery,
	}}
	c.JobTimeout = jobTimeout
	return c
}

// Enqueue records a run in the transaction that starts it.
func (q *Queue) Enqueue(ctx context.Context, tx *sql.Tx, runID string) error {
	// One attempt: what is to be tried again, the runs say.
	_, err := q.client.InsertTx(ctx, tx, runArgs{RunID: runID}, &river.InsertOpts{MaxAttempts: 1})
	if err != nil {
		return fmt.Errorf("enqueue run %s: %w", runID, err)
	}
	return nil
}

// Ring wakes the workers of this process.
func (q *Queue) Ring() { q.bell.ring() }

// Start begins to work runs, until Stop. It does nothing without workers.
func (q *Queue) Start(ctx context.Context) error {
	if q.Workers == 0 {
		return nil
	}
	ctx, q.stop = context.WithCancel(ctx)
	if err := q.client.Start(ctx); err != nil {
		q.stop()
		return fmt.Errorf("start the job queue: %w", err)
	}
	q.working.Go(func() { q.sweep(ctx) })
	return nil
}

// Stop makes every worker hand back what it has, and waits for that until ctx
// ends; then it returns the context's error.
func (q *Queue) Stop(ctx context.Context) error {
	if q.stop == nil {
		return nil
	}
	// First, and for all at once: what is handed back must not be taken again by
	// who has not heard of the end yet.
	q.stop()
	err := q.client.StopAndCancel(ctx)
	done := make(chan struct{})
	go func() {
		q.working.Wait()
		close(done)
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}

// sweep works what is due, at once and then again and again.
func (q *Queue) sweep(ctx context.Context) {
	tick := time.NewTicker(q.SweepEvery)
	defer tick.Stop()
	for {
		q.workDue(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-q.more.rung:
		}
	}
}

// workDue takes as many due runs as there are slots left; the others are found as
// slots become free.
func (q *Queue) workDue(ctx context.Context) {
	due, err := q.Runs.DueRuns(ctx, q.Now(), q.Workers)
	if err != nil {
		if ctx.Err() == nil {
			q.Log.ErrorContext(ctx, "cannot look for due runs", "error", err.Error())
		}
		return
	}
	for _, id := range due {
		select {
		case q.slots <- struct{}{}:
		default:
			return
		}
		q.working.Go(func() {
			worked := q.work(ctx, id)
			<-q.slots
			if worked {
				q.more.ring()
			}
		})
	}
}

// work works a run. What panics is one run, and not the process: its lease ends,
// and the sweep takes it again. It says whether that went well.
func (q *Queue) work(ctx context.Context, id string) (worked bool) {
	defer func() {
		if cause := recover(); cause != nil {
			q.Log.ErrorContext(ctx, "work on a run panicked", "run", id, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		}
	}()
	err := q.Work(ctx, id)
	if err != nil && ctx.Err() == nil {
		q.Log.ErrorContext(ctx, "work on a run", "run", id, "error", err.Error())
	}
	return err == nil
}

// runArgs is River's job: look at this run.
type runArgs struct {
	RunID string `json:"runId"`
}

// Kind is the job's name in River's table.
func (runArgs) Kind() string { return "run" }

type runWorker struct {
	river.WorkerDefaults[runArgs]
	queue *Queue
}

// Work waits for a slot and works the run. It never fails the job: whether the
// run is over, the table of runs says.
func (w *runWorker) Work(ctx context.Context, job *river.Job[runArgs]) error {
	select {
	case w.queue.slots <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	defer func() { <-w.queue.slots }()
	w.queue.work(ctx, job.Args.RunID)
	return nil
}

// quiet passes on only what an operator has to look at: River tells of each of
// its own steps.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(levelFilter{Handler: log.Handler(), least: slog.LevelError})
}

type levelFilter struct {
	slog.Handler
	least slog.Level
}

func (f levelFilter) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= f.least && f.Handler.Enabled(ctx, l)
}

func (f levelFilter) WithAttrs(a []slog.Attr) slog.Handler {
	return levelFilter{f.Handler.WithAttrs(a), f.least}
}

func (f levelFilter) WithGroup(name string) slog.Handler {
	return levelFilter{f.Handler.WithGroup(name), f.least}
}
