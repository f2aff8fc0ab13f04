// Package sqlstore keeps the registry in a SQL database. The statements are
// written once, in the SQL that SQLite and PostgreSQL share ($1 parameters, ON
// CONFLICT, no engine's own types); what differs is in the dialect.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// schemaVersion is written with each document. A binary that finds a newer one
// must not overwrite it.
const schemaVersion = 1

// Doorbell tells workers of a run. Both methods may be nil-safe no-ops.
type Doorbell interface {
	// Enqueue records the run in the queue, inside the transaction that starts
	// it: both or neither.
	Enqueue(ctx context.Context, tx *sql.Tx, runID string) error
	// Ring wakes the workers of this process, after the commit.
	Ring()
}

// Options configure a store. The zero value keeps runs without telling anyone:
// the sweep finds them.
type Options struct {
	Doorbell Doorbell
}

// Store implements store.Store.
type Store struct {
	dialect dialect
	// writer is the only pool that writes to our tables; reader never does.
	writer, reader *sql.DB
	// queue is a pool of its own for the job queue's housekeeping.
	queue    *sql.DB
	doorbell Doorbell

	// writes are prepared when the store is opened: a transaction holds the
	// write pool's only connection, so nothing can be prepared beside it.
	writes map[string]*sql.Stmt
	reads  sync.Map // query text → *sql.Stmt
}

var _ store.Store = (*Store)(nil)

// SetDoorbell sets who is told of new runs. It must be called before the first
// Commit; the queue needs the store's pool before it can exist itself.
func (s *Store) SetDoorbell(d Doorbell) { s.doorbell = d }

// Queue is the pool for the job queue.
func (s *Store) Queue() *sql.DB { return s.queue }

// Ping returns nil when the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.reader.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// Close closes all pools.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.reader, s.queue, s.writer} {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}

// prepareWrites prepares every statement that changes something.
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

// read returns the statement for a query of the read pool, prepared once.
func (s *Store) read(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := s.reads.Load(query); ok {
		return st.(*sql.Stmt), nil
	}
	st, err := s.reader.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	if other, loaded := s.reads.LoadOrStore(query, st); loaded {
		_ = st.Close() // the other one is the same statement
		return other.(*sql.Stmt), nil
	}
	return st, nil
}

// queryRow reads one row through the read pool. It returns store.ErrNotFound
// when there is none.
func (s *Store) queryRow(ctx context.Context, query string, args []any, into ...any) error {
	st, err := s.read(ctx, query)
	if err != nil {
		return err
	}
	return notFound(st.QueryRowContext(ctx, args...).Scan(into...))
}

// exec runs one statement as a transaction of its own and returns how many rows
// it changed. query is one of writeStatements.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	return affected(s.writes[query].ExecContext(ctx, args...))
}

func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return err
}

// micros is how times are stored; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// flag is how booleans are stored.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// nullable is how an absent key is stored, so that many rows can have none.
func nullable(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
