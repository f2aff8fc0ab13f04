package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	selectRun = `SELECT id, draft_id, project, kind, certification, state, token, due_at, attempt, cancel_requested,
		url, tag, commit_id, created_at, started_at, ended_at, steps, report FROM run WHERE `
	selectRunsOf = selectRun + `draft_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`
	countRunsOf  = `SELECT COUNT(*) FROM run WHERE draft_id = $1`
	selectDue    = `SELECT id FROM run WHERE state IN ('queued', 'running') AND due_at <= $1 ORDER BY due_at, id LIMIT $2`

	claimRun = `UPDATE run SET state = 'running', token = $2, due_at = $3, attempt = attempt + 1,
		started_at = CASE WHEN started_at = 0 THEN $4 ELSE started_at END
		WHERE id = $1 AND state IN ('queued', 'running') AND due_at <= $4`
	extendRun = `UPDATE run SET due_at = $3 WHERE id = $1 AND token = $2 AND state = 'running' AND cancel_requested = 0`
	// Handing back does not count as an attempt of its own: the claim did.
	releaseRun   = `UPDATE run SET state = 'queued', token = '', due_at = $3 WHERE id = $1 AND token = $2 AND state = 'running'`
	expireLeases = `UPDATE run SET due_at = $1 WHERE state = 'running' AND due_at > $1`
)

// Run reads one run.
func (s *Store) Run(ctx context.Context, id string) (store.Run, error) {
	st, err := s.read(ctx, selectRun+"id = $1")
	if err != nil {
		return store.Run{}, err
	}
	r, err := scanRun(st.QueryRowContext(ctx, id))
	if err != nil {
		return store.Run{}, fmt.Errorf("run %s: %w", id, notFound(err))
	}
	return r, nil
}

func scanRun(row interface{ Scan(...any) error }) (store.Run, error) {
	var r store.Run
	var due, created, started, ended int64
	err := row.Scan(&r.ID, &r.DraftID, &r.Project, &r.Kind, &r.Certification, &r.State, &r.Token, &due, &r.Attempt,
		&r.CancelRequested, &r.URL, &r.Tag, &r.Commit, &created, &started, &ended, &r.Steps, &r.Report)
	r.DueAt, r.CreatedAt = fromMicros(due), fromMicros(created)
	r.StartedAt, r.EndedAt = fromMicros(started), fromMicros(ended)
	return r, err
}

// RunsOf lists the runs of a draft, newest first, and how many there are.
func (s *Store) RunsOf(ctx context.Context, draftID string, limit, offset int) ([]store.Run, int, error) {
	var total int
	if err := s.queryRow(ctx, countRunsOf, []any{draftID}, &total); err != nil {
		return nil, 0, fmt.Errorf("count runs of %s: %w", draftID, err)
	}
	st, err := s.read(ctx, selectRunsOf)
	if err != nil {
		return nil, 0, err
	}
	rows, err := st.QueryContext(ctx, draftID, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("runs of %s: %w", draftID, err)
	}
	runs, err := collect(rows, func(rows *sql.Rows) (store.Run, error) { return scanRun(rows) })
	if err != nil {
		return nil, 0, fmt.Errorf("runs of %s: %w", draftID, err)
	}
	return runs, total, nil
}

// ClaimRun gives a due run to the claim's holder.
func (s *Store) ClaimRun(ctx context.Context, id string, c store.Claim) (store.Run, error) {
	changed, err := s.exec(ctx, claimRun, id, c.Token, micros(c.Until), micros(c.Now))
	if err != nil {
		return store.Run{}, fmt.Errorf("claim run %s: %w", id, err)
	}
	if changed == 0 {
		return store.Run{}, fmt.Errorf("claim run %s: %w", id, store.ErrNotFound)
	}
	return s.Run(ctx, id)
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
	st, err := s.read(ctx, selectDue)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(ctx, micros(now), limit)
	if err != nil {
		return nil, fmt.Errorf("due runs: %w", err)
	}
	ids, err := collect(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
	if err != nil {
		return nil, fmt.Errorf("due runs: %w", err)
	}
	return ids, nil
}

// ExpireLeases makes every running run due now.
func (s *Store) ExpireLeases(ctx context.Context, now time.Time) (int, error) {
	changed, err := s.exec(ctx, expireLeases, micros(now))
	if err != nil {
		return 0, fmt.Errorf("expire leases: %w", err)
	}
	return int(changed), nil
}
