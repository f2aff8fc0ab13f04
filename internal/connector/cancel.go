package connector

import (
	"context"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// CancelRun takes back what a run of one of the caller's drafts was asked for. The
// draft waits for it no longer from then on; a run that a worker holds ends when
// the worker hears of it. It returns the run as it is then; one that was cancelled
// before is left as it is. It returns a *problem.Error with InvalidPathParam,
// ResourceNotFound, ConnectorStagedRunEnded when the run has ended otherwise, or
// status 503 when others kept changing the draft; or store.ErrNewer.
func (s *Service) CancelRun(ctx context.Context, p auth.Principal, ref store.Ref, id string) (api.Run, error) {
	var run store.Run
	load := func() (r *record, err error) {
		if run, err = s.runOf(ctx, p, ref, id); err != nil {
			return nil, err
		}
		return s.ownedRecord(ctx, p, ref)
	}
	_, _, err := s.change(ctx, load, func(r *record, now time.Time, w *store.WriteSet) error {
		switch {
		case run.State == store.RunCancelled, run.CancelRequested:
			return errUnchanged
		case run.Ended():
			return problem.InvalidState(api.CodeRunEnded, "The run cannot be cancelled: it has "+string(run.State)+".")
		case !r.awaits(run):
			return store.ErrConflict // it has ended since it was read
		}
		w.CancelRun = run.ID
		r.cancel(run, now)
		return nil
	})
	if err != nil {
		return api.Run{}, err
	}
	s.news.announce(run.ID)
	if run, err = s.store.Run(ctx, run.ID); err != nil {
		return api.Run{}, err
	}
	return s.wireRun(run)
}

// cancel makes the draft as it was before it asked for the run.
func (r *record) cancel(run store.Run, now time.Time) {
	if run.Kind == store.RunPreview {
		r.facts.PreviewRun = ""
		r.doc.IsPreviewable = api.PreviewableNone
		r.doc.PreviewableReport = nil
		return
	}
	r.facts.PublishRun = ""
	r.reopen()
	r.doc.PublishingReport = &api.ConnectorReport{Entries: []api.ConnectorReportEntry{{
		Type:      api.EntryInformation,
		Title:     "Publish cancelled",
		Message:   "The publish was cancelled before it had an effect. Its run: " + run.ID + ".",
		CreatedAt: api.Timestamp{Time: now},
	}}}
}

// reopen gives the draft the status of one that nothing is under way with.
func (r *record) reopen() {
	r.doc.Status = api.StatusDraft
	if r.production != nil {
		r.doc.Status = api.StatusPublished
	}
}
