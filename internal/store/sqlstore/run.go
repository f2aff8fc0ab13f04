package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// A report may have megabytes, of which a list would read hundreds.
	listedRunColumns = `id, draft_id, project, kind, certification, state, token, due_at, attempt, cancel_requested,
		url, tag, commit_id, created_at, started_at, ended_at, steps, findings`
	runColumns    = listedRunColumns + `, report`
	selectRun     = `SELECT ` + runColumns + ` FROM run WHERE id = $1`
	listRunsOf    = `SELECT ` + listedRunColumns + `, NULL FROM run WHERE draft_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`
	countRunsOf   = `SELECT COUNT(*) FROM run WHERE draft_id = $1`
	selectBacklog = `SELECT COUNT(*), COALESCE(MIN(due_at), 0) FROM run WHERE state IN ('queued', 'running') AND due_at <= $1`
	selectDue     = `SELECT id FROM run WHERE state IN ('queued', 'running') AND due_at <= $1 ORDER BY due_at, id LIMIT $2`

	// What the claim made of the run is read by the statement that makes it: read
	// afterwards, it could be another's, with another's token.
	claimRun = `UPDATE run SET state = 'running', token = $2, due_at = $3, attempt = attempt + 1,
		started_at = CASE WHEN started_at = 0 THEN $4 ELSE started_at END
		WHERE id = $1 AND state IN ('queued', 'running') AND due_at <= $4
		RETURNING ` + runColumns
	extendRun = `UPDATE run SET due_at = $3 WHERE id = $1 AND token = $2 AND state = 'running' AND cancel_requested = 0`
	// Handing back does not count as an attempt of its own: the claim did.
	releaseRun = `UPDATE run SET state = 'queued', token = '', due_at = $3 WHERE id = $1 AND token = $2 AND state = 'running'`
	// The first condition is that of the index run_due: without it all runs that
	// ever were would be read.
	expireLeases = `UPDATE run SET due_at = $1
		WHERE state IN ('queued', 'running') AND state = 'running' AND due_at > $1`
)

// Run reads one run.
func (s *Store) Run(ctx context.Context, id string) (store.Run, error) {
	r, err := scanRun(s.row(ctx, selectRun, id))
	if err != nil {
		return store.Run{}, fmt.Errorf("run %s: %w", id, err)
	}
	return r, nil
}

func scanRun(scan scanner) (store.Run, error) {
	var r store.Run
	var due, created, started, ended int64
	err := scan(&r.ID, &r.DraftID, &r.Project, &r.Kind, &r.Certification, &r.State, &r.Token, &due, &r.Attempt,
		&r.CancelRequested, &r.URL, &r.Tag, &r.Commit, &created, &started, &ended, &r.Steps, &r.Findings, &r.Report)
	r.DueAt, r.CreatedAt = fromMicros(due), fromMicros(created)
	r.StartedAt, r.EndedAt = fromMicros(started), fromMicros(ended)
	return r, err
}

// RunsOf lists the runs of a draft, newest first, without their reports, and how many
// there are.
func (s *Store) RunsOf(ctx context.Context, draftID string, limit, offset int) ([]store.Run, int, error) {
	runs, total, err := readPage(ctx, s, paged{
		count: countRunsOf, list: listRunsOf, args: []any{draftID}, limit: limit, offset: offset,
	}, scanRun)
	if err != nil {
		return nil, 0, fmt.Errorf("runs of %s: %w", draftID, err)
	}
	return runs, total, nil
}

// ClaimRun gives a due run to the claim's holder.
func (s *Store) ClaimRun(ctx context.Context, id string, c store.Claim) (store.Run, error) {
	var r store.Run
	err := s.write(ctx, func(ctx context.Context, t *transaction) (err error) {
		r, err = scanRun(t.returning(ctx, claimRun, id, c.Token, micros(c.Until), micros(c.Now)))
		return err
	})
	if err != nil {
		return store.Run{}, fmt.Errorf("claim run %s: %w", id, err)
	}
	return r, nil
}

// ExtendRun prolongs the lease of the token's holder.
func (s *Store) ExtendRun(ctx context.Context, id, token string, until time.Time) error {
	changed, err := s.exec(ctx, extendRun, id, token, micros(until))
	return guardedWrite(changed, err, "extend run "+id)
}

// ReleaseRun hands a claimed run back.
func (s *Store) ReleaseRun(ctx context.Context, id, token string, due time.Time) error {
	changed, err := s.exec(ctx, releaseRun, id, token, micros(due))
	return guardedWrite(changed, err, "release run "+id)
}

// EndRun ends a claimed run without touching its draft.
func (s *Store) EndRun(ctx context.Context, id, token string, end store.RunEnd) error {
	changed, err := s.exec(ctx, endRun, endRunArgs(id, token, end)...)
	return guardedWrite(changed, err, "end run "+id)
}

func guardedWrite(changed int64, err error, what string) error {
	if err == nil && changed == 0 {
		err = store.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// DueRuns returns the ids of runs that wait for a worker.
func (s *Store) DueRuns(ctx context.Context, now time.Time, limit int) ([]string, error) {
	ids, err := rows(ctx, s, scanOne[string], selectDue, micros(now), limit)
	if err != nil {
		return nil, fmt.Errorf("due runs: %w", err)
	}
	return ids, nil
}

// Backlog returns how many runs wait for a worker, and since when.
func (s *Store) Backlog(ctx context.Context, now time.Time) (store.Backlog, error) {
	var b store.Backlog
	var oldest int64
	if err := s.row(ctx, selectBacklog, micros(now))(&b.Due, &oldest); err != nil {
		return store.Backlog{}, fmt.Errorf("backlog: %w", err)
	}
	b.Oldest = fromMicros(oldest)
	return b, nil
}

// ExpireLeases makes every running run due now.
func (s *Store) ExpireLeases(ctx context.Context, now time.Time) (int, error) {
	changed, err := s.exec(ctx, expireLeases, micros(now))
	if err != nil {
		return 0, fmt.Errorf("expire leases: %w", err)
	}
	return int(changed), nil
}
