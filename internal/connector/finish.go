package connector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/report"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// finishAttempts bounds how often the result of a run is written anew because
// the draft was changed in between. Each loss means that another update won.
const finishAttempts = 20

// Outcome is what a run found.
type Outcome struct {
	// Commit is what the tag named; "" when it could not be resolved.
	Commit string
	// Spec is set when the run passed.
	Spec    *connectyaml.Spec
	Entries []api.ConnectorReportEntry
	Report  api.Report
	Steps   []api.RunStep
}

// Passed says whether the connector passed every check.
func (o *Outcome) Passed() bool { return o.Spec != nil && o.Report.Valid }

// Finish writes the outcome of a claimed run, all in one transaction that holds
// only while the claim does and the draft is as it was read. Whoever lost the
// claim gets store.ErrConflict, whoever cannot write the draft store.ErrNewer, and
// has changed nothing.
func (s *Service) Finish(ctx context.Context, run store.Run, o Outcome) error {
	for range finishAttempts {
		err := s.finishOnce(ctx, run, o)
		if err == nil {
			s.news.announce(run.ID)
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
		// Either the draft was changed, then it is read again, or the claim is
		// lost.
		now, readErr := s.store.Run(ctx, run.ID)
		if readErr != nil {
			return readErr
		}
		if now.Token != run.Token || now.State != store.RunRunning {
			return fmt.Errorf("finish run %s: the claim is lost: %w", run.ID, err)
		}
	}
	return fmt.Errorf("finish run %s: the draft kept changing", run.ID)
}

func (s *Service) finishOnce(ctx context.Context, run store.Run, o Outcome) error {
	r, err := s.load(ctx, store.Ref{ID: run.DraftID})
	if isMissing(err) || err == nil && !r.awaits(run) {
		return s.discard(ctx, run, o)
	}
	if err != nil {
		return err
	}
	now := s.now()
	w := store.WriteSet{
		Op:    store.Update,
		Guard: store.Guard{Version: r.before.Version, RunID: run.ID, Token: run.Token},
	}
	if run.Kind == store.RunPreview {
		r.finishPreview(o)
	} else if err := r.finishPublish(run, o, now, &w); err != nil {
		return err
	}
	if w.Draft, err = r.row(now); err != nil {
		return err
	}
	w.Counters = store.CountDraft(&r.before, &w.Draft)
	if w.EndRun, err = runEnd(o, now); err != nil {
		return err
	}
	return s.store.Commit(ctx, w)
}

// awaits says whether the draft still waits for this run: a change of the
// repository cancels a preview.
func (r *record) awaits(run store.Run) bool {
	if run.Kind == store.RunPreview {
		return r.facts.PreviewRun == run.ID
	}
	return r.facts.PublishRun == run.ID
}

// Abandon ends a claimed run that was told to stop. Whoever lost the claim gets
// store.ErrConflict and has changed nothing.
func (s *Service) Abandon(ctx context.Context, run store.Run, o Outcome) error {
	err := s.discard(ctx, run, o)
	if err == nil {
		s.news.announce(run.ID)
	}
	return err
}

// discard ends a run whose result nobody waits for.
func (s *Service) discard(ctx context.Context, run store.Run, o Outcome) error {
	end, err := runEnd(o, s.now())
	if err != nil {
		return err
	}
	end.State = store.RunCancelled
	return s.store.EndRun(ctx, run.ID, run.Token, *end)
}

func runEnd(o Outcome, now time.Time) (*store.RunEnd, error) {
	end := &store.RunEnd{State: store.RunFailed, Commit: o.Commit, EndedAt: now}
	if o.Passed() {
		end.State = store.RunSucceeded
	}
	var err error
	if end.Steps, err = json.Marshal(o.Steps); err != nil {
		return nil, fmt.Errorf("encode steps: %w", err)
	}
	if o.Report.Ruleset == "" {
		return end, nil // the run was told to stop before it had a report
	}
	if end.Report, err = report.JSON(o.Report); err != nil {
		return nil, err
	}
	if end.Findings, err = json.Marshal(counted(o.Report.Findings)); err != nil {
		return nil, fmt.Errorf("encode counts of findings: %w", err)
	}
	return end, nil
}

func (r *record) finishPreview(o Outcome) {
	r.facts.PreviewRun = ""
	r.doc.PreviewableReport = &api.ConnectorReport{Entries: o.Entries}
	if !o.Passed() {
		r.doc.IsPreviewable = api.PreviewableFalse
		return
	}
	r.apply(o.Spec)
	r.facts.PreviewCommit = o.Commit
	r.doc.IsPreviewable = api.PreviewableTrue
}

// finishPublish makes the production Connector, or leaves it as it was when the
// run failed.
func (r *record) finishPublish(run store.Run, o Outcome, now time.Time, w *store.WriteSet) error {
	r.facts.PublishRun = ""
	entries := slices.Concat(o.Entries, r.movedTag(run, o, now))
	if !o.Passed() {
		r.doc.Status = api.StatusFailed
		r.doc.PublishingReport = &api.ConnectorReport{Entries: entries}
		return nil
	}
	r.apply(o.Spec)
	if run.Certification && !r.relisted(o) {
		r.submit(o, now)
		r.doc.PublishingReport = &api.ConnectorReport{Entries: entries}
		return nil
	}
	if !run.Certification {
		entries = append(entries, r.madePrivate(now)...)
	}
	r.doc.PublishingReport = &api.ConnectorReport{Entries: entries}
	return r.promote(published(&r.doc.ConnectorStaged), run.Certification, now, w)
}

// relisted says whether a publish with certification brings back just what was
// certified and unlisted: that needs no second review.
func (r *record) relisted(o Outcome) bool {
	return r.production != nil && r.production.Certified && !r.productionRow.Listed &&
		!r.hasChanges() && o.Commit == r.facts.CertifiedCommit
}

// promote makes a snapshot the production Connector: public when it is
// certified, otherwise private.
func (r *record) promote(snapshot api.Connector, certified bool, now time.Time, w *store.WriteSet) error {
	next := &connectorDocument{Connector: snapshot}
	next.ID, next.Key, next.Version = r.doc.ID, r.doc.Key, 1
	if r.production != nil {
		next.Version = r.production.Version + 1
		next.Unknown = r.production.Unknown
	}
	next.Private, next.Certified = !certified, certified
	r.production = next
	r.productionRow.Listed = true
	r.facts.Published = true
	r.doc.Status = api.StatusPublished
	row, err := r.connectorRow(now)
	if err != nil {
		return err
	}
	w.Connector = row
	w.PrivateProjects = &r.doc.PrivateProjects
	return nil
}

// movedTag warns that what is published is not what was previewed.
func (r *record) movedTag(run store.Run, o Outcome, now time.Time) []api.ConnectorReportEntry {
	seen := r.facts.PreviewCommit
	if seen == "" || o.Commit == "" || seen == o.Commit {
		return nil
	}
	return []api.ConnectorReportEntry{{
		Type:  api.EntryWarning,
		Title: "Git tag moved since the preview",
		Message: fmt.Sprintf("Tag %s named commit %s at the preview and names commit %s now. The publish used %s.",
			run.Tag, seen, o.Commit, o.Commit),
		CreatedAt: api.Timestamp{Time: now},
	}}
}

// madePrivate warns that a publish without certification takes a certified
// Connector out of the public.
func (r *record) madePrivate(now time.Time) []api.ConnectorReportEntry {
	if r.production == nil || r.production.Private {
		return nil
	}
	return []api.ConnectorReportEntry{{
		Type:      api.EntryWarning,
		Title:     "Connector is private now",
		Message:   "The Connector was certified and public. Published without certification, it is private and uncertified; publish it with certification to make it public again.",
		CreatedAt: api.Timestamp{Time: now},
	}}
}
