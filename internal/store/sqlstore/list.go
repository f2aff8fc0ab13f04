package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// The API's fields, and what an index is ordered by.
var (
	draftColumns = map[store.SortField]string{
		store.SortCreatedAt:      "created_at",
		store.SortLastModifiedAt: "modified_at",
		store.SortName:           "name",
		store.SortKey:            "COALESCE(key, '')",
		store.SortID:             "id",
		store.SortVersion:        "version",
		store.SortStatus:         "status",
	}
	connectorColumns = withoutStatus(draftColumns)
)

func withoutStatus(columns map[store.SortField]string) map[store.SortField]string {
	rest := maps.Clone(columns)
	delete(rest, store.SortStatus)
	return rest
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
	order, err := orderBy(draftColumns, q.Sort)
	if err != nil {
		return paged{}, err
	}
	// What follows "owner" or "scope": the columns it names are in both tables, so
	// that a total counts what its list shows.
	var where conditions
	where.add("= " + where.arg(q.Owner))
	where.types(q.Types)
	if q.Private != nil {
		where.add("private = " + where.arg(flag(*q.Private)))
	}
	return paged{
		count: "SELECT COALESCE(SUM(n), 0) FROM counter WHERE scope " + where.text(),
		list:  "SELECT document FROM draft WHERE owner " + where.page(order),
		args:  where.args, limit: q.Limit, offset: q.Offset,
		rare: len(q.Sort) > 1 || len(q.Types) > 2,
	}, nil
}

// DraftsOfStatus lists drafts of all projects.
func (s *Store) DraftsOfStatus(ctx context.Context, states []api.ConnectorStatus, limit, offset int) ([]store.Draft, int, error) {
	drafts, total, err := readPage(ctx, s, statusList(states, limit, offset), scanDraft)
	if err != nil {
		return nil, 0, fmt.Errorf("list drafts of status %v: %w", states, err)
	}
	return drafts, total, nil
}

func statusList(states []api.ConnectorStatus, limit, offset int) paged {
	var where conditions
	in(&where, "status", states)
	return paged{
		count: "SELECT COUNT(*) FROM draft WHERE " + where.text(),
		list:  selectDraft + where.page("modified_at, id"),
		args:  where.args, limit: limit, offset: offset,
	}
}

// orderBy ends with id, which breaks ties the way of the last key, so that one
// index serves. What comes after id can decide nothing.
func orderBy(known map[store.SortField]string, sorts []store.Sort) (string, error) {
	var columns, order []string
	direction := " ASC"
	for _, k := range sorts {
		column, ok := known[k.Field]
		if !ok {
			return "", fmt.Errorf("cannot sort by %q", k.Field)
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
