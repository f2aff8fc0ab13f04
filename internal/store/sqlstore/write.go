//nolint:sqlclosecheck // a statement lives as long as its store or transaction
package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// writeStatements lists every statement that runs in the write pool.
var writeStatements = []string{
	insertDraft, updateDraft, deleteDraft, selectNewer,
	upsertConnector, reserveKey, deleteConnector, clearProjects, insertProject, addCounter, countPublic,
	insertRun, endRun, cancelRun, claimRun, extendRun, releaseRun, expireLeases, removeRuns,
	removeTokensOfOther, putClient, removeClient, removeTokensOf, putToken, removeToken, removeExpiredTokens,
	addCredential, credentialTaken, removeCredential, addKnownHost, removeKnownHost, tryWrite,
}

// transaction is what one write does of a transaction of the write pool.
type transaction struct {
	store *Store
	tx    *sql.Tx
	// changed says that the write has changed something: it cannot be left out any
	// more, only undone.
	changed bool
}

// write does something all of it, or nothing when it returns an error. Others may
// share its transaction. do may run more than once, and must leave nothing behind
// but what it writes.
func (s *Store) write(ctx context.Context, do func(context.Context, *transaction) error) (err error) {
	defer s.timed(time.Now(), &err)
	return s.commits.write(ctx, do)
}

// exec returns how many rows a statement changed. query is one of
// writeStatements.
func (t *transaction) exec(ctx context.Context, query string, args ...any) (int64, error) {
	changed, err := affected(t.tx.StmtContext(ctx, t.store.writes[query]).ExecContext(ctx, args...))
	t.changed = t.changed || changed > 0
	return changed, err
}

// returning is what a statement returns of the one row that it changes. The
// scanner returns store.ErrNotFound when it changes none.
func (t *transaction) returning(ctx context.Context, query string, args ...any) scanner {
	return func(into ...any) error {
		err := t.row(ctx, query, args...)(into...)
		t.changed = t.changed || err == nil
		return err
	}
}

// row reads the row of a query. The scanner returns store.ErrNotFound when there is
// none.
func (t *transaction) row(ctx context.Context, query string, args ...any) scanner {
	return func(into ...any) error {
		return notFound(t.tx.StmtContext(ctx, t.store.writes[query]).QueryRowContext(ctx, args...).Scan(into...))
	}
}

// exec does one statement as a write of its own.
func (s *Store) exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	err = s.write(ctx, func(ctx context.Context, t *transaction) (err error) {
		changed, err = t.exec(ctx, query, args...)
		return err
	})
	return changed, err
}

// timed tells the observer of a write that began at start and ends with err, which
// it explains.
func (s *Store) timed(start time.Time, err *error) {
	*err = s.explained(*err)
	s.observe(time.Since(start), *err == nil)
}

func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// prepareWrites prepares every statement that changes something: a transaction
// holds the write pool's only connection, so nothing can be prepared beside it.
func (s *Store) prepareWrites(ctx context.Context) error {
	s.writes = make(map[string]*sql.Stmt, len(writeStatements))
	for _, query := range writeStatements {
		st, err := s.writer.PrepareContext(ctx, query)
		if err != nil {
			return fmt.Errorf("prepare %q: %w", query, err)
		}
		s.writes[query] = st
	}
	return nil
}
