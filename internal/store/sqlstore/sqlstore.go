// Package sqlstore keeps the registry in a SQL database. The statements are
// written once, in the SQL that SQLite and PostgreSQL share ($1 parameters, ON
// CONFLICT, no engine's own types); what differs is in the dialect.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
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
	// Observe is told how long each write took, with the wait for its turn, and
	// whether it was committed; nil: nobody is.
	Observe func(took time.Duration, committed bool)
}

// Store implements store.Store.
type Store struct {
	dialect dialect
	// writer is the only pool that writes to our tables, and has one connection,
	// which commits uses; reader never writes.
	writer, reader *sql.DB
	// queue is a pool of its own for the job queue's housekeeping.
	queue    *sql.DB
	doorbell Doorbell
	observe  func(took time.Duration, committed bool)
	// unwritable is when a write last failed for want of room or of a right, in
	// nanoseconds; 0: one has worked since.
	unwritable atomic.Int64

	commits *groupCommit         // nil until the store is open
	writes  map[string]*sql.Stmt // by their text; all there from the beginning
	reads   sync.Map             // query text → *sql.Stmt
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

// Close waits for the writes under way, refuses those that wait, and closes all
// pools.
func (s *Store) Close() error {
	if s.commits != nil {
		s.commits.stop()
	}
	var errs []error
	for _, db := range []*sql.DB{s.reader, s.queue, s.writer} {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
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

// nullable is how an absent text is stored, so that many rows can have no key.
func nullable(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
