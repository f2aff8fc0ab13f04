package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// ErrNewerSchema is returned for a database that a newer version of Greenroom made:
// this one must not touch what it does not know.
var ErrNewerSchema = errors.New("the database was made by a newer version of Greenroom")

// knows returns ErrNewerSchema for a schema beyond the migrations of this binary.
func (d dialect) knows(schema int64) error {
	latest, err := d.latest()
	if err == nil && schema > latest {
		err = fmt.Errorf("%w: its schema is %d, and this binary knows those up to %d; use the newer version, or restore a backup that was made before it",
			ErrNewerSchema, schema, latest)
	}
	return err
}

// latest is the number of the last migration of this binary.
func (d dialect) latest() (int64, error) {
	var latest int64
	files, err := fs.ReadDir(migrations, "migrations/"+d.name)
	if err != nil {
		return 0, fmt.Errorf("migrations: %w", err)
	}
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("number of migration %s: %w", f.Name(), err)
		}
		latest = max(latest, n)
	}
	return latest, nil
}

// schemaOf is the number of the last migration that a database has had; 0: none.
func schemaOf(ctx context.Context, q querier) (int64, error) {
	n, err := count(ctx, q, "goose_db_version")
	if err != nil || n == 0 {
		return 0, err
	}
	var schema sql.NullInt64
	if err := q.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version WHERE is_applied").Scan(&schema); err != nil {
		return 0, fmt.Errorf("schema of the database: %w", err)
	}
	return schema.Int64, nil
}
