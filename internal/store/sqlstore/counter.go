package sqlstore

import (
	"context"
	"fmt"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// PublicScope counts the Connectors that every search finds: listed, and not
// private. No project has such an identifier.
const PublicScope = "public"

const (
	addCounter = `INSERT INTO counter (scope, types, private, n) VALUES ($1, $2, $3, $4)` + addUp
	addUp      = ` ON CONFLICT (scope, types, private) DO UPDATE SET n = counter.n + excluded.n`
	// countPublic counts a Connector, if it is public, N times: -1 before it is
	// written, 1 afterwards.
	countPublic = `INSERT INTO counter (scope, types, private, n)
		SELECT '` + PublicScope + `', types, 0, CAST($2 AS BIGINT) FROM connector WHERE id = $1 AND listed = 1 AND private = 0` + addUp
)

// count adds up the counters of a set.
func (t *transaction) count(ctx context.Context, deltas []store.CounterDelta) error {
	for _, c := range deltas {
		if _, err := t.exec(ctx, addCounter, c.Scope, int64(c.Types), flag(c.Private), c.N); err != nil {
			return fmt.Errorf("count: %w", err)
		}
	}
	return nil
}
