package storetest

import (
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Lists of the drafts in some status, whoever owns them.
//
//nolint:thelper // tests, which Run runs
var statusTests = map[string]func(*testing.T, store.Store){
	"are whole drafts": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"), inStatus(api.StatusInCertification, 2))
		d.Types, d.Document, d.Facts = 5, []byte(oddDocument), []byte(oddDocument)
		add(t, s, d)
		drafts, total, err := s.DraftsOfStatus(t.Context(), []api.ConnectorStatus{d.Status}, 20, 0)
		requireNil(t, err)
		requireEqual(t, drafts, []store.Draft{d})
		requireEqual(t, total, 1)
	},
	"show all projects, the longest unchanged first": func(t *testing.T, s store.Store) {
		addInStatuses(t, s)
		ready, in := api.StatusReadyForCertification, api.StatusInCertification
		requireOfStatus(t, s, "dacb", ready, in)
		requireOfStatus(t, s, "dacb", in, ready, in)
		requireOfStatus(t, s, "db", ready)
		requireOfStatus(t, s, "ac", in)
		requireOfStatus(t, s, "e", api.StatusDraft)
		requireOfStatus(t, s, "", api.StatusFailed)
		requireOfStatus(t, s, "")
	},
	"follow a change": func(t *testing.T, s store.Store) {
		d := labeled("a", inStatus(api.StatusInCertification, 0))
		add(t, s, d)
		requireNil(t, s.Commit(t.Context(), updating(d, next(d, inStatus(api.StatusPublished, 1)))))
		requireOfStatus(t, s, "", api.StatusInCertification)
		requireOfStatus(t, s, "a", api.StatusPublished)
	},
	"are paged": func(t *testing.T, s store.Store) {
		addInStatuses(t, s)
		for _, c := range []struct {
			limit, offset int
			want          string
		}{
			{2, 0, "da"}, {2, 2, "cb"}, {3, 3, "b"}, {2, 4, ""}, {2, 10_000, ""}, {0, 0, ""}, {500, 1, "acb"},
		} {
			drafts, total, err := s.DraftsOfStatus(t.Context(),
				[]api.ConnectorStatus{api.StatusReadyForCertification, api.StatusInCertification}, c.limit, c.offset)
			requireNil(t, err)
			if got := idsOf(drafts); got != c.want || total != 4 {
				t.Errorf("%d from %d: %q of %d, want %q of 4", c.limit, c.offset, got, total, c.want)
			}
		}
	},
}

// addInStatuses adds drafts of several projects: d, a and c (at once), and b wait
// for or are in certification, in this order.
func addInStatuses(t *testing.T, s store.Store) {
	t.Helper()
	add(t, s,
		newDraft("c", inStatus(api.StatusInCertification, 2)),
		newDraft("b", inStatus(api.StatusReadyForCertification, 3), ownedBy(owners[1])),
		newDraft("a", inStatus(api.StatusInCertification, 2), ownedBy(owners[1])),
		newDraft("d", inStatus(api.StatusReadyForCertification, 1)),
		newDraft("e", inStatus(api.StatusDraft, 0)),
	)
}

// inStatus puts a draft into a status some seconds after the beginning.
func inStatus(status api.ConnectorStatus, seconds int) func(*store.Draft) {
	return func(d *store.Draft) { d.Status, d.LastModifiedAt = status, at(seconds) }
}

func requireOfStatus(t *testing.T, s store.Store, want string, states ...api.ConnectorStatus) {
	t.Helper()
	drafts, total, err := s.DraftsOfStatus(t.Context(), states, 20, 0)
	requireNil(t, err)
	if got := idsOf(drafts); got != want || total != len(want) {
		t.Errorf("%v: %q of %d, want %q", states, got, total, want)
	}
}

func idsOf(drafts []store.Draft) string {
	var ids strings.Builder
	for _, d := range drafts {
		ids.WriteString(d.ID)
	}
	return ids.String()
}
