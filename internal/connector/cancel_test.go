package connector

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// cancelRun cancels the draft's newest run and returns it.
func (w *world) cancelRun(t *testing.T, d api.ConnectorStaged) api.Run {
	t.Helper()
	runs, _, err := w.Runs(always, acme, byID(d), 1, 0)
	if err != nil || len(runs) == 0 {
		t.Fatalf("%d runs, error %v", len(runs), err)
	}
	run, err := w.CancelRun(always, acme, byID(d), runs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestCancelRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	waiting := "Draft, preview none, changes true, listed false, certified false, private true"

	d = w.update(t, d, api.UpdatePreviewable())
	requireEqual(t, "a queued preview", "cancelled", w.cancelRun(t, d).State)
	requireEqual(t, "after it", waiting, statusOf(w.draft(t, d.ID)))

	w.clock.pass(time.Second)
	d = w.update(t, w.draft(t, d.ID), api.Publish(true))
	requireEqual(t, "a queued publish", "cancelled", w.cancelRun(t, d).State)
	d = w.draft(t, d.ID)
	requireEqual(t, "after it", strings.Replace(waiting, "Draft", "Failed", 1), statusOf(d))
	requireEqual(t, "the title", "Publish cancelled", d.PublishingReport.Entries[0].Title)
	w.cancelRun(t, d) // again
	requireEqual(t, "the version after another cancellation", d.Version, w.draft(t, d.ID).Version)

	w.clock.pass(time.Second)
	d = w.publish(t, d)
	runs, _, err := w.Runs(always, acme, byID(d), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.CancelRun(always, acme, byID(d), runs[0].ID)
	p := requireProblem(t, err, 400, api.CodeRunEnded)
	requireEqual(t, "the message", "The run cannot be cancelled: it has succeeded.", p.Objects[0].Message)
	_, err = w.CancelRun(always, acme, byID(d), "1")
	requireProblem(t, err, 400, api.CodeInvalidPathParam)
	_, err = w.CancelRun(always, acme, byID(d), uuid.NewString())
	requireProblem(t, err, 404, api.CodeResourceNotFound)
	_, err = w.CancelRun(always, bolt, byID(d), runs[0].ID)
	requireProblem(t, err, 404, api.CodeResourceNotFound)
	requireEqual(t, "the draft", d, w.draft(t, d.ID))
}

// A worker that comes to its end after the cancellation has no effect any more:
// the Connector is the one of before.
func TestCancelARunUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t))
	before := w.connector(t, d.ID)
	w.clock.pass(time.Second)
	d = w.update(t, d, api.SetName("Another"), api.Publish(false))
	claimed := w.claim(t, d)
	requireEqual(t, "a run that is worked", "running", w.cancelRun(t, d).State)
	d = w.draft(t, d.ID)
	requireEqual(t, "the status", api.StatusFailed, d.Status)
	if err := w.Finish(always, claimed, w.passes(t, d)); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "the Connector", before, w.connector(t, d.ID))
	requireEqual(t, "the draft", d, w.draft(t, d.ID))
	requireRuns(t, w, d, "publish v1 cancelled", "publish v1 succeeded")
}

// Of a cancellation and an end that meet, the first wins.
func TestCancelMeetsTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.Publish(false))
	claimed := w.claim(t, d)
	met := false
	service := w.withMeddler(func(store.WriteSet) {
		if met {
			return
		}
		met = true
		if err := w.Finish(always, claimed, w.passes(t, d)); err != nil {
			t.Error(err)
		}
	})
	_, err := service.CancelRun(always, acme, byID(d), claimed.ID)
	requireProblem(t, err, 400, api.CodeRunEnded)
	requireEqual(t, "the status", api.StatusPublished, w.draft(t, d.ID).Status)
}
