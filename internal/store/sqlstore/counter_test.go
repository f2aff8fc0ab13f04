package sqlstore

import (
	"fmt"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// requireRightCounts fails when a counter disagrees with the rows that it counts.
func requireRightCounts(t *testing.T, s *Store) {
	t.Helper()
	wrong, err := rows(t.Context(), s, func(scan scanner) (c store.CounterDelta, err error) {
		err = scan(&c.Scope, &c.Types, &c.Private, &c.N)
		return c, err
	}, `SELECT scope, types, private, SUM(n) FROM (
		SELECT scope, types, private, -n AS n FROM counter
		UNION ALL SELECT owner, types, private, 1 FROM draft
		UNION ALL SELECT 'public', types, 0, 1 FROM connector WHERE listed = 1 AND private = 0) AS counted
		GROUP BY scope, types, private HAVING SUM(n) <> 0`)
	if err != nil || len(wrong) > 0 {
		t.Errorf("to be added to counters: %v, error %v", wrong, err)
	}
}

// A database from before there were counters of Connectors gets them.
func TestMigrationCountsConnectors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	for i, listed := range []bool{true, true, false} {
		w := inserting(draft(fmt.Sprint("d", i)))
		w.Connector = &store.Connector{ID: w.Draft.ID, Owner: "o", Types: 1, Listed: listed, Document: []byte("{}")}
		if err := s.Commit(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	for _, back := range []string{
		"DELETE FROM counter WHERE scope = 'public'", "DROP INDEX connector_private", "DROP INDEX run_removable",
		"DELETE FROM goose_db_version WHERE version_id >= 4",
	} {
		if _, err := s.writer.ExecContext(t.Context(), back); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	requireRightCounts(t, s)
	found, err := s.Connectors(t.Context(), store.ConnectorQuery{Viewer: "other"})
	if err != nil || found.Total != 2 {
		t.Errorf("%d connectors, %v", found.Total, err)
	}
}
