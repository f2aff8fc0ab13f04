package connector

import (
	"context"
	"errors"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Delete removes one of the caller's drafts with its production Connector, and
// returns the draft's document as it was. A key that was ever published stays its
// project's. It returns a *problem.Error with ResourceNotFound,
// ConcurrentModification while a run is under way,
// ConnectorStagedInCertification, or status 503 when others kept changing it; or
// store.ErrNewer.
func (s *Service) Delete(ctx context.Context, p auth.Principal, ref store.Ref) ([]byte, error) {
	for range finishAttempts {
		r, err := s.ownedRecord(ctx, p, ref)
		if err != nil {
			return nil, err
		}
		if err := r.checkDelete(); err != nil {
			return nil, err
		}
		err = s.store.Commit(ctx, store.WriteSet{
			Op:       store.Delete,
			Guard:    store.Guard{Version: r.before.Version},
			Draft:    r.before,
			Counters: store.CountDraft(&r.before, nil),
		})
		if !errors.Is(err, store.ErrConflict) {
			return r.before.Document, err
		}
	}
	return nil, keptChanging()
}

// checkDelete is like checkLocks. A delete sends no version, so the current one
// stands for it.
func (r *record) checkDelete() error {
	if err := checkLocks(&r.doc.ConnectorStaged, r.doc.Version, nil); err != nil {
		return err
	}
	if r.doc.IsPreviewable == api.PreviewablePending {
		e := problem.Conflict(r.doc.Version, r.doc.Version,
			"A preview of the draft is under way. Repeat the request when isPreviewable is not pending any more.")
		e.RetryAfter = retryLocked
		return e
	}
	return nil
}
