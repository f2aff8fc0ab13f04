//nolint:sqlclosecheck // a statement lives as long as its store or transaction
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// writeStatements lists every statement that runs in the write pool.
var writeStatements = []string{
	insertDraft, updateDraft, deleteDraft, selectNewer,
	upsertConnector, reserveKey, deleteConnector, clearProjects, insertProject, addCounter,
	insertRun, endRun, cancelRun, claimRun, extendRun, releaseRun, expireLeases, removeRuns,
	removeTokensOfOther, putClient, removeClient, removeTokensOf, putToken, removeToken, removeExpiredTokens,
	roomForCredential, addCredential, removeCredential, addKnownHost, removeKnownHost, tryWrite,
}

// transaction is one of the write pool.
type transaction struct {
	store *Store
	tx    *sql.Tx
}

// write does something as one transaction: all of it, or nothing when it returns
// an error. ctx ends the wait for the transaction's turn. From then on it takes
// microseconds, and a caller that goes away must not undo what others, like the
// job queue, may count on: do gets a context that does not end.
func (s *Store) write(ctx context.Context, do func(context.Context, transaction) error) (err error) {
	defer s.timed(time.Now(), &err)
	// database/sql rolls a transaction back when its context ends, so it must not
	// be the caller's.
	lasting, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	stop := context.AfterFunc(ctx, end)
	tx, err := s.writer.BeginTx(lasting, nil)
	if !stop() {
		if err == nil {
			_ = tx.Rollback() // nothing was written
		}
		return fmt.Errorf("wait to write: %w", ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := do(lasting, transaction{store: s, tx: tx}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// exec returns how many rows a statement changed. query is one of
// writeStatements.
func (t transaction) exec(ctx context.Context, query string, args ...any) (int64, error) {
	return affected(t.tx.StmtContext(ctx, t.store.writes[query]).ExecContext(ctx, args...))
}

// row is what a statement returns of the one row that it changed. The scanner
// returns store.ErrNotFound when it changed none.
func (t transaction) row(ctx context.Context, query string, args ...any) scanner {
	return func(into ...any) error {
		return notFound(t.tx.StmtContext(ctx, t.store.writes[query]).QueryRowContext(ctx, args...).Scan(into...))
	}
}

// exec runs one statement as a transaction of its own.
func (s *Store) exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	defer s.timed(time.Now(), &err)
	return affected(s.writes[query].ExecContext(ctx, args...))
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
