package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	sqlitedriver "modernc.org/sqlite"
)

// copyPages is how much of a database is copied before somebody is told of it: a
// few megabytes.
const copyPages = 1000

// ErrDamaged is returned for a file that is no whole database.
var ErrDamaged = errors.New("the database is damaged")

// Contents says what a database holds.
type Contents struct {
	// Schema is the number of the last migration.
	Schema      int64 `json:"schema"`
	Drafts      int   `json:"drafts"`
	Connectors  int   `json:"connectors"`
	Runs        int   `json:"runs"`
	Clients     int   `json:"clients"`
	Credentials int   `json:"credentials"`
	// LastChange is when a draft or Connector last changed; zero: there is none.
	LastChange time.Time `json:"lastChange,omitzero"`
}

// CopySQLite copies the database in the data directory dir to a new file. The copy
// is as of one moment, that of the call, while others go on reading and writing:
// one read transaction sees the same pages from beginning to end, so that nothing
// has to be begun anew. As long as it lasts the write-ahead log cannot begin anew
// either, and grows by what is written.
//
// It changes nothing of the schema, and returns fs.ErrNotExist when there is no
// database. progress is told of pages.
func CopySQLite(ctx context.Context, dir, file string, progress func(done, total int)) error {
	db, err := openExisting(filepath.Join(dir, FileName), "mode=rw")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing was written
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = conn.Close() }()
	var tables int
	if _, err = conn.ExecContext(ctx, "BEGIN"); err == nil {
		err = conn.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_master").Scan(&tables) // the moment
	}
	if err != nil {
		return fmt.Errorf("begin to read the database: %w", err)
	}
	return conn.Raw(func(raw any) error {
		from, ok := raw.(interface {
			NewBackup(to string) (*sqlitedriver.Backup, error)
		})
		if !ok {
			return errors.New("the SQLite driver cannot copy databases")
		}
		// A copy that is cut off is thrown away: it needs no journal.
		b, err := from.NewBackup(fileURI(file, "_pragma=journal_mode(OFF)", "_pragma=synchronous(OFF)"))
		if err != nil {
			return fmt.Errorf("begin the copy %s: %w", file, err)
		}
		return errors.Join(copyInSteps(ctx, b, progress), b.Finish())
	})
}

func copyInSteps(ctx context.Context, b *sqlitedriver.Backup, progress func(done, total int)) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("copy the database: %w", err)
		}
		var err error
		if more, err = b.Step(copyPages); err != nil {
			return fmt.Errorf("copy the database: %w", err)
		}
		progress(b.PageCount()-b.Remaining(), b.PageCount())
	}
	return nil
}

// ExamineSQLite reads a whole database file that nobody writes to, and says what it
// holds. It returns ErrDamaged, or ErrNewerSchema for one that this binary does not
// know.
func ExamineSQLite(ctx context.Context, file string) (Contents, error) {
	db, err := openExisting(file, "mode=ro", "immutable=1")
	if err != nil {
		return Contents{}, err
	}
	defer func() { _ = db.Close() }()
	if err := integrity(ctx, db); err != nil {
		return Contents{}, err
	}
	c, err := readContents(ctx, db)
	if err != nil {
		return Contents{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return c, onSQLite.knows(c.Schema)
}

// openExisting opens a file as it is: it makes none, and migrates none.
func openExisting(file string, parameters ...string) (*sql.DB, error) {
	if info, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("find the database: %w", err)
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("find the database: %s is no file: %w", file, fs.ErrNotExist)
	}
	db, err := sql.Open("sqlite", fileURI(file, append(parameters, "_pragma=busy_timeout(10000)", "_pragma=query_only(1)")...))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func fileURI(file string, parameters ...string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath() + "?" + strings.Join(parameters, "&")
}

// querier is a connection, a transaction or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// integrity returns ErrDamaged with what SQLite finds wrong with the pages and
// indexes.
func integrity(ctx context.Context, q querier) error {
	found, err := q.QueryContext(ctx, "PRAGMA integrity_check(20)")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	lines, err := collect(found, scanOne[string])
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case len(lines) != 1 || lines[0] != "ok":
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(lines, "; "))
	}
	return nil
}

func readContents(ctx context.Context, q querier) (Contents, error) {
	c := Contents{}
	var err error
	if c.Schema, err = schemaOf(ctx, q); err != nil {
		return c, err
	}
	for table, n := range map[string]*int{
		"draft": &c.Drafts, "connector": &c.Connectors, "run": &c.Runs, "client": &c.Clients, "credential": &c.Credentials,
	} {
		if *n, err = count(ctx, q, table); err != nil {
			return c, err
		}
	}
	var last int64
	err = q.QueryRowContext(ctx, `SELECT MAX(COALESCE((SELECT MAX(modified_at) FROM draft), 0),
		COALESCE((SELECT MAX(modified_at) FROM connector), 0))`).Scan(&last)
	if err != nil {
		return c, fmt.Errorf("last change: %w", err)
	}
	c.LastChange = fromMicros(last)
	return c, nil
}

// count counts the rows of a table, which an older schema may not have.
func count(ctx context.Context, q querier, table string) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1", table).Scan(&n)
	if err == nil && n > 0 {
		err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n)
	}
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", table, err)
	}
	return n, nil
}
