package sqlstore

import (
	"context"
	"fmt"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	selectDraft = `SELECT id, COALESCE(key, ''), version, owner, name, status, private, types,
		created_at, modified_at, document, facts FROM draft WHERE `
	selectReservation = `SELECT project FROM reserved_key WHERE key = $1`
)

// Draft reads one draft by id or key.
func (s *Store) Draft(ctx context.Context, ref store.Ref) (store.Draft, error) {
	column, value := refColumn(ref)
	d, err := scanDraft(s.row(ctx, selectDraft+column+" = $1", value))
	if err != nil {
		return store.Draft{}, fmt.Errorf("draft %s: %w", value, err)
	}
	return d, nil
}

func scanDraft(scan scanner) (store.Draft, error) {
	var d store.Draft
	var status string
	var created, modified int64
	err := scan(&d.ID, &d.Key, &d.Version, &d.Owner, &d.Name, &status, &d.Private, &d.Types,
		&created, &modified, &d.Document, &d.Facts)
	d.Status = api.ConnectorStatus(status)
	d.CreatedAt, d.LastModifiedAt = fromMicros(created), fromMicros(modified)
	return d, err
}

// KeyReservation returns the project that a published key belongs to.
func (s *Store) KeyReservation(ctx context.Context, key string) (string, error) {
	project, err := scanOne[string](s.row(ctx, selectReservation, key))
	if err != nil {
		return "", fmt.Errorf("reservation of key %s: %w", key, err)
	}
	return project, nil
}

func refColumn(ref store.Ref) (column, value string) {
	if ref.ID != "" {
		return "id", ref.ID
	}
	return "key", ref.Key
}
