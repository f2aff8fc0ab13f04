package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// dialect is what differs between the databases.
type dialect struct {
	name  string // folder of its migrations
	goose goose.Dialect
	// contains is the condition that the first %s, a text, contains the second,
	// letter for letter.
	contains string
	// isBusy says of an error that the database could not be had in time.
	isBusy func(error) bool
}

var onSQLite = dialect{
	name: "sqlite", goose: goose.DialectSQLite3, contains: "instr(%s, %s) > 0", isBusy: sqliteIsBusy,
}

// migrate brings the schema up to date. Migrations only go forward: a newer schema
// is refused with ErrNewerSchema.
func (d dialect) migrate(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations/"+d.name)
	if err != nil {
		return fmt.Errorf("migrations of %s: %w", d.name, err)
	}
	provider, err := goose.NewProvider(d.goose, db, dir)
	if err != nil {
		return fmt.Errorf("migrations of %s: %w", d.name, err)
	}
	schema, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("schema of the %s database: %w", d.name, err)
	}
	if err := d.knows(schema); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the %s database: %w", d.name, err)
	}
	return nil
}
