package publish

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// Trouble that may pass is tried four times, each time after a longer pause, and
// then reported: the draft does not wait for ever.
func TestTransient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trouble func(*world)
		rule    string
		message string
	}{
		"trouble of ours": {func(w *world) { w.Trees = failing(errors.New("/srv/disk is full")) }, ruleTrouble,
			"The server could not complete the run in 4 attempts. The connector is not to blame."},
		"remote failure": {func(w *world) { w.git.Intercept(gitserver.Fail(http.StatusServiceUnavailable)) }, ruleReachable,
			"at tag v1.0.0. It was tried 4 times."},
		"panic": {func(w *world) {
			w.Trees = trees(func(context.Context, gitsource.Request) (*gitsource.Tree, error) { panic("/srv/stack") })
		}, ruleTrouble, "The server could not complete the run in 4 attempts."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.ask(t, api.Publish(false))
			c.trouble(w)
			for n, wait := range []time.Duration{time.Second, 4 * time.Second, 16 * time.Second} {
				before := w.clock.now()
				w.work(t, id)
				run := w.run(t, id, store.RunQueued)
				if run.Attempt != n+1 || run.Token != "" || run.DueAt.Before(before.Add(wait)) || run.DueAt.After(w.clock.now().Add(wait)) {
					t.Fatalf("after attempt %d the run is %+v, want it due in %s", n+1, run, wait)
				}
				w.work(t, id) // not due: nothing happens
				if got := w.run(t, id, store.RunQueued); got.Attempt != n+1 {
					t.Fatalf("a run that was not due was tried: attempt %d", got.Attempt)
				}
				w.clock.advance(wait)
			}
			w.work(t, id)
			run := w.run(t, id, store.RunFailed)
			report := decode[api.Report](t, run.Report)
			if len(report.Findings) != 1 || report.Findings[0].Rule != c.rule || !strings.Contains(report.Findings[0].Message, c.message) {
				t.Errorf("the report is %+v", report)
			}
			if steps := decode[[]api.RunStep](t, run.Steps); len(steps) != 1 || !steps[0].Failed {
				t.Errorf("the steps are %+v", steps)
			}
			draft := w.draft(t)
			if draft.Status != api.StatusFailed || strings.Contains(strings.Join(lines(draft.PublishingReport), ""), "/srv") {
				t.Errorf("the draft is %s with the report %q", draft.Status, lines(draft.PublishingReport))
			}
			if logged := w.logged.String(); strings.Count(logged, "\n") != 4 || strings.Count(logged, "failed_step=fetch") != 4 || !strings.Contains(logged, "trouble=") {
				t.Errorf("logged:\n%s", logged)
			}
		})
	}
}

func TestTransientAndThenGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.Publish(false))
	w.git.Intercept(gitserver.Fail(http.StatusBadGateway))
	w.work(t, id)
	w.git.Intercept(nil)
	w.clock.advance(pause(1))
	w.work(t, id)
	if run := w.run(t, id, store.RunSucceeded); run.Attempt != 2 {
		t.Errorf("it took %d attempts", run.Attempt)
	}
	if draft := w.draft(t); draft.Status != api.StatusPublished {
		t.Errorf("the draft is %s", draft.Status)
	}
}

// A panic outside of the engine's own guard is trouble of ours like any other,
// and the tree is given up.
func TestPanicOverATree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.UpdatePreviewable())
	w.Engine = nil
	w.work(t, id)
	if run := w.run(t, id, store.RunQueued); run.Attempt != 1 {
		t.Errorf("the run is %+v", run)
	}
	w.requireNoTree(t)
	if !strings.Contains(w.logged.String(), "failed_step=check") {
		t.Errorf("logged:\n%s", w.logged)
	}
}

// A run that takes its process down each time is given up, untried.
func TestCutOffTooOften(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.Publish(false))
	for range claims {
		w.claimAway(t, id)
	}
	w.clock.advance(lease)
	w.Trees = trees(func(context.Context, gitsource.Request) (*gitsource.Tree, error) {
		t.Error("it was tried again")
		return nil, errors.New("it was tried again")
	})
	w.work(t, id)
	report := decode[api.Report](t, w.run(t, id, store.RunFailed).Report)
	if len(report.Findings) != 1 || !strings.Contains(report.Findings[0].Message, "could not complete the run in 11 attempts") {
		t.Errorf("the report is %+v", report)
	}
	if draft := w.draft(t); draft.Status != api.StatusFailed {
		t.Errorf("the draft is %s", draft.Status)
	}
}

// A call for a run that is not due changes nothing.
func TestNotDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.Publish(false))
	other := w.claimAway(t, id)
	w.work(t, id)
	if got := w.run(t, id, store.RunRunning); got.Token != other.Token || got.Attempt != 1 {
		t.Errorf("a run under lease is %+v", got)
	}
	w.clock.advance(lease)
	w.work(t, id)
	ended, draft := w.run(t, id, store.RunSucceeded), w.draft(t)
	w.clock.advance(time.Hour)
	w.work(t, id)
	w.work(t, "6f1c1f4e-0000-4000-8000-000000000000") // there is none
	if got := w.run(t, id, store.RunSucceeded); got.Attempt != ended.Attempt || !got.EndedAt.Equal(ended.EndedAt) {
		t.Errorf("a run that has ended became %+v", got)
	}
	if got := w.draft(t); got.Version != draft.Version {
		t.Errorf("the draft is at version %d, want %d", got.Version, draft.Version)
	}
}

// Being told to stop is no trouble: the run is handed back at once, whatever the
// reason that the context names.
func TestStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.Publish(false))
	for n, cause := range []error{nil, errors.New("stop initiated")} {
		ctx, stop := context.WithCancelCause(t.Context())
		w.Trees = trees(func(ctx context.Context, _ gitsource.Request) (*gitsource.Tree, error) {
			stop(cause)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if err := w.Work(ctx, id); err != nil {
			t.Fatal(err)
		}
		run := w.run(t, id, store.RunQueued)
		if run.Attempt != n+1 || run.Token != "" || run.DueAt.After(w.clock.now()) {
			t.Errorf("handed back because of %v: %+v", cause, run)
		}
	}
	w.Trees = w.source
	w.work(t, id)
	w.run(t, id, store.RunSucceeded)
}

// What was found before the stop is still written.
func TestStopAfterTheWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.Publish(false))
	ctx, stop := context.WithCancel(t.Context())
	w.Trees = trees(func(context.Context, gitsource.Request) (*gitsource.Tree, error) {
		stop()
		return nil, gitsource.ErrTooLarge
	})
	if err := w.Work(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.run(t, id, store.RunFailed)
}
