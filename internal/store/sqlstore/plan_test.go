package sqlstore

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// plan is how SQLite would answer the query, one line a step.
func plan(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	args := make([]any, 0, 16)
	for strings.Contains(query, fmt.Sprintf("$%d", len(args)+1)) {
		args = append(args, 1)
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	steps, err := collect(rows, func(scan scanner) (detail string, err error) {
		var id, parent, unused int
		err = scan(&id, &parent, &unused, &detail)
		return detail, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}

// A page is read in the order of an index: its cost does not grow with the
// project.
func TestListsAreReadInOrder(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	yes := true
	for field, index := range map[store.SortField]string{
		store.SortCreatedAt:      "draft_by_created",
		store.SortLastModifiedAt: "draft_by_modified",
		store.SortName:           "draft_by_name",
		store.SortKey:            "draft_by_key",
		store.SortID:             "draft_by_id",
		store.SortVersion:        "draft_by_version",
		store.SortStatus:         "draft_by_status",
	} {
		for _, filter := range []store.DraftQuery{{}, {Types: []store.TypeMask{1, 2}}, {Private: &yes}} {
			for _, desc := range []bool{false, true} {
				filter.Sort = []store.Sort{{Field: field, Desc: desc}}
				p, err := draftList(filter)
				if err != nil {
					t.Fatal(err)
				}
				got := plan(t, s.reader, p.list)
				if !strings.Contains(got, "INDEX "+index+" (owner=?") || strings.Contains(got, "TEMP B-TREE") {
					t.Errorf("%s\n%s", p.list, got)
				}
				if got := plan(t, s.reader, p.count); got != "SEARCH counter USING PRIMARY KEY (scope=?)" {
					t.Errorf("%s\n%s", p.count, got)
				}
			}
		}
	}
}

// What a scrape asks costs as much as there are runs due, not as there ever were.
func TestBacklogIsReadFromItsIndex(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if got := plan(t, s.reader, selectBacklog); got != "SEARCH run USING INDEX run_due (due_at<?)" {
		t.Errorf("%s\n%s", selectBacklog, got)
	}
}

// The way to the runs that are removed leads past none that are kept for good, nor
// through all that ever were.
func TestOldRunsAreReadFromTheirIndex(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for _, query := range []string{selectRemovable, removeRuns} {
		if got := plan(t, s.writer, query); !strings.HasPrefix(got, "SEARCH run USING ") || !strings.Contains(got, "INDEX run_removable (") ||
			strings.Contains(got, "SCAN") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s\n%s", query, got)
		}
	}
}

// A search reads an index in its order, which tells without the row who sees it.
func TestSearchesAreReadInOrder(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for field, index := range map[store.SortField]string{
		store.SortCreatedAt:      "connector_by_created",
		store.SortLastModifiedAt: "connector_by_modified",
		store.SortName:           "connector_by_name",
		store.SortKey:            "connector_by_key",
		store.SortID:             "connector_by_id",
		store.SortVersion:        "connector_by_version",
	} {
		for _, q := range []store.ConnectorQuery{
			{}, {OnlyPrivate: true}, {Types: []store.TypeMask{1, 2}}, {Company: new(string)}, {Terms: []string{"x"}},
		} {
			for _, desc := range []bool{false, true} {
				q.Sort = []store.Sort{{Field: field, Desc: desc}}
				p, err := s.dialect.connectorList(q)
				if err != nil {
					t.Fatal(err)
				}
				requireVisibleByIndex(t, s, p.list, "SCAN connector USING INDEX "+index+"\n")
				switch {
				case len(q.Terms) > 0: // a text is in no index
				case q.Company != nil:
					requireVisibleByIndex(t, s, p.count, "SCAN connector USING COVERING INDEX connector_by_")
				default:
					requireCounted(t, s, p.count)
				}
			}
		}
	}
}

// requireVisibleByIndex fails unless the query begins with the step, looks up
// what the viewer was given, and sorts nothing.
func requireVisibleByIndex(t *testing.T, s *Store, query, first string) {
	t.Helper()
	got := plan(t, s.reader, query)
	given := "SEARCH connector_project USING COVERING INDEX connector_of_project (project=?)"
	if !strings.HasPrefix(got, first) || !strings.Contains(got, given) || strings.Contains(got, "TEMP B-TREE") {
		t.Errorf("%s\n%s", query, got)
	}
}

// requireCounted fails when the query's cost grows with the public Connectors.
func requireCounted(t *testing.T, s *Store, query string) {
	t.Helper()
	got := plan(t, s.reader, query)
	own := "SEARCH connector USING COVERING INDEX connector_private (owner=?)"
	given := "SEARCH connector_project USING COVERING INDEX connector_of_project (project=?)"
	if !strings.Contains(got, own) || !strings.Contains(got, given) || strings.Contains(strings.ReplaceAll(got, "SCAN CONSTANT ROW", ""), "SCAN ") {
		t.Errorf("%s\n%s", query, got)
	}
}

// Connectors that are named are looked up.
func TestSearchesByName(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for name, q := range map[string]store.ConnectorQuery{
		"ids":           {IDs: []string{"a", "b"}},
		"keys":          {Keys: []string{"a", "b"}},
		"keys and text": {Keys: []string{"a"}, Terms: []string{"x"}},
	} {
		q.Sort = []store.Sort{{Field: store.SortCreatedAt}}
		p, err := s.dialect.connectorList(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{p.list, p.count} {
			if got := plan(t, s.reader, query); strings.Contains(got, "SCAN ") {
				t.Errorf("%s\n%s", name, got)
			}
		}
	}
}

// Drafts of a status are found by an index. Those of several are sorted: only
// what waits for reviewers is asked for so.
func TestDraftsOfStatusAreFound(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for _, states := range [][]api.ConnectorStatus{
		{api.StatusInCertification}, {api.StatusReadyForCertification, api.StatusInCertification},
	} {
		p := statusList(states, 20, 0)
		got := plan(t, s.reader, p.list)
		if !strings.Contains(got, "INDEX draft_of_status (status=?") || strings.Contains(got, "TEMP B-TREE") != (len(states) > 1) {
			t.Errorf("%s\n%s", p.list, got)
		}
		got = plan(t, s.reader, p.count)
		if !strings.Contains(got, "COVERING INDEX draft_of_status (status=?") {
			t.Errorf("%s\n%s", p.count, got)
		}
	}
}

// A project's credentials are found by it, and sorted: they are few. Host keys are
// read in order, all of them.
func TestCredentialsAreFound(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for query, want := range map[string]string{
		selectCredential:    "SEARCH credential USING INDEX sqlite_autoindex_credential_2 (project=? AND host=? AND kind=?)",
		selectCredentialsOf: "SEARCH credential USING INDEX sqlite_autoindex_credential_2 (project=?)\nUSE TEMP B-TREE FOR ORDER BY",
		selectKnownHosts:    "SCAN known_host USING INDEX sqlite_autoindex_known_host_1",
	} {
		if got := plan(t, s.reader, query); got != want {
			t.Errorf("%s\n%s", query, got)
		}
	}
}

// No statement reads a whole table or sorts what it read, but the list of all
// clients and a search.
func TestStatementsUseIndexes(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	byID, err := draftList(store.DraftQuery{})
	if err != nil {
		t.Fatal(err)
	}
	reads := []string{
		selectDraft + "id = $1", selectDraft + "key = $1", selectConnector + "id = $1", selectConnector + "key = $1", selectReservation,
		selectRun, listRunsOf, countRunsOf, selectDue, selectClient, selectToken, byID.list,
	}
	for _, query := range append(reads, writeStatements...) {
		got := plan(t, s.writer, query)
		got = strings.ReplaceAll(got, "SCAN CONSTANT ROW", "") // what INSERT selects without a table
		if strings.Contains(got, "SCAN ") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s\n%s", query, got)
		}
	}
}
