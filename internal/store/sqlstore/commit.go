package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	insertDraft = `INSERT INTO draft
		(id, key, version, owner, name, status, private, types, created_at, modified_at, schema, document, facts)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
		WHERE NOT EXISTS (SELECT 1 FROM reserved_key WHERE reserved_key.key = $2 AND reserved_key.project <> $4)
		ON CONFLICT DO NOTHING`
	// What must hold of a draft that is there. By the run, a worker that lost its
	// lease writes nothing. By the schema, a newer program's documents are left
	// alone; its Connectors too, for who writes one writes the draft in the same
	// transaction.
	held = ` WHERE id = $1 AND version = $2
		AND ($4 = '' OR EXISTS (SELECT 1 FROM run WHERE run.id = $4 AND run.token = $5 AND run.state = 'running'))`
	guard       = held + ` AND schema <= $3`
	selectNewer = `SELECT schema FROM draft` + held + ` AND schema > $3`
	updateDraft = `UPDATE draft SET
		schema = $3, version = $6, name = $7, status = $8, private = $9, types = $10, modified_at = $11, document = $12, facts = $13` + guard
	deleteDraft = `DELETE FROM draft` + guard

	upsertConnector = `INSERT INTO connector
		(id, key, version, owner, name, private, listed, types, created_at, modified_at, schema, company, search_text, document)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, private = excluded.private,
		listed = excluded.listed, types = excluded.types, modified_at = excluded.modified_at, schema = excluded.schema,
		company = excluded.company, search_text = excluded.search_text, document = excluded.document`
	// The key and the owner are those of the row: a replaced one keeps its own.
	reserveKey = `INSERT INTO reserved_key (key, project)
		SELECT key, owner FROM connector WHERE id = $1 AND key IS NOT NULL ON CONFLICT DO NOTHING`
	deleteConnector = `DELETE FROM connector WHERE id = $1`
	clearProjects   = `DELETE FROM connector_project WHERE connector_id = $1`
	insertProject   = `INSERT INTO connector_project (connector_id, project) VALUES ($1, $2) ON CONFLICT DO NOTHING`

	insertRun = `INSERT INTO run (id, draft_id, project, kind, certification, state, token, due_at, attempt,
		cancel_requested, url, tag, commit_id, created_at, started_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, 'queued', '', $6, 0, 0, $7, $8, '', $9, 0, 0)`
	endRun = `UPDATE run SET state = $3, token = '', commit_id = $4, ended_at = $5, steps = $6, report = $7, findings = $8
		WHERE id = $1 AND token = $2 AND state = 'running'`
	// A queued run ends at once, a running one at its holder's next heartbeat.
	cancelRun = `UPDATE run SET cancel_requested = 1,
		ended_at = CASE WHEN state = 'queued' THEN $2 ELSE ended_at END,
		state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
		WHERE id = $1 AND state IN ('queued', 'running')`
)

// Commit applies w in a transaction that it may share with others.
func (s *Store) Commit(ctx context.Context, w store.WriteSet) error {
	err := s.write(ctx, func(ctx context.Context, t *transaction) error { return t.apply(ctx, w) })
	if err == nil {
		s.unwritable.Store(0)
	}
	if err == nil && len(w.StartRuns) > 0 && s.doorbell != nil {
		s.doorbell.Ring()
	}
	return err
}

// apply runs the guarded statement first; what follows cannot be refused.
func (t *transaction) apply(ctx context.Context, w store.WriteSet) error {
	if err := t.guarded(ctx, w); err != nil {
		return err
	}
	if w.Op == store.Delete {
		if err := t.deleteConnector(ctx, w.Draft.ID); err != nil {
			return err
		}
	}
	if w.Connector != nil {
		if err := t.putConnector(ctx, *w.Connector); err != nil {
			return err
		}
	}
	if w.PrivateProjects != nil {
		if err := t.putProjects(ctx, w.Draft.ID, *w.PrivateProjects); err != nil {
			return err
		}
	}
	if err := t.runs(ctx, w); err != nil {
		return err
	}
	return t.count(ctx, w.Counters)
}

func (t *transaction) guarded(ctx context.Context, w store.WriteSet) error {
	d := w.Draft
	mustHold := []any{d.ID, w.Guard.Version, schemaVersion, w.Guard.RunID, w.Guard.Token}
	var changed int64
	var err error
	switch w.Op {
	case store.Insert:
		changed, err = t.exec(ctx, insertDraft, d.ID, nullable(d.Key), d.Version, d.Owner, d.Name, string(d.Status),
			flag(d.Private), int64(d.Types), micros(d.CreatedAt), micros(d.LastModifiedAt), schemaVersion,
			string(d.Document), string(d.Facts))
	case store.Update:
		changed, err = t.exec(ctx, updateDraft, append(mustHold, d.Version, d.Name, string(d.Status), flag(d.Private),
			int64(d.Types), micros(d.LastModifiedAt), string(d.Document), string(d.Facts))...)
	case store.Delete:
		changed, err = t.exec(ctx, deleteDraft, mustHold...)
	default:
		err = fmt.Errorf("a write set has no operation %d", w.Op)
	}
	if err == nil && changed == 0 {
		err = t.refusal(ctx, w.Op, mustHold)
	}
	if err != nil {
		return fmt.Errorf("write draft %s: %w", d.ID, err)
	}
	return nil
}

// refusal is why the guarded statement has changed nothing. It never returns nil.
func (t *transaction) refusal(ctx context.Context, op store.Op, mustHold []any) error {
	if op == store.Insert {
		return store.ErrKeyTaken
	}
	var schema int64
	err := t.row(ctx, selectNewer, mustHold...)(&schema)
	switch {
	case err == nil:
		return store.ErrNewer
	case errors.Is(err, store.ErrNotFound):
		return store.ErrConflict
	default:
		return err
	}
}

func (t *transaction) putConnector(ctx context.Context, c store.Connector) error {
	for _, s := range []struct {
		query string
		args  []any
	}{
		{countPublic, []any{c.ID, -1}},
		{upsertConnector, []any{
			c.ID, nullable(c.Key), c.Version, c.Owner, c.Name, flag(c.Private), flag(c.Listed), int64(c.Types),
			micros(c.CreatedAt), micros(c.LastModifiedAt), schemaVersion, c.Company, c.SearchText, string(c.Document),
		}},
		{countPublic, []any{c.ID, 1}},
		{reserveKey, []any{c.ID}},
	} {
		if _, err := t.exec(ctx, s.query, s.args...); err != nil {
			return fmt.Errorf("write connector %s: %w", c.ID, err)
		}
	}
	return nil
}

func (t *transaction) deleteConnector(ctx context.Context, id string) error {
	_, err := t.exec(ctx, countPublic, id, -1)
	for _, statement := range []string{deleteConnector, clearProjects} {
		if err == nil {
			_, err = t.exec(ctx, statement, id)
		}
	}
	if err != nil {
		return fmt.Errorf("delete connector %s: %w", id, err)
	}
	return nil
}

func (t *transaction) putProjects(ctx context.Context, id string, projects []string) error {
	if _, err := t.exec(ctx, clearProjects, id); err != nil {
		return fmt.Errorf("clear projects of %s: %w", id, err)
	}
	for _, p := range projects {
		if _, err := t.exec(ctx, insertProject, id, p); err != nil {
			return fmt.Errorf("grant %s to %s: %w", id, p, err)
		}
	}
	return nil
}

func (t *transaction) runs(ctx context.Context, w store.WriteSet) error {
	if w.CancelRun != "" {
		if _, err := t.exec(ctx, cancelRun, w.CancelRun, micros(w.Draft.LastModifiedAt)); err != nil {
			return fmt.Errorf("cancel run %s: %w", w.CancelRun, err)
		}
	}
	if w.EndRun != nil {
		// Zero rows are possible only for an insert, whose guard names no run, and
		// where two writers can overlap. It has written the draft already: this one
		// is undone.
		changed, err := t.exec(ctx, endRun, endRunArgs(w.Guard.RunID, w.Guard.Token, *w.EndRun)...)
		if err := guardedWrite(changed, err, "end run "+w.Guard.RunID); err != nil {
			return err
		}
	}
	for _, r := range w.StartRuns {
		if err := t.startRun(ctx, r); err != nil {
			return fmt.Errorf("start run %s: %w", r.ID, err)
		}
	}
	return nil
}

func (t *transaction) startRun(ctx context.Context, r store.Run) error {
	_, err := t.exec(ctx, insertRun, r.ID, r.DraftID, r.Project, string(r.Kind), flag(r.Certification),
		micros(r.DueAt), r.URL, r.Tag, micros(r.CreatedAt))
	if err != nil || t.store.doorbell == nil {
		return err
	}
	return t.store.doorbell.Enqueue(ctx, t.tx, r.ID)
}

func endRunArgs(id, token string, e store.RunEnd) []any {
	return []any{
		id, token, string(e.State), e.Commit, micros(e.EndedAt), nullable(string(e.Steps)), nullable(string(e.Report)),
		nullable(string(e.Findings)),
	}
}
