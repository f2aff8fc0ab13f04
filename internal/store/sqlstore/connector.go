package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	selectConnector = `SELECT id, COALESCE(key, ''), version, owner, name, private, listed, types,
		created_at, modified_at, document FROM connector WHERE `
	selectProjects = `SELECT project FROM connector_project WHERE connector_id = $1 ORDER BY project`
)

// Connector reads one production Connector by id or key.
func (s *Store) Connector(ctx context.Context, ref store.Ref) (store.Connector, error) {
	var c store.Connector
	var created, modified int64
	column, value := refColumn(ref)
	err := s.queryRow(ctx, selectConnector+column+" = $1", []any{value},
		&c.ID, &c.Key, &c.Version, &c.Owner, &c.Name, &c.Private, &c.Listed, &c.Types,
		&created, &modified, &c.Document)
	if err != nil {
		return store.Connector{}, fmt.Errorf("connector %s: %w", value, err)
	}
	c.CreatedAt, c.LastModifiedAt = fromMicros(created), fromMicros(modified)
	if !c.Private {
		return c, nil
	}
	st, err := s.read(ctx, selectProjects)
	if err != nil {
		return store.Connector{}, err
	}
	rows, err := st.QueryContext(ctx, c.ID)
	if err != nil {
		return store.Connector{}, fmt.Errorf("projects of connector %s: %w", c.ID, err)
	}
	c.PrivateProjects, err = collect(rows, func(rows *sql.Rows) (project string, err error) {
		return project, rows.Scan(&project)
	})
	if err != nil {
		return store.Connector{}, fmt.Errorf("projects of connector %s: %w", c.ID, err)
	}
	return c, nil
}
