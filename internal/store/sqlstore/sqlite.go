package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite" // also the driver named "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// FileName is the database's name inside a data directory.
const FileName = "greenroom.db"

const (
	migrateLockName = "migrate.lock"
	// lockRetry is how often the lock is asked for: a migration takes longer.
	lockRetry = 5 * time.Millisecond
)

// OpenSQLite opens the database in the data directory dir, which it makes when
// it is not there, and brings its schema up to date.
//
// One connection writes, one belongs to the job queue, several read: in WAL mode
// readers and the writer do not wait for each other, and a single writer never
// meets SQLITE_BUSY inside this process. synchronous=FULL makes a commit survive
// the loss of power.
func OpenSQLite(ctx context.Context, dir string, opts Options) (*Store, error) {
	return openSQLite(ctx, dir, opts, func(dsn string) (*sql.DB, error) { return sql.Open("sqlite", dsn) })
}

func openSQLite(ctx context.Context, dir string, opts Options, pool func(dsn string) (*sql.DB, error)) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	file := filepath.Join(dir, FileName)
	s := &Store{dialect: onSQLite, doorbell: opts.Doorbell, observe: opts.Observe}
	if s.observe == nil {
		s.observe = func(time.Duration, bool) {}
	}
	pools := []struct {
		db          **sql.DB
		connections int
		pragmas     []string
	}{
		{&s.writer, 1, nil},
		{&s.queue, 1, nil},
		{&s.reader, max(4, 2*runtime.GOMAXPROCS(0)), []string{"query_only(1)"}},
	}
	for _, p := range pools {
		db, err := pool(sqliteDSN(file, p.pragmas))
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", file, err)
		}
		db.SetMaxOpenConns(p.connections)
		db.SetMaxIdleConns(p.connections)
		*p.db = db
	}
	err := s.migrateAlone(ctx, dir)
	if err == nil {
		err = s.prepareWrites(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.commits = startGroupCommit(s)
	return s, nil
}

// migrateAlone brings the schema up to date while no other process does: goose
// locks nothing on SQLite, and the second to run a migration would fail.
func (s *Store) migrateAlone(ctx context.Context, dir string) (err error) {
	lock := flock.New(filepath.Join(dir, migrateLockName))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return fmt.Errorf("wait for another process to migrate: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	return s.dialect.migrate(ctx, s.writer)
}

func sqliteDSN(file string, pragmas []string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range append([]string{
		"busy_timeout(10000)",
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"foreign_keys(0)",
		"cache_size(-8192)",
	}, pragmas...) {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath() + "?" + q.Encode()
}

// sqliteIsBusy says whether another process kept the file to itself for longer than
// the busy timeout.
func sqliteIsBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}
