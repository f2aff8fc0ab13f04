//nolint:sqlclosecheck // a statement lives as long as its store or transaction
package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
)

// paged is a list of which a page is read.
type paged struct {
	// count says how many there are in all, list those of the page. Both take
	// args; list takes limit and offset as well, after them.
	count, list   string
	args          []any
	limit, offset int
	// rare says that there are too many queries like these to keep them all
	// prepared. To prepare them takes half as long as to read a page of 20.
	rare bool
}

// readPage reads a page and the total of its list, as of one moment.
func readPage[T any](ctx context.Context, s *Store, p paged, scan func(scanner) (T, error)) ([]T, int, error) {
	// Prepared before the transaction takes its connection: who waits for a
	// second connection while holding one may wait for ever.
	var prepared [2]*sql.Stmt
	for i, query := range []string{p.count, p.list} {
		st, release, err := s.statement(ctx, query, p.rare)
		if err != nil {
			return nil, 0, err
		}
		defer release()
		prepared[i] = st
	}
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, 0, fmt.Errorf("begin to read: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only read
	var total int
	if err := tx.StmtContext(ctx, prepared[0]).QueryRowContext(ctx, p.args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count: %w", err)
	}
	if p.limit == 0 || p.offset >= total {
		return nil, total, nil
	}
	rows, err := tx.StmtContext(ctx, prepared[1]).QueryContext(ctx, append(p.args, p.limit, p.offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list: %w", err)
	}
	page, err := collect(rows, scan)
	if err != nil {
		return nil, 0, fmt.Errorf("list: %w", err)
	}
	return page, total, nil
}

// statement returns a query of the read pool, prepared, and what is to be called
// when it has done its work.
func (s *Store) statement(ctx context.Context, query string, rare bool) (*sql.Stmt, func(), error) {
	if !rare {
		st, err := s.read(ctx, query)
		return st, func() {}, err
	}
	st, err := s.reader.PrepareContext(ctx, query)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	return st, func() { _ = st.Close() }, nil
}
