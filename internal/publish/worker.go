// Package publish is the pipeline of previews and publishes: it takes a run that
// is due, reads the repository, checks it, and writes what came of it.
//
// The table of runs is the only truth. A run is worked under a lease with a
// token; whoever loses the lease can write nothing any more, so a run that is
// taken twice, late or never again has still one effect at most.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"time"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// lease is how long a run belongs to a worker that does not say it is alive;
	// with the sweep it bounds how long a dead worker delays a run (15 s).
	lease     = 10 * time.Second
	heartbeat = lease / 4
	// runDeadline bounds one attempt: a fetch of at most 60 s and the checks.
	runDeadline = 3 * time.Minute
	// attempts is how often a run is taken before its trouble is reported.
	attempts = 4
	// claims is how often a run is taken at all. A claim that ended with its
	// process is nobody's fault, but a run that ends each process that takes it
	// must not do so for ever.
	claims = 10
	// farewell bounds the last write of a worker that is told to stop.
	farewell = 5 * time.Second
)

var (
	// errNotOurs is why the work on a run stops when its lease is refused.
	errNotOurs = errors.New("the run was canceled or taken over")
	// errLeaseOver is why it stops when the database could not be asked in time.
	errLeaseOver = errors.New("the lease could not be prolonged")
	errCutOff    = errors.New("the run was cut off too often")
)

// Trees reads the whole repository of a release, or a tree that is sent.
// gitsource.Source is one.
type Trees interface {
	Tree(ctx context.Context, req gitsource.Request) (*gitsource.Tree, error)
	Unpack(ctx context.Context, project string, pack io.Reader, tree string) (*gitsource.Tree, error)
}

// Options configure a Worker. All are required but PublicURL, Checks and Observe.
type Options struct {
	Runs   store.Runs
	Drafts *connector.Service
	Trees  Trees
	Engine *check.Engine
	Now    func() time.Time
	Log    *slog.Logger
	// PublicURL is put before the address of a run in reports; empty: the
	// address is given as a path.
	PublicURL string
	// Checks is how many trees are checked at once, those of validations too; 0: one
	// less than there are processors for, which is left to answer requests, and at
	// least one.
	Checks int
	// Observe is told of every attempt at a run when it is over; nil: nobody is.
	Observe func(Attempt)
}

// Attempt is what came of one worker's try at a run.
type Attempt struct {
	Kind   store.RunKind
	Ending Ending
	// Took is the time from the claim to the end, Steps are what filled it.
	Took  time.Duration
	Steps []api.RunStep
}

// Ending says what became of a run with an attempt.
type Ending string

// The endings. After Retried and HandedBack the run is queued again, after Lost it
// is another worker's, and Broken is left to the sweep: the database could not be
// written.
const (
	Passed     Ending = "passed"
	Failed     Ending = "failed"
	Cancelled  Ending = "cancelled"
	Retried    Ending = "retried"
	HandedBack Ending = "handed_back"
	Lost       Ending = "lost"
	Broken     Ending = "broken"
)

// Worker works runs. It is safe for concurrent use.
type Worker struct {
	Options
	progress *progress
	verdicts *check.Cache
	slots    slots
}

// New returns a Worker.
func New(o Options) *Worker {
	if o.Observe == nil {
		o.Observe = func(Attempt) {}
	}
	if o.Checks == 0 {
		o.Checks = max(1, runtime.GOMAXPROCS(0)-1)
	}
	return &Worker{
		Options:  o,
		progress: &progress{runs: map[string]position{}},
		verdicts: check.NewCache(),
		slots:    make(slots, o.Checks),
	}
}

// Work takes the run, if it is due, and works it to its end, or hands it back
// when ctx ends or the trouble may pass. A run that is not due is no error: a
// duplicate or late call changes nothing. The error returned is about the
// database alone; the sweep takes such a run again.
func (w *Worker) Work(ctx context.Context, id string) error {
	now := w.Now()
	run, err := w.Runs.ClaimRun(ctx, id, store.Claim{Token: uuid.NewString(), Now: now, Until: now.Add(lease)})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer w.progress.end(run.ID)
	held, letGo := w.hold(ctx, run)
	defer letGo() // also when this panics: a lease without a worker must end
	r := &attempt{worker: w, run: run, start: time.Now()}
	err = r.perform(held)
	interrupted := context.Cause(held)
	letGo()
	if interrupted != nil {
		r.trouble = interrupted // says more than the step that it ended
	}
	err = w.conclude(ctx, errors.Is(interrupted, errNotOurs), r, err)
	r.log(ctx, err)
	w.Observe(Attempt{Kind: run.Kind, Ending: r.ending, Took: time.Since(r.start), Steps: r.outcome.Steps})
	return err
}

// hold keeps the lease alive until the function that it returns is called. The
// context ends before that when the lease is lost.
func (w *Worker) hold(ctx context.Context, run store.Run) (context.Context, func()) {
	held, cancel := context.WithCancelCause(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		cancel(w.keepAlive(held, run))
	}()
	return held, func() {
		cancel(nil)
		<-over
	}
}

// keepAlive prolongs the lease until ctx ends, or returns why it cannot be
// prolonged any more.
func (w *Worker) keepAlive(ctx context.Context, run store.Run) error {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	heard, stop := w.Drafts.Listen(run.ID)
	defer stop()
	last := w.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-heard: // it may be that it was cancelled
		}
		now := w.Now()
		err := w.prolong(ctx, run, now.Add(lease))
		switch {
		case err == nil:
			last = now
		case errors.Is(err, store.ErrConflict):
			return errNotOurs
		case now.Sub(last) >= lease:
			return fmt.Errorf("%w: %w", errLeaseOver, err)
		}
	}
}

func (w *Worker) prolong(ctx context.Context, run store.Run, until time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, heartbeat)
	defer cancel()
	return w.Runs.ExtendRun(ctx, run.ID, run.Token, until)
}

// conclude decides once what becomes of an attempt: what the repository is to
// blame for is a result; what may pass is tried again; what does not pass is
// reported as trouble of ours.
func (w *Worker) conclude(ctx context.Context, lost bool, r *attempt, err error) error {
	toldToStop := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	switch {
	case r.run.CancelRequested || lost:
		return r.ends(Cancelled, w.Drafts.Abandon(ctx, r.run, r.outcome))
	case err == nil && r.outcome.Passed():
		return r.ends(Passed, w.Drafts.Finish(ctx, r.run, r.outcome))
	case err == nil:
		return r.ends(Failed, w.Drafts.Finish(ctx, r.run, r.outcome))
	case toldToStop:
		return r.ends(HandedBack, w.Runs.ReleaseRun(ctx, r.run.ID, r.run.Token, w.Now()))
	case r.run.Attempt < attempts:
		return r.ends(Retried, w.Runs.ReleaseRun(ctx, r.run.ID, r.run.Token, w.Now().Add(pause(r.run.Attempt))))
	default:
		r.giveUp(err)
		return r.ends(Failed, w.Drafts.Finish(ctx, r.run, r.outcome))
	}
}

// pause is how long a run waits after its nth attempt: 1 s, 4 s, 16 s.
func pause(n int) time.Duration { return time.Second << (2 * (n - 1)) }

// ends notes how the attempt ended, as far as that could be written. It drops the
// error of a worker whose lease is lost: the run is another's, and nothing was
// written.
func (r *attempt) ends(as Ending, err error) error {
	switch {
	case err == nil:
		r.ending = as
	case errors.Is(err, store.ErrConflict):
		r.ending = Lost
		return nil
	default:
		r.ending = Broken
	}
	return err
}

// log writes the one line of an attempt.
func (r *attempt) log(ctx context.Context, err error) {
	attrs := []any{
		"run", r.run.ID, "draft", r.run.DraftID, "project", r.run.Project, "kind", string(r.run.Kind),
		"attempt", r.run.Attempt, "commit", r.outcome.Commit, "passed", r.outcome.Passed(),
	}
	for _, s := range r.outcome.Steps {
		attrs = append(attrs, s.Name+"_ms", s.Milliseconds)
		if s.Failed {
			attrs = append(attrs, "failed_step", s.Name)
		}
	}
	if r.trouble != nil {
		attrs = append(attrs, "trouble", r.trouble.Error())
	}
	if err != nil {
		r.worker.Log.ErrorContext(ctx, "run is left to the sweep", append(attrs, "error", err.Error())...)
		return
	}
	r.worker.Log.InfoContext(ctx, "run", attrs...)
}

// address is where the run can be read.
func (r *attempt) address() string {
	return fmt.Sprintf("%s/x/v1/drafts/%s/runs/%s", r.worker.PublicURL, r.run.DraftID, r.run.ID)
}
