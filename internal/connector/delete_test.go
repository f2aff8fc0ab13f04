package connector

import (
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t, withKey("tax"), func(d *api.ConnectorStagedDraft) { d.PrivateProjects = []string{bolt.Project} }))
	kept := w.create(t)
	doc, err := w.Delete(always, acme, store.Ref{Key: "tax"})
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "what was deleted", d, decoded[api.ConnectorStaged](t, doc))
	for name, call := range calls(w, "") {
		for _, ref := range []store.Ref{{ID: d.ID}, {Key: "tax"}} {
			if name != "Run" && name != "RunReport" { // which ask for the run's id first
				requireProblem(t, call(always, acme, ref), 404, api.CodeResourceNotFound)
			}
		}
	}
	requireFound(t, w, bolt, 0)
	requireDrafts(t, w, 1)
	requireEqual(t, "another draft", kept, w.draft(t, kept.ID))
}

// A draft can be deleted in every state but these.
func TestDeleteLocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	taken := w.submit(t, w.create(t))
	if _, err := w.TakeReview(always, alice, byID(taken)); err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]api.ConnectorStaged{
		"waiting": w.submit(t, w.create(t)),
		"taken":   w.draft(t, taken.ID),
	} {
		_, err := w.Delete(always, acme, byID(d))
		requireProblem(t, err, 400, api.CodeInCertification)
		requireEqual(t, name, d, w.draft(t, d.ID))
	}
	for message, d := range map[string]api.ConnectorStaged{
		"The draft is being published and cannot be changed until that is done. Repeat the request then.":     w.update(t, w.create(t), api.Publish(false)),
		"A preview of the draft is under way. Repeat the request when isPreviewable is not pending any more.": w.update(t, w.create(t), api.UpdatePreviewable()),
	} {
		_, err := w.Delete(always, acme, byID(d))
		got := requireConflict(t, err, d.Version, d.Version)
		requireEqual(t, "problem", []any{message, time.Second}, []any{got.Objects[0].Message, got.RetryAfter})
		requireEqual(t, "draft", d, w.draft(t, d.ID))
		w.work(t, d, fails())
		if _, err := w.Delete(always, acme, byID(d)); err != nil {
			t.Errorf("after the run: %v", err)
		}
	}
	certified := w.certify(t, w.create(t))
	if _, err := w.Delete(always, acme, byID(certified)); err != nil {
		t.Error(err)
	}
}

// The key of what was once published stays its project's, that of a mere draft is
// anybody's again.
func TestDeleteReservesTheKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	published := w.publish(t, w.create(t, withKey("tax")))
	draft := w.work(t, w.update(t, w.create(t, withKey("mail")), api.Publish(false)), fails())
	for _, d := range []api.ConnectorStaged{published, draft} {
		if _, err := w.Delete(always, acme, byID(d)); err != nil {
			t.Fatal(err)
		}
	}
	w.repos.reads()
	_, err := w.Create(always, bolt, newDraft(withKey("tax")))
	got := requireProblem(t, err, 400, api.CodeDuplicateField)
	requireEqual(t, "error", []string{"key", "tax"}, []string{got.Objects[0].Field, got.Objects[0].DuplicateValue})
	requireEqual(t, "reads: the key is asked for first", nothing, w.repos.reads())
	if _, err := w.Create(always, bolt, newDraft(withKey("mail"))); err != nil {
		t.Error(err)
	}
	again := w.publish(t, w.create(t, withKey("tax")))
	requireEqual(t, "the Connector is a new one", int64(1), w.connector(t, again.ID).Version)
}

// While one create reads its repository, another project publishes under the key
// and deletes the draft: the reservation is asked for again by the insert.
func TestCreateLosesTheKeyToAReservation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repos.during = func() {
		w.repos.during = nil
		d := w.publish(t, w.create(t, withKey("tax"), func(d *api.ConnectorStagedDraft) { d.Repository = v3 }))
		if _, err := w.Delete(always, acme, byID(d)); err != nil {
			t.Error(err)
		}
	}
	_, err := w.Create(always, bolt, newDraft(withKey("tax")))
	requireProblem(t, err, 400, api.CodeDuplicateField)
}

// A delete is tried anew when it is overtaken: by a change it deletes what the
// draft has become, by a run it is refused.
func TestDeleteMeetsAChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	meddled := 0
	overtakenBy := func(d api.ConnectorStaged, times int, a func(int) api.UpdateAction) *Service {
		meddled = 0
		return w.withMeddler(func(store.WriteSet) {
			if meddled < times {
				meddled++
				w.update(t, w.draft(t, d.ID), a(meddled))
			}
		})
	}
	rename := func(n int) api.UpdateAction { return api.SetName("Tax " + string(rune('a'+n))) }

	d := w.create(t)
	doc, err := overtakenBy(d, 2, rename).Delete(always, acme, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "what was deleted", "Tax c", decoded[api.ConnectorStaged](t, doc).Name)

	d = w.create(t)
	_, err = overtakenBy(d, 1, func(int) api.UpdateAction { return api.Publish(false) }).Delete(always, acme, byID(d))
	requireConflict(t, err, d.Version+1, d.Version+1)

	d = w.create(t)
	_, err = overtakenBy(d, finishAttempts, rename).Delete(always, acme, byID(d))
	got := requireProblem(t, err, 503, api.CodeGeneral)
	requireEqual(t, "retry after", time.Second, got.RetryAfter)
	requireEqual(t, "version", d.Version+finishAttempts, w.draft(t, d.ID).Version)
}

// A run that a change of the repository has cancelled ends without its draft.
func TestDeleteUnderACancelledRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	run := w.claim(t, d)
	d = w.update(t, d, api.SetRepository(v3))
	if _, err := w.Delete(always, acme, byID(d)); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(always, run, fails()); err != nil {
		t.Error(err)
	}
	ended, err := w.store.Run(always, run.ID)
	if err != nil || ended.State != store.RunCancelled {
		t.Errorf("the run is %s, error %v", ended.State, err)
	}
}
