//nolint:sqlclosecheck // a statement lives as long as its store
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/greenroom-registry/greenroom/internal/store"
)

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
		defer func() { _ = st.Close() }() // the other one is the same statement
		return other.(*sql.Stmt), nil
	}
	return st, nil
}

// scanner reads the columns of a row.
type scanner func(into ...any) error

// row reads the row of a query through the read pool. The scanner returns
// store.ErrNotFound when there is none.
func (s *Store) row(ctx context.Context, query string, args ...any) scanner {
	return func(into ...any) error {
		st, err := s.read(ctx, query)
		if err != nil {
			return err
		}
		return notFound(st.QueryRowContext(ctx, args...).Scan(into...))
	}
}

// rows reads the rows of a query through the read pool.
func rows[T any](ctx context.Context, s *Store, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	st, err := s.read(ctx, query)
	if err != nil {
		return nil, err
	}
	found, err := st.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return collect(found, scan)
}

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, scan func(scanner) (T, error)) (out []T, err error) {
	defer func() {
		if closeErr := rows.Close(); err == nil {
			err = closeErr
		}
	}()
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// scanOne reads a row of one column.
func scanOne[T any](scan scanner) (v T, err error) {
	err = scan(&v)
	return v, err
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return err
}
