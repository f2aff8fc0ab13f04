package connector

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector/action"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Update is a request to change a draft: the version it applies to, and actions
// that are applied in order, all or none.
type Update struct {
	Version int64
	Actions []action.Action
}

// ReadUpdate reads the body of an update. It returns a *problem.Error with every
// problem of the body.
func (s *Service) ReadUpdate(body []byte) (Update, error) {
	return jsonbody.Decode(body, func(o *jsonbody.Object) Update {
		return Update{
			Version: o.RequiredInt("version", 1),
			Actions: action.Read(o, s.rules),
		}
	})
}

// Update applies u and returns the document after it; a request that changes
// nothing writes nothing. The order of its checks is part of the contract: what
// does not exist, version, locks, the actions' own, then the repository, and
// version and locks again in the writing transaction.
//
// It returns a *problem.Error with ResourceNotFound, ConcurrentModification,
// ConnectorStagedInCertification, ConnectorStagedPreviewRequestUnderProcess,
// ConnectorStagedNotPrivate, ConnectorAlreadyCertified, InvalidJsonInput when the
// draft takes no more private projects or comments, or those of reading the
// repository, or store.ErrNewer; then nothing was written.
func (s *Service) Update(ctx context.Context, p auth.Principal, ref store.Ref, u Update) ([]byte, error) {
	r, err := s.ownedRecord(ctx, p, ref)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(u.Version, r.doc.Version); err != nil {
		return nil, err
	}
	if err := checkLocks(&r.doc.ConnectorStaged, u.Version, u.Actions); err != nil {
		return nil, err
	}
	unchanged := r.doc
	effects, err := r.perform(p, s.now(), u.Actions)
	if err != nil {
		return nil, err
	}
	if reflect.DeepEqual(unchanged, r.doc) {
		return r.before.Document, nil
	}
	if r.doc.Repository != unchanged.Repository {
		spec, err := s.specs.read(ctx, p.Project, r.doc.Repository)
		if err != nil {
			return nil, err
		}
		r.apply(spec)
		r.facts.PreviewCommit = "" // that of another release
	}
	doc, err := s.commitUpdate(ctx, r, effects)
	if errors.Is(err, store.ErrConflict) {
		return nil, s.explainConflict(ctx, p, ref, u.Version)
	}
	return doc, err
}

// perform applies the actions to the document of r and returns what they set
// off.
func (r *record) perform(p auth.Principal, now time.Time, actions []action.Action) (*action.Draft, error) {
	d := &action.Draft{Doc: &r.doc.ConnectorStaged, ProjectKey: p.ProjectKey(), Now: now, HasChanges: r.hasChanges}
	for _, a := range actions {
		if err := a.Apply(d); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// commitUpdate writes the record, and starts and cancels what its actions have
// set off. It returns store.ErrConflict when the draft is not as it was read.
func (s *Service) commitUpdate(ctx context.Context, r *record, effects *action.Draft) ([]byte, error) {
	now := effects.Now
	w := store.WriteSet{Op: store.Update, Guard: store.Guard{Version: r.before.Version}}
	if err := r.follow(effects, &w); err != nil {
		return nil, err
	}
	if effects.CancelPreview {
		w.CancelRun = r.facts.PreviewRun
		r.facts.PreviewRun = ""
	}
	if effects.StartPreview {
		run := r.newRun(store.RunPreview, now)
		r.facts.PreviewRun = run.ID
		w.StartRuns = append(w.StartRuns, run)
	}
	if effects.StartPublish != nil {
		run := r.newRun(store.RunPublish, now)
		run.Certification = effects.StartPublish.Certification
		r.facts.PublishRun = run.ID
		w.StartRuns = append(w.StartRuns, run)
	}
	row, err := r.row(now)
	if err != nil {
		return nil, err
	}
	w.Draft = row
	w.Counters = store.CountDraft(&r.before, &row)
	if err := s.store.Commit(ctx, w); err != nil {
		return nil, err
	}
	if w.CancelRun != "" {
		s.news.announce(w.CancelRun)
	}
	return row.Document, nil
}

// follow makes the production Connector follow what an update changes of it at
// once: who may see it, and whether it is listed.
func (r *record) follow(effects *action.Draft, w *store.WriteSet) error {
	if r.production == nil {
		return nil
	}
	if !slices.Equal(slices.Sorted(slices.Values(r.doc.PrivateProjects)), r.productionRow.PrivateProjects) {
		w.PrivateProjects = &r.doc.PrivateProjects
	}
	if !effects.Unlist {
		return nil
	}
	r.productionRow.Listed = false
	var err error
	w.Connector, err = r.connectorRow(effects.Now)
	return err
}

// explainConflict says why an update that was fine when it was checked could not
// be written: the draft is gone or of another version. No lock comes without a
// new version.
func (s *Service) explainConflict(ctx context.Context, p auth.Principal, ref store.Ref, sent int64) error {
	row, err := s.owned(ctx, p, ref)
	if err != nil {
		return err
	}
	if err := checkVersion(sent, row.Version); err != nil {
		return err
	}
	return fmt.Errorf("update draft %s at version %d: %w", row.ID, sent, store.ErrConflict)
}

func (r *record) newRun(kind store.RunKind, now time.Time) store.Run {
	return store.Run{
		ID:        uuid.NewString(),
		DraftID:   r.doc.ID,
		Project:   r.before.Owner,
		Kind:      kind,
		URL:       r.doc.Repository.URL,
		Tag:       r.doc.Repository.Tag,
		CreatedAt: now,
		DueAt:     now,
	}
}
