package sqlstore

import (
	"context"
	"fmt"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// publicScope counts the Connectors that every search finds: listed, and not
// private. No project has such an identifier.
const publicScope = "public"

const (
	addCounter = `INSERT INTO counter (scope, types, private, n) VALUES ($1, $2, $3, $4)` + addUp
	addUp      = ` ON CONFLICT (scope, types, private) DO UPDATE SET n = counter.n + excluded.n`
	// countPublic counts a Connector, if it is public, N times: -1 before it is
	// written, 1 afterwards.
	countPublic = `INSERT INTO counter (scope, types, private, n)
		SELECT '` + publicScope + `', types, 0, CAST($2 AS BIGINT) FROM connector WHERE id = $1 AND listed = 1 AND private = 0` + addUp

	// What is to be added to each counter that is wrong.
	selectMiscounts = `SELECT scope, types, private, SUM(n) FROM (
		SELECT scope, types, private, -n AS n FROM counter
		UNION ALL SELECT owner, types, private, 1 FROM draft
		UNION ALL SELECT '` + publicScope + `', types, 0, 1 FROM connector WHERE listed = 1 AND private = 0) AS counted
		GROUP BY scope, types, private HAVING SUM(n) <> 0`
	recount = `INSERT INTO counter (scope, types, private, n) ` + selectMiscounts + addUp
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

// Miscounts returns what has to be added to counters that disagree with the rows
// they count; none when all is well. It reads every draft and Connector.
func (s *Store) Miscounts(ctx context.Context) ([]store.CounterDelta, error) {
	wrong, err := rows(ctx, s, func(scan scanner) (c store.CounterDelta, err error) {
		err = scan(&c.Scope, &c.Types, &c.Private, &c.N)
		return c, err
	}, selectMiscounts)
	if err != nil {
		return nil, fmt.Errorf("compare the counters: %w", err)
	}
	return wrong, nil
}

// Recount sets right the counters that disagree with the rows they count, and
// returns how many did. It reads every draft and Connector, and other writes wait.
func (s *Store) Recount(ctx context.Context) (int, error) {
	changed, err := s.exec(ctx, recount)
	if err != nil {
		return 0, fmt.Errorf("recount: %w", err)
	}
	return int(changed), nil
}
