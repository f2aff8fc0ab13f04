package connector

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// cancelOne cancels any run that there ever was, under way or not, now and then as
// a stranger.
func (m *machine) cancelOne(t *rapid.T) {
	id := oneOf(t, "run", m.runIDs)
	who := rapid.SampledFrom([]auth.Principal{acme, acme, acme, bolt}).Draw(t, "who")
	r := m.runs[id]
	m.last = r.draft
	got, err := m.CancelRun(always, who, store.Ref{ID: r.draft}, id)
	d := m.drafts[r.draft]
	switch {
	case d == nil || who.Project != acme.Project:
		requireProblem(t, err, 404, api.CodeResourceNotFound)
		return
	case r.state == store.RunSucceeded || r.state == store.RunFailed:
		requireProblem(t, err, 400, api.CodeRunEnded)
		return
	case err != nil:
		t.Fatal(err)
	}
	if d.previewRun == id || d.publishRun == id {
		after := *d
		after.cancel(r)
		m.drafts[r.draft] = &after
	}
	if r.state == store.RunQueued {
		r.state = store.RunCancelled
	}
	requireEqual(t, "the run", string(r.state), got.State)
}

// cancel is what becomes of a draft that waits for the run.
func (d *draftModel) cancel(r *runModel) {
	d.version++
	if r.kind == store.RunPreview {
		d.previewRun, d.preview, d.previewReport = "", api.PreviewableNone, nil
		return
	}
	d.publishRun, d.status, d.publishReport = "", api.StatusFailed, []string{"Publish cancelled"}
}

// However cancellations and ends of one run meet, it ends once: one of them wins,
// the draft shows what the winner made of it, and the others are told so.
func TestARunEndsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 25 {
		d := w.update(t, w.create(t), api.Publish(false))
		claimed, outcome := w.claim(t, d), w.passes(t, d)
		errs := make([]error, 4) // of two who cancel and two who end it
		start := make(chan struct{})
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				<-start
				if i%2 == 0 {
					_, errs[i] = w.CancelRun(always, acme, byID(d), claimed.ID)
				} else {
					errs[i] = w.Finish(always, claimed, outcome)
				}
			})
		}
		close(start)
		all.Wait()
		run, err := w.store.Run(always, claimed.ID)
		if err != nil {
			t.Fatal(err)
		}
		d = w.draft(t, d.ID)
		switch run.State {
		case store.RunSucceeded:
			requireEqual(t, "the draft of a publish that won", []any{api.StatusPublished, int64(3)}, []any{d.Status, d.Version})
			requireProblem(t, errs[0], 400, api.CodeRunEnded)
			requireProblem(t, errs[2], 400, api.CodeRunEnded)
		case store.RunCancelled:
			requireEqual(t, "the draft of a publish that was cancelled", []any{api.StatusFailed, int64(3)}, []any{d.Status, d.Version})
			if errs[0] != nil || errs[2] != nil {
				t.Errorf("cancelled, but the callers were told %v and %v", errs[0], errs[2])
			}
		default:
			t.Errorf("the run has ended as %s", run.State)
		}
		// Of those who end it one writes the end, the other has lost its claim.
		ends := []error{errs[1], errs[3]}
		if !slices.Contains(ends, nil) || !slices.ContainsFunc(ends, func(err error) bool { return errors.Is(err, store.ErrConflict) }) {
			t.Errorf("those who ended it were told %v", ends)
		}
	}
}
