package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"testing"

	"modernc.org/sqlite"
)

// tap is a SQLite driver that asks before whatever the writer does, and tells of it
// afterwards.
type tap struct {
	dsn string

	mu            sync.Mutex
	before, after func(step) error
}

// step is a statement, or BEGIN, COMMIT, ROLLBACK.
type step struct {
	query string
	args  []driver.NamedValue
}

const (
	begin    = "BEGIN"
	commit   = "COMMIT"
	rollback = "ROLLBACK"
)

// errDisk is trouble that nobody expects.
var errDisk = errors.New("disk I/O error")

// openTapped opens the database in dir. Its write pool is tapped, once it is open.
func openTapped(tb testing.TB, dir string, o Options) (*Store, *tap) {
	tb.Helper()
	var writer *tap
	s, err := openSQLite(tb.Context(), dir, o, func(dsn string) (*sql.DB, error) {
		if writer == nil { // the first pool
			writer = &tap{dsn: dsn}
			return sql.OpenDB(writer), nil
		}
		return sql.Open("sqlite", dsn)
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		writer.set(nil, nil)
		_ = s.Close()
	})
	return s, writer
}

// set sets what is asked before and told after each step; nil: nothing is.
func (d *tap) set(before, after func(step) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before, d.after = before, after
}

func (d *tap) Driver() driver.Driver { return &sqlite.Driver{} }

func (d *tap) Connect(context.Context) (driver.Conn, error) {
	c, err := d.Driver().Open(d.dsn)
	return &tappedConn{Conn: c, tap: d}, err
}

// through does a step unless it is stopped before.
func through[T any](d *tap, s step, do func() (T, error)) (result T, err error) {
	d.mu.Lock()
	before, after := d.before, d.after
	d.mu.Unlock()
	if before != nil {
		if err := before(s); err != nil {
			return result, err
		}
	}
	result, err = do()
	if after == nil || err != nil {
		return result, err
	}
	err = after(s)
	if rows, ok := any(result).(driver.Rows); ok && err != nil {
		_ = rows.Close() // the caller does not get them
	}
	return result, err
}

type tappedConn struct {
	driver.Conn
	tap *tap
}

func (c *tappedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return through(c.tap, step{query: begin}, func() (driver.Tx, error) {
		tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
		return &tappedTx{Tx: tx, tap: c.tap}, err
	})
}

func (c *tappedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	st, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	return &tappedStmt{Stmt: st, query: query, tap: c.tap}, err
}

func (c *tappedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return through(c.tap, step{query, args}, func() (driver.Result, error) {
		return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	})
}

func (c *tappedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return through(c.tap, step{query, args}, func() (driver.Rows, error) {
		return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	})
}

type tappedTx struct {
	driver.Tx
	tap *tap
}

func (t *tappedTx) Commit() error {
	_, err := through(t.tap, step{query: commit}, func() (any, error) { return nil, t.Tx.Commit() })
	if err != nil {
		_ = t.Tx.Rollback() // as SQLite's driver does: it leaves no transaction behind
	}
	return err
}

func (t *tappedTx) Rollback() error {
	_, err := through(t.tap, step{query: rollback}, func() (any, error) { return nil, t.Tx.Rollback() })
	return err
}

type tappedStmt struct {
	driver.Stmt
	query string
	tap   *tap
}

func (s *tappedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return through(s.tap, step{s.query, args}, func() (driver.Result, error) {
		return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	})
}

func (s *tappedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return through(s.tap, step{s.query, args}, func() (driver.Rows, error) {
		return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	})
}

// mentions says whether one of the statement's values is v.
func (s step) mentions(v string) bool {
	for _, a := range s.args {
		if fmt.Sprint(a.Value) == v {
			return true
		}
	}
	return false
}
