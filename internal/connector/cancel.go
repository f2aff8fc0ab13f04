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

// cancel makes of the draft what it is without the run: one that has no preview, or
// whose publish has failed, the one end of Processing that official clients tell from
// success.
func (r *record) cancel(run store.Run, now time.Time) {
	if run.Kind == store.RunPreview {
		r.facts.PreviewRun = ""
		r.doc.IsPreviewable = api.PreviewableNone
		r.doc.PreviewableReport = nil
		return
	}
	r.facts.PublishRun = ""
	r.doc.Status = api.StatusFailed
	r.doc.PublishingReport = &api.ConnectorReport{Entries: []api.ConnectorReportEntry{{
		Type:      api.EntryError,
		Title:     "Publish cancelled",
		Message:   "The publish was cancelled before it had an effect; the connector is not to blame. Publish it again when it is wanted. Its run: " + run.ID + ".",
		CreatedAt: api.Timestamp{Time: now},
	}}}
}
