package sqlstore

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// What counters have lost is found, and set right once.
func TestRecount(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for i, types := range []store.TypeMask{1, 1, 3} {
		d := draft(fmt.Sprint("d", i))
		d.Types = types
		w := inserting(d)
		w.Connector = &store.Connector{ID: d.ID, Owner: d.Owner, Types: types, Listed: true, Document: []byte("{}")}
		if err := s.Commit(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	requireMiscounts(t, s)
	for _, damage := range []string{
		"UPDATE counter SET n = n + 5 WHERE scope = 'o' AND types = 1",
		"DELETE FROM counter WHERE types = 3",
		"INSERT INTO counter VALUES ('gone', 0, 1, 2)",
	} {
		if _, err := s.writer.ExecContext(t.Context(), damage); err != nil {
			t.Fatal(err)
		}
	}
	requireMiscounts(t, s,
		store.CounterDelta{Scope: "gone", Private: true, N: -2},
		store.CounterDelta{Scope: "o", Types: 1, N: -5},
		store.CounterDelta{Scope: "o", Types: 3, N: 1},
		store.CounterDelta{Scope: publicScope, Types: 3, N: 1},
	)
	for _, want := range []int{4, 0} {
		if got, err := s.Recount(t.Context()); err != nil || got != want {
			t.Errorf("recounted %d, %v, want %d", got, err, want)
		}
		requireMiscounts(t, s)
	}
	drafts, err := s.Drafts(t.Context(), store.DraftQuery{Owner: "o"})
	if err != nil || drafts.Total != 3 {
		t.Errorf("%d drafts, %v", drafts.Total, err)
	}
	connectors, err := s.Connectors(t.Context(), store.ConnectorQuery{Viewer: "other", Types: []store.TypeMask{2}})
	if err != nil || connectors.Total != 1 {
		t.Errorf("%d connectors, %v", connectors.Total, err)
	}
}

func requireMiscounts(t *testing.T, s *Store, want ...store.CounterDelta) {
	t.Helper()
	got, err := s.Miscounts(t.Context())
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v, -want +got\n%s", err, diff)
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
		"DELETE FROM counter WHERE scope = 'public'", "DROP INDEX connector_private",
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
	requireMiscounts(t, s)
	found, err := s.Connectors(t.Context(), store.ConnectorQuery{Viewer: "other"})
	if err != nil || found.Total != 2 {
		t.Errorf("%d connectors, %v", found.Total, err)
	}
}
