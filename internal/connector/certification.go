package connector

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector/action"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// candidate is what is to be certified: the snapshot that the pipeline has
// checked, so that a review is about one thing, whatever becomes of the draft or
// of its tag meanwhile.
type candidate struct {
	Snapshot    api.Connector `json:"snapshot"`
	Commit      string        `json:"commit"`
	SubmittedAt api.Timestamp `json:"submittedAt"`
	TakenAt     api.Timestamp `json:"takenAt,omitzero"`
	// TakenBy is the client id of the reviewer.
	TakenBy string `json:"takenBy,omitzero"`
}

// submit puts what the pipeline has checked before the reviewers.
func (r *record) submit(o Outcome, now time.Time) {
	r.doc.Status = api.StatusReadyForCertification
	r.facts.Candidate = &candidate{
		Snapshot:    published(&r.doc.ConnectorStaged),
		Commit:      o.Commit,
		SubmittedAt: api.Timestamp{Time: now},
	}
}

// Reviews lists what waits for its certification or is in it, the longest
// unchanged first, and how much there is.
func (s *Service) Reviews(ctx context.Context, limit, offset int) ([]api.Review, int, error) {
	rows, total, err := s.store.DraftsOfStatus(ctx, []api.ConnectorStatus{
		api.StatusReadyForCertification, api.StatusInCertification,
	}, limit, offset)
	if err != nil {
		return nil, 0, err
	}
	reviews := make([]api.Review, 0, len(rows))
	for _, row := range rows {
		r, err := s.record(ctx, row)
		if isMissing(err) { // withdrawn and deleted since the rows were read
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		reviews = append(reviews, r.review(*r.facts.Candidate))
	}
	return reviews, total, nil
}

// Review returns one of them. It returns a *problem.Error with ResourceNotFound
// for a draft that is not before the reviewers.
func (s *Service) Review(ctx context.Context, ref store.Ref) (api.Review, error) {
	r, err := s.inReview(ctx, ref)
	if err != nil {
		return api.Review{}, err
	}
	return r.review(*r.facts.Candidate), nil
}

func (s *Service) inReview(ctx context.Context, ref store.Ref) (*record, error) {
	r, err := s.load(ctx, ref)
	if err != nil && !isMissing(err) {
		return nil, err
	}
	if err != nil || r.facts.Candidate == nil {
		return nil, notFound("review", ref)
	}
	return r, nil
}

// review is what reviewers see of the record and of the candidate, which a
// decision has taken off the record.
func (r *record) review(c candidate) api.Review {
	review := api.Review{
		ID:          r.doc.ID,
		Key:         r.doc.Key,
		Name:        r.doc.Name,
		Project:     r.before.Owner,
		Status:      r.doc.Status,
		Repository:  c.Snapshot.Repository,
		Commit:      c.Commit,
		SubmittedAt: c.SubmittedAt,
		TakenAt:     c.TakenAt,
		TakenBy:     c.TakenBy,
		Draft:       r.doc.ConnectorStaged,
	}
	if r.production != nil {
		review.ConnectorVersion = r.production.Version
	}
	return review
}

// TakeReview makes the caller the reviewer; taking it again changes nothing. It
// returns a *problem.Error with ResourceNotFound, or with
// ConnectorStagedInCertification when another one has taken it.
func (s *Service) TakeReview(ctx context.Context, p auth.Principal, ref store.Ref) (api.Review, error) {
	return s.changeReview(ctx, ref, func(r *record, now time.Time, _ *store.WriteSet) error {
		switch c := r.facts.Candidate; c.TakenBy {
		case p.ClientID:
			return errUnchanged
		case "":
			taken := *c
			taken.TakenBy, taken.TakenAt = p.ClientID, api.Timestamp{Time: now}
			r.facts.Candidate = &taken
			r.doc.Status = api.StatusInCertification
			return nil
		default:
			return problem.InvalidState(api.CodeInCertification, c.takenByAnother())
		}
	})
}

// Approve makes the reviewed snapshot the production Connector, certified and
// public. It returns a *problem.Error with ResourceNotFound, or with
// ConnectorStagedNotInCertification when the caller has not taken the review.
func (s *Service) Approve(ctx context.Context, p auth.Principal, ref store.Ref) (api.Review, error) {
	return s.changeReview(ctx, ref, func(r *record, now time.Time, w *store.WriteSet) error {
		if err := r.takenBy(p); err != nil {
			return err
		}
		c := r.facts.Candidate
		r.facts.CertifiedCommit = c.Commit
		r.conclude(api.ConnectorReportEntry{
			Type:      api.EntryInformation,
			Title:     "Certification approved",
			Message:   "Commit " + c.Commit + " is certified.",
			CreatedAt: api.Timestamp{Time: now},
		})
		return r.promote(c.Snapshot, true, now, w)
	})
}

// Reject ends the certification; the reason becomes a comment and an entry of
// the report. It returns a *problem.Error like Approve, or with InvalidJsonInput
// when the draft takes no more comments.
func (s *Service) Reject(ctx context.Context, p auth.Principal, ref store.Ref, reason string) (api.Review, error) {
	return s.changeReview(ctx, ref, func(r *record, now time.Time, _ *store.WriteSet) (err error) {
		if err := r.takenBy(p); err != nil {
			return err
		}
		at := api.Timestamp{Time: now}
		r.doc.CertificationInfo, err = action.Comment(r.doc.CertificationInfo, api.CertificationInfoComment{
			UserID: p.ProjectKey(), Datetime: at, Comment: reason,
		}, action.MaxCommentsOfRejection, "$.reason")
		if err != nil {
			return err
		}
		r.conclude(api.ConnectorReportEntry{
			Type: api.EntryError, Title: "Certification rejected", Message: reason, CreatedAt: at,
		})
		r.doc.Status = api.StatusFailed
		return nil
	})
}

// ReadReason reads the body of a rejection. It returns a *problem.Error with
// every problem of the body.
func ReadReason(body []byte) (string, error) {
	return jsonbody.Decode(body, func(o *jsonbody.Object) string {
		return o.RequiredString("reason", field.Comment)
	})
}

// ReadNothing reads the body of a request that says all in its path: none, or
// an object, whose members are ignored. It returns a *problem.Error for any
// other.
func ReadNothing(body []byte) error {
	if len(body) == 0 {
		return nil
	}
	_, err := jsonbody.Decode(body, func(*jsonbody.Object) struct{} { return struct{}{} })
	return err
}

// Withdraw takes one of the caller's drafts out of certification and returns its
// document. It returns a *problem.Error with ResourceNotFound, or
// ConnectorStagedNotInCertification.
func (s *Service) Withdraw(ctx context.Context, p auth.Principal, ref store.Ref) ([]byte, error) {
	load := func() (*record, error) {
		r, err := s.ownedRecord(ctx, p, ref)
		if err == nil && r.facts.Candidate == nil {
			err = notInCertification("The draft does not wait for certification and is not in it.")
		}
		return r, err
	}
	_, row, err := s.change(ctx, load, func(r *record, now time.Time, _ *store.WriteSet) error {
		r.conclude(api.ConnectorReportEntry{
			Type: api.EntryInformation, Title: "Certification withdrawn", CreatedAt: api.Timestamp{Time: now},
		})
		r.reopen()
		return nil
	})
	return row.Document, err
}

func notInCertification(message string) error {
	return problem.InvalidState(api.CodeNotInCertification, message)
}

// takenBy says whether the caller is the reviewer, and so may decide.
func (r *record) takenBy(p auth.Principal) error {
	switch c := r.facts.Candidate; c.TakenBy {
	case p.ClientID:
		return nil
	case "":
		return notInCertification("Take the review first.")
	default:
		return notInCertification(c.takenByAnother())
	}
}

func (c *candidate) takenByAnother() string {
	return "Another reviewer has taken it: " + c.TakenBy + "."
}

// conclude ends the certification with an entry of the report.
func (r *record) conclude(entry api.ConnectorReportEntry) {
	r.facts.Candidate = nil
	var entries []api.ConnectorReportEntry
	if r.doc.PublishingReport != nil {
		entries = r.doc.PublishingReport.Entries
	}
	r.doc.PublishingReport = &api.ConnectorReport{Entries: append(slices.Clone(entries), entry)}
}

// errUnchanged is returned by a change that finds everything as it shall be.
var errUnchanged = errors.New("unchanged")

// changeReview changes a draft that is before the reviewers and returns the
// review as it is then.
func (s *Service) changeReview(ctx context.Context, ref store.Ref, apply func(*record, time.Time, *store.WriteSet) error) (api.Review, error) {
	var under candidate
	r, _, err := s.change(ctx, func() (*record, error) { return s.inReview(ctx, ref) },
		func(r *record, now time.Time, w *store.WriteSet) error {
			under = *r.facts.Candidate
			err := apply(r, now, w)
			if r.facts.Candidate != nil {
				under = *r.facts.Candidate
			}
			return err
		})
	if err != nil {
		return api.Review{}, err
	}
	return r.review(under), nil
}

// change loads a draft, applies a change that names no version, and writes it;
// when the draft was changed in between, or apply found it so and returns
// store.ErrConflict, all of it again. It returns the record
// and its row as they are then, a *problem.Error with status 503 when others kept
// changing it, or store.ErrNewer.
func (s *Service) change(ctx context.Context, load func() (*record, error), apply func(*record, time.Time, *store.WriteSet) error) (*record, store.Draft, error) {
	for range finishAttempts {
		r, err := load()
		if err != nil {
			return nil, store.Draft{}, err
		}
		now := s.now()
		w := store.WriteSet{Op: store.Update, Guard: store.Guard{Version: r.before.Version}}
		switch err := apply(r, now, &w); {
		case errors.Is(err, errUnchanged):
			return r, r.before, nil
		case errors.Is(err, store.ErrConflict):
			continue
		case err != nil:
			return nil, store.Draft{}, err
		}
		if w.Draft, err = r.row(now); err != nil {
			return nil, store.Draft{}, err
		}
		w.Counters = store.CountDraft(&r.before, &w.Draft)
		if err := s.store.Commit(ctx, w); !errors.Is(err, store.ErrConflict) {
			return r, w.Draft, err
		}
	}
	return nil, store.Draft{}, keptChanging()
}

// keptChanging is the answer to a request that names no version and was overtaken
// each time it was tried.
func keptChanging() error {
	return problem.Busy("The draft kept changing. Repeat the request in a moment.", retryLocked, store.ErrConflict)
}

// reopen gives the draft the status of one that nothing is under way with.
func (r *record) reopen() {
	r.doc.Status = api.StatusDraft
	if r.production != nil {
		r.doc.Status = api.StatusPublished
	}
}
