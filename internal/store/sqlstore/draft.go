package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

const selectDraft = `SELECT id, COALESCE(key, ''), version, owner, name, status, private, types,
	created_at, modified_at, document, facts FROM draft WHERE `

// Draft reads one draft by id or key.
func (s *Store) Draft(ctx context.Context, ref store.Ref) (store.Draft, error) {
	var d store.Draft
	var status string
	var created, modified int64
	column, value := refColumn(ref)
	err := s.queryRow(ctx, selectDraft+column+" = $1", []any{value},
		&d.ID, &d.Key, &d.Version, &d.Owner, &d.Name, &status, &d.Private, &d.Types,
		&created, &modified, &d.Document, &d.Facts)
	if err != nil {
		return store.Draft{}, fmt.Errorf("draft %s: %w", value, err)
	}
	d.Status = api.ConnectorStatus(status)
	d.CreatedAt, d.LastModifiedAt = fromMicros(created), fromMicros(modified)
	return d, nil
}

func refColumn(ref store.Ref) (column, value string) {
	if ref.ID != "" {
		return "id", ref.ID
	}
	return "key", ref.Key
}

// sortColumns maps the API's fields to what an index is ordered by.
var sortColumns = map[store.SortField]string{
	store.SortCreatedAt:      "created_at",
	store.SortLastModifiedAt: "modified_at",
	store.SortName:           "name",
	store.SortKey:            "COALESCE(key, '')",
	store.SortID:             "id",
	store.SortVersion:        "version",
	store.SortStatus:         "status",
}

// Drafts reads a page of one project's drafts and their total, both as of the
// same moment.
func (s *Store) Drafts(ctx context.Context, q store.DraftQuery) (store.Page, error) {
	where, args := draftFilter(q)
	order, err := orderBy(q.Sort)
	if err != nil {
		return store.Page{}, err
	}
	page := fmt.Sprintf("SELECT document FROM draft WHERE owner%s ORDER BY %s LIMIT $%d OFFSET $%d",
		where, order, len(args)+1, len(args)+2)
	total := "SELECT COALESCE(SUM(n), 0) FROM counter WHERE scope" + where

	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return store.Page{}, fmt.Errorf("list drafts: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only read
	var p store.Page
	if err := tx.QueryRowContext(ctx, total, args...).Scan(&p.Total); err != nil {
		return store.Page{}, fmt.Errorf("count drafts: %w", err)
	}
	if q.Limit == 0 || q.Offset >= p.Total {
		return p, nil
	}
	rows, err := tx.QueryContext(ctx, page, append(args, q.Limit, q.Offset)...)
	if err != nil {
		return store.Page{}, fmt.Errorf("list drafts: %w", err)
	}
	p.Documents, err = collect(rows, func(rows *sql.Rows) (doc []byte, err error) {
		return doc, rows.Scan(&doc)
	})
	if err != nil {
		return store.Page{}, fmt.Errorf("list drafts: %w", err)
	}
	return p, nil
}

// draftFilter is the condition after "owner" or "scope": the columns it names
// are in both tables, so that a total counts what its list shows.
func draftFilter(q store.DraftQuery) (string, []any) {
	var where strings.Builder
	where.WriteString(" = $1")
	args := []any{q.Owner}
	for _, mask := range q.Types {
		args = append(args, int64(mask))
		fmt.Fprintf(&where, " AND (types & $%d) <> 0", len(args))
	}
	if q.Private != nil {
		args = append(args, flag(*q.Private))
		fmt.Fprintf(&where, " AND private = $%d", len(args))
	}
	return where.String(), args
}

func orderBy(sorts []store.Sort) (string, error) {
	var keys []string
	direction := " ASC"
	for _, k := range sorts {
		column, ok := sortColumns[k.Field]
		if !ok {
			return "", fmt.Errorf("sort by unknown field %q", k.Field)
		}
		direction = " ASC"
		if k.Desc {
			direction = " DESC"
		}
		keys = append(keys, column+direction)
	}
	// The tie-break runs the way of the last key, so that one index serves.
	return strings.Join(append(keys, "id"+direction), ", "), nil
}

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) (out []T, err error) {
	defer func() {
		if closeErr := rows.Close(); err == nil {
			err = closeErr
		}
	}()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
