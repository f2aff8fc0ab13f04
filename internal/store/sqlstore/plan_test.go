package sqlstore

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

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

// No statement reads a whole table or sorts what it read, but the list of all
// clients.
func TestStatementsUseIndexes(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	byID, err := draftList(store.DraftQuery{})
	if err != nil {
		t.Fatal(err)
	}
	reads := []string{
		selectDraft + "id = $1", selectDraft + "key = $1", selectConnector + "id = $1", selectConnector + "key = $1",
		selectRun, listRunsOf, countRunsOf, selectDue, selectClient, selectToken, byID.list,
	}
	for _, query := range append(reads, writeStatements...) {
		got := plan(t, s.writer, query)
		if strings.Contains(got, "SCAN ") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s\n%s", query, got)
		}
	}
}
