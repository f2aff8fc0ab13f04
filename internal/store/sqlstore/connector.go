package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// The private projects are read by the same statement: who may see a document
// must be of the same moment as the document. A project identifier holds no
// space.
const selectConnector = `SELECT id, COALESCE(key, ''), version, owner, name, private, listed, types, company, search_text,
	created_at, modified_at, document, COALESCE((SELECT string_agg(project, ' ')
	FROM connector_project WHERE connector_id = connector.id), '') FROM connector WHERE `

// Connector reads one production Connector by id or key.
func (s *Store) Connector(ctx context.Context, ref store.Ref) (store.Connector, error) {
	var c store.Connector
	var created, modified int64
	var projects string
	column, value := refColumn(ref)
	err := s.row(ctx, selectConnector+column+" = $1", value)(
		&c.ID, &c.Key, &c.Version, &c.Owner, &c.Name, &c.Private, &c.Listed, &c.Types, &c.Company, &c.SearchText,
		&created, &modified, &c.Document, &projects)
	if err != nil {
		return store.Connector{}, fmt.Errorf("connector %s: %w", value, err)
	}
	c.CreatedAt, c.LastModifiedAt = fromMicros(created), fromMicros(modified)
	c.PrivateProjects = strings.Fields(projects)
	slices.Sort(c.PrivateProjects)
	return c, nil
}
