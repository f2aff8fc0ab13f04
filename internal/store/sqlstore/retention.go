package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// The condition is that of the index run_removable: without it all runs that
	// ever were would be read.
	removable = `state IN ('succeeded', 'failed', 'cancelled') AND NOT (kind = 'publish' AND state = 'succeeded')`

	selectRemovable = `SELECT ended_at, id FROM run WHERE ` + removable + `
		AND ended_at < $1 AND (ended_at, id) > ($2, $3) ORDER BY ended_at, id LIMIT $4`
	// The latest verdict of a kind is what the draft's report is about.
	removeRuns = `DELETE FROM run WHERE ` + removable + ` AND ended_at < $1 AND (ended_at, id) > ($2, $3) AND (ended_at, id) <= ($4, $5)
		AND (NOT EXISTS (SELECT 1 FROM draft WHERE draft.id = run.draft_id)
		OR EXISTS (SELECT 1 FROM run AS later WHERE later.draft_id = run.draft_id AND later.kind = run.kind
		AND later.state IN ('succeeded', 'failed') AND (later.created_at, later.id) > (run.created_at, run.id)))`
)

// RemoveRuns looks for a place to stop without holding up writers, and removes what
// lies before it in one short transaction.
func (s *Store) RemoveRuns(ctx context.Context, before time.Time, after store.RunPlace, limit int) (store.RemovedRuns, error) {
	places, err := rows(ctx, s, scanPlace, selectRemovable, micros(before), micros(after.EndedAt), after.ID, limit)
	if err != nil {
		return store.RemovedRuns{}, fmt.Errorf("look for old runs: %w", err)
	}
	if len(places) == 0 {
		return store.RemovedRuns{Last: after, Done: true}, nil
	}
	last := places[len(places)-1]
	n, err := s.exec(ctx, removeRuns, micros(before), micros(after.EndedAt), after.ID, micros(last.EndedAt), last.ID)
	if err != nil {
		return store.RemovedRuns{}, fmt.Errorf("remove old runs: %w", err)
	}
	return store.RemovedRuns{N: int(n), Last: last, Done: len(places) < limit}, nil
}

func scanPlace(scan scanner) (p store.RunPlace, err error) {
	var ended int64
	err = scan(&ended, &p.ID)
	p.EndedAt = fromMicros(ended)
	return p, err
}
