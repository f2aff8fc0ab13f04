package publish

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// slow is a Trees that takes its time: until the channel is closed, or the context
// ends.
func slow(next Trees, started chan<- struct{}, goOn <-chan struct{}) trees {
	return func(ctx context.Context, req gitsource.Request) (*gitsource.Tree, error) {
		close(started)
		select {
		case <-goOn:
			return next.Tree(ctx, req)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// begin works the run in the background, up to its fetch; the functions returned
// let the fetch go on, and wait for the end of the work.
func (w *world) begin(t *testing.T, id string) (goOn func(), ended func()) {
	t.Helper()
	started, gate, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	w.Trees = slow(w.source, started, gate)
	go func() { done <- w.Work(t.Context(), id) }()
	<-started
	return func() { close(gate) }, func() {
		t.Helper()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// A worker that lives keeps its run, however long that takes.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		id := w.ask(t, api.Publish(false))
		goOn, ended := w.begin(t, id)
		for range 10 {
			<-time.After(lease / 2)
			synctest.Wait()
			left := w.run(t, id, store.RunRunning).DueAt.Sub(w.clock.now())
			if left < lease-heartbeat || left > lease {
				t.Fatalf("%s of the lease are left", left)
			}
		}
		goOn()
		ended()
		if run := w.run(t, id, store.RunSucceeded); run.Attempt != 1 {
			t.Errorf("it took %d attempts", run.Attempt)
		}
	})
}

// A worker that another one has taken the run from stops at its next heartbeat
// and writes nothing.
func TestLeaseLost(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		id := w.ask(t, api.Publish(false))
		_, ended := w.begin(t, id)
		other := w.claimAway(t, id)
		ended()
		if got := w.run(t, id, store.RunRunning); got.Token != other.Token {
			t.Errorf("the run is %+v", got)
		}
		if draft := w.draft(t); draft.Status != api.StatusProcessing {
			t.Errorf("the draft is %s", draft.Status)
		}
	})
}

// One that learns of it only when it writes its result changes nothing either.
func TestLeaseLostBetweenHeartbeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(t, api.Publish(false))
	goOn, ended := w.begin(t, id)
	other := w.claimAway(t, id)
	goOn()
	ended()
	if got := w.run(t, id, store.RunRunning); got.Token != other.Token || got.Commit != "" {
		t.Errorf("the run is %+v", got)
	}
	if draft := w.draft(t); draft.Status != api.StatusProcessing || draft.Version != 2 {
		t.Errorf("the draft is %s at version %d", draft.Status, draft.Version)
	}
	w.clock.advance(lease)
	w.Trees = w.source
	w.work(t, id)
	if draft := w.draft(t); draft.Status != api.StatusPublished || draft.Version != 3 {
		t.Errorf("the draft is %s at version %d", draft.Status, draft.Version)
	}
}

// When the database cannot be asked for as long as the lease lasts, the work
// stops; the run is neither canceled nor lost.
func TestLeaseOver(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		id := w.ask(t, api.Publish(false))
		w.Runs = deaf{w.store}
		_, ended := w.begin(t, id)
		ended()
		if run := w.run(t, id, store.RunQueued); run.Attempt != 1 || run.CancelRequested {
			t.Errorf("the run is %+v", run)
		}
		if !strings.Contains(w.logged.String(), errLeaseOver.Error()) {
			t.Errorf("logged:\n%s", w.logged)
		}
		w.Runs, w.Trees = w.store, w.source
		<-time.After(pause(1))
		w.work(t, id)
		w.run(t, id, store.RunSucceeded)
		if draft := w.draft(t); draft.Status != api.StatusPublished {
			t.Errorf("the draft is %s", draft.Status)
		}
	})
}

// deaf is a store.Runs that heartbeats do not reach.
type deaf struct{ store.Runs }

func (deaf) ExtendRun(ctx context.Context, _, _ string, _ time.Time) error {
	<-ctx.Done()
	return errors.New("the database does not answer")
}

// A preview of a repository that the draft does not name any more stops at the
// next heartbeat.
func TestCancelled(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		w.repo.Tag(t, "v2.0.0")
		id := w.ask(t, api.UpdatePreviewable())
		_, ended := w.begin(t, id)
		w.ask(t, api.SetRepository(api.Repository{Tag: "v2.0.0"}))
		before := time.Now()
		ended()
		if took := time.Since(before); took > heartbeat {
			t.Errorf("it went on for %s", took)
		}
		run := w.run(t, id, store.RunCancelled)
		if run.Report != nil || run.EndedAt.IsZero() {
			t.Errorf("the run is %+v", run)
		}
		if draft := w.draft(t); draft.IsPreviewable != api.PreviewableNone || draft.PreviewableReport != nil {
			t.Errorf("the draft is %+v", draft)
		}
	})
}

// In the process that works the run, its cancellation is heard at once.
func TestCancelledAtOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		id := w.ask(t, api.Publish(false))
		_, ended := w.begin(t, id)
		before := time.Now()
		if _, err := w.Drafts.CancelRun(t.Context(), owner, w.ref, id); err != nil {
			t.Fatal(err)
		}
		ended()
		if took := time.Since(before); took != 0 {
			t.Errorf("it went on for %s", took)
		}
		w.run(t, id, store.RunCancelled)
		if draft := w.draft(t); draft.Status != api.StatusFailed || len(draft.PublishingReport.Entries) != 1 {
			t.Errorf("the draft is %+v", draft)
		}
	})
}

// One whose worker died after it was told to stop is not fetched again.
func TestCancelledBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo.Tag(t, "v2.0.0")
	id := w.ask(t, api.UpdatePreviewable())
	w.claimAway(t, id)
	w.ask(t, api.SetRepository(api.Repository{Tag: "v2.0.0"}))
	w.clock.advance(lease)
	w.Trees = failing(errors.New("it was fetched"))
	w.work(t, id)
	if w.run(t, id, store.RunCancelled); strings.Contains(w.logged.String(), "fetched") {
		t.Errorf("logged:\n%s", w.logged)
	}
}

// An attempt has a deadline; what comes after it is the next attempt's.
func TestRunDeadline(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		id := w.ask(t, api.Publish(false))
		before := time.Now()
		_, ended := w.begin(t, id)
		ended()
		if took := time.Since(before); took != runDeadline {
			t.Errorf("it took %s", took)
		}
		if run := w.run(t, id, store.RunQueued); run.Attempt != 1 || !run.DueAt.After(w.clock.now()) {
			t.Errorf("the run is %+v", run)
		}
	})
}
