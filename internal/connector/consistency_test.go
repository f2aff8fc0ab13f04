package connector

import (
	"errors"
	"slices"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// requireConsistent fails when the draft is not what MakeConsistent makes of it:
// whatever happens to a draft, nothing of it has to be mended.
func (m *machine) requireConsistent(t *rapid.T, id string) {
	t.Helper()
	row, err := m.store.Draft(always, store.Ref{ID: id})
	if errors.Is(err, store.ErrNotFound) {
		return // deleted
	}
	if err != nil {
		t.Fatal(err)
	}
	var production *store.Connector
	switch c, err := m.store.Connector(always, store.Ref{ID: id}); {
	case err == nil:
		production = &c
	case !errors.Is(err, store.ErrNotFound):
		t.Fatal(err)
	}
	runs, _, err := m.store.RunsOf(always, id, 500, 0)
	if err != nil {
		t.Fatal(err)
	}
	active := slices.DeleteFunc(runs, store.Run.Ended)
	got, err := MakeConsistent(row, production, active, m.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.DraftProblems)+len(got.ConnectorProblems)+len(got.Unawaited) > 0 {
		t.Fatalf("draft %s: %q, Connector: %q, unawaited runs: %+v", id, got.DraftProblems, got.ConnectorProblems, got.Unawaited)
	}
	if diff := cmp.Diff(row, got.Draft); diff != "" {
		t.Fatalf("the draft would be rewritten:\n%s", diff)
	}
}
