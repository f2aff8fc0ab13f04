package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/store"
)

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

// Drafts reads a page of one project's drafts and their total.
func (s *Store) Drafts(ctx context.Context, q store.DraftQuery) (store.Page, error) {
	p, err := draftList(q)
	if err != nil {
		return store.Page{}, fmt.Errorf("list drafts: %w", err)
	}
	documents, total, err := readPage(ctx, s, p, scanOne[[]byte])
	if err != nil {
		return store.Page{}, fmt.Errorf("list drafts: %w", err)
	}
	return store.Page{Documents: documents, Total: total}, nil
}

func draftList(q store.DraftQuery) (paged, error) {
	order, err := orderBy(q.Sort)
	if err != nil {
		return paged{}, err
	}
	where, args := draftFilter(q)
	return paged{
		count: "SELECT COALESCE(SUM(n), 0) FROM counter WHERE scope" + where,
		list: fmt.Sprintf("SELECT document FROM draft WHERE owner%s ORDER BY %s LIMIT $%d OFFSET $%d",
			where, order, len(args)+1, len(args)+2),
		args: args, limit: q.Limit, offset: q.Offset,
		rare: len(q.Sort) > 1 || len(q.Types) > 2,
	}, nil
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

// orderBy ends with id, which breaks ties the way of the last key, so that one
// index serves. What comes after id can decide nothing.
func orderBy(sorts []store.Sort) (string, error) {
	var columns, order []string
	direction := " ASC"
	for _, k := range sorts {
		column, ok := sortColumns[k.Field]
		if !ok {
			return "", fmt.Errorf("sort by unknown field %q", k.Field)
		}
		if slices.Contains(columns, column) || slices.Contains(columns, "id") {
			continue
		}
		if direction = " ASC"; k.Desc {
			direction = " DESC"
		}
		columns, order = append(columns, column), append(order, column+direction)
	}
	if !slices.Contains(columns, "id") {
		order = append(order, "id"+direction)
	}
	return strings.Join(order, ", "), nil
}
