package sqlstore

import (
	"context"
	"fmt"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// Connectors reads a page of the production Connectors that a project may see,
// and their total.
func (s *Store) Connectors(ctx context.Context, q store.ConnectorQuery) (store.Page, error) {
	p, err := s.dialect.connectorList(q)
	if err != nil {
		return store.Page{}, fmt.Errorf("search connectors: %w", err)
	}
	documents, total, err := readPage(ctx, s, p, scanOne[[]byte])
	if err != nil {
		return store.Page{}, fmt.Errorf("search connectors: %w", err)
	}
	return store.Page{Documents: documents, Total: total}, nil
}

func (d dialect) connectorList(q store.ConnectorQuery) (paged, error) {
	order, err := orderBy(connectorColumns, q.Sort)
	if err != nil {
		return paged{}, err
	}
	where := d.connectorFilter(q)
	return paged{
		count: d.connectorTotal(q, where),
		list:  "SELECT document FROM connector WHERE " + where.page(order),
		args:  where.args, limit: q.Limit, offset: q.Offset,
		rare: len(q.Sort) > 1 || len(where.args) > 2, // the viewer, and more than one filter
	}, nil
}

// connectorTotal counts what where selects. What everybody finds has counters, by
// types; a company, a name or a text must be looked for.
func (d dialect) connectorTotal(q store.ConnectorQuery, where conditions) string {
	if q.Company != nil || len(q.IDs) > 0 || len(q.Keys) > 0 || len(q.Terms) > 0 {
		return "SELECT COUNT(*) FROM connector WHERE " + where.text()
	}
	// The parameters are those of where: the viewer, then the types.
	var of conditions
	viewer := of.arg(q.Viewer)
	of.add("private = 1")
	of.types(q.Types)
	total := "SELECT (SELECT COUNT(*) FROM connector WHERE listed = 1 AND owner = " + viewer + " AND " + of.text() + ")" +
		" + (SELECT COUNT(*) FROM connector_project JOIN connector ON id = connector_id" +
		" WHERE project = " + viewer + " AND owner <> " + viewer + " AND listed = 1 AND " + of.text() + ")"
	if q.OnlyPrivate {
		return total
	}
	of.all[0] = "scope = '" + PublicScope + "'"
	return total + " + (SELECT COALESCE(SUM(n), 0) FROM counter WHERE " + of.text() + ")"
}

func (d dialect) connectorFilter(q store.ConnectorQuery) conditions {
	var where conditions
	where.add("listed = 1")
	where.add(visibleTo(where.arg(q.Viewer)))
	if q.OnlyPrivate {
		where.add("private = 1")
	}
	where.types(q.Types)
	if q.Company != nil {
		where.add("company = " + where.arg(*q.Company))
	}
	if len(q.IDs) > 0 {
		in(&where, "id", q.IDs)
	}
	if len(q.Keys) > 0 {
		in(&where, "key", q.Keys)
	}
	for _, term := range q.Terms {
		where.add(fmt.Sprintf(d.contains, "search_text", where.arg(term)))
	}
	return where
}

// visibleTo says of a row what connector.visible says of a store.Connector. What
// the viewer was given is read once, not for each row.
func visibleTo(viewer string) string {
	return "(private = 0 OR owner = " + viewer +
		" OR id IN (SELECT connector_id FROM connector_project WHERE project = " + viewer + "))"
}
