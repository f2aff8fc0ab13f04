package sqlstore

import (
	"context"
	"fmt"

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
	err := s.row(ctx, selectDraft+column+" = $1", value)(
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
