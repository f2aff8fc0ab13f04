package publish

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// busy makes a worker with one slot, which is taken, and returns a function that
// gives it back.
func (w *world) busy() (free func()) {
	o := w.Options
	o.Checks = 1
	w.Worker = New(o)
	w.slots <- struct{}{}
	return w.slots.giveBack
}

// until waits until the run is at the step.
func (w *world) until(t *testing.T, id, step string, begin func()) {
	t.Helper()
	heard, stop := w.Drafts.Listen(id)
	defer stop()
	begin()
	for {
		<-heard
		if steps := w.Progress(id); len(steps) > 0 && steps[len(steps)-1].Name == step {
			return
		}
	}
}

func steps(t *testing.T, run store.Run) (names []string) {
	t.Helper()
	var done []api.RunStep
	if err := json.Unmarshal(run.Steps, &done); err != nil {
		t.Fatal(err)
	}
	for _, s := range done {
		names = append(names, s.Name)
	}
	return names
}

// Whoever has fetched and finds no slot says that it waits, and stays alive.
func TestWaitForASlot(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		free := w.busy()
		id := w.ask(t, api.Publish(false))
		done := make(chan error, 1)
		w.until(t, id, "wait", func() { go func() { done <- w.Work(t.Context(), id) }() })
		for range 6 {
			<-time.After(lease / 2)
			synctest.Wait()
			if left := w.run(t, id, store.RunRunning).DueAt.Sub(w.clock.now()); left < lease-heartbeat {
				t.Fatalf("%s of the lease are left", left)
			}
		}
		free()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		run := w.run(t, id, store.RunSucceeded)
		if diff := cmp.Diff([]string{"fetch", "wait", "check"}, steps(t, run)); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
		if run.Attempt != 1 || len(w.slots) != 0 {
			t.Errorf("it took %d attempts, %d slots are taken", run.Attempt, len(w.slots))
		}
	})
}

// The wait counts for the run's deadline, and a run that did not get a slot is
// tried again.
func TestWaitForASlotInVain(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		defer w.busy()()
		id := w.ask(t, api.Publish(false))
		before := time.Now()
		w.work(t, id)
		if took := time.Since(before); took != runDeadline {
			t.Errorf("it took %s", took)
		}
		if run := w.run(t, id, store.RunQueued); run.Attempt != 1 {
			t.Errorf("the run is %+v", run)
		}
	})
}

// Whoever waits for a slot can be cancelled.
func TestCancelledWhileItWaitsForASlot(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		defer w.busy()()
		id := w.ask(t, api.UpdatePreviewable())
		done := make(chan error, 1)
		w.until(t, id, "wait", func() { go func() { done <- w.Work(t.Context(), id) }() })
		before := time.Now()
		if _, err := w.Drafts.CancelRun(t.Context(), owner, w.ref, id); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil || time.Since(before) != 0 {
			t.Errorf("it went on for %s, error %v", time.Since(before), err)
		}
		w.run(t, id, store.RunCancelled)
	})
}

// A validation waits for a slot as a run does, for as long as its request may.
func TestValidateWaitsForASlot(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, w *world) { //nolint:thelper // it is the test
		defer w.busy()()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		_, err := w.Validate(ctx, owner.Project, api.Repository{URL: w.repo.URL, Tag: tag})
		var p *problem.Error
		if !errors.As(err, &p) || p.RetryAfter != retryValidation || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}
