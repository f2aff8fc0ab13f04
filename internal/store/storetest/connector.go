package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

//nolint:thelper // tests, which Run runs
var connectorTests = map[string]func(*testing.T, store.Store){
	"is read as it was written": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		c := newConnector(d)
		c.Types, c.Document = 5, []byte(oddDocument)
		c.Company, c.SearchText = "É \"Ltd\" 😀", store.FoldText("Straße\n100 % 'x'")
		addPublished(t, s, d, c, nil)
		for _, ref := range []store.Ref{{ID: "d1"}, {Key: "k1"}} {
			got := must(s.Connector(t.Context(), ref))(t)
			requireEqual(t, got, c)
			requireEqual(t, string(got.Document), oddDocument)
		}
	},
	"is missing": func(t *testing.T, s store.Store) {
		published := newDraft("d1")
		addPublished(t, s, published, newConnector(published), nil)
		add(t, s, newDraft("d2", withKey("k2")))
		for _, ref := range []store.Ref{{ID: "d2"}, {Key: "k2"}, {ID: "d3"}, {}} {
			_, err := s.Connector(t.Context(), ref)
			requireError(t, err, store.ErrNotFound)
		}
	},
	"is replaced but for key, owner and creation": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		before := newConnector(d)
		addPublished(t, s, d, before, nil)
		after := store.Connector{
			ID: "d1", Key: "k2", Version: 2, Owner: owners[1], Name: "New", Types: 3,
			Private: false, Listed: false, Company: "Other", SearchText: "new",
			CreatedAt: at(5), LastModifiedAt: at(6), Document: document("new", 2),
		}
		w := updating(d, next(d))
		w.Connector = &after
		requireNil(t, s.Commit(t.Context(), w))
		want := after
		want.Key, want.Owner, want.CreatedAt = before.Key, before.Owner, before.CreatedAt
		requireEqual(t, must(s.Connector(t.Context(), store.Ref{Key: "k1"}))(t), want)
	},
	"stays when its draft changes": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		c := newConnector(d)
		addPublished(t, s, d, c, []string{owners[1]})
		requireNil(t, s.Commit(t.Context(), updating(d, next(d))))
		c.PrivateProjects = []string{owners[1]}
		requireEqual(t, must(s.Connector(t.Context(), store.Ref{ID: "d1"}))(t), c)
	},
	"has private projects, sorted and once each": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addPublished(t, s, d, newConnector(d), []string{"z:one", "Z:one", "a:two", "z:one"})
		requireProjects(t, s, "d1", "Z:one", "a:two", "z:one")
	},
	"has its private projects replaced": func(t *testing.T, s store.Store) {
		d, other := newDraft("d1"), newDraft("d2")
		addPublished(t, s, d, newConnector(d), []string{"a:one", "b:two"})
		addPublished(t, s, other, newConnector(other), []string{"a:one"})
		for _, projects := range [][]string{{"b:two", "c:three"}, {}, {"d:four"}} {
			w := updating(d, next(d))
			w.PrivateProjects = &projects
			requireNil(t, s.Commit(t.Context(), w))
			requireProjects(t, s, "d1", projects...)
			d = next(d)
		}
		requireProjects(t, s, "d2", "a:one")
	},
	"has its private projects while it is public": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		c := newConnector(d)
		c.Private = false
		addPublished(t, s, d, c, []string{"a:one"})
		requireProjects(t, s, "d1", "a:one")
	},
	"goes with its draft": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		addPublished(t, s, d, newConnector(d), []string{"a:one"})
		requireNil(t, s.Commit(t.Context(), deleting(d)))
		for _, ref := range []store.Ref{{ID: "d1"}, {Key: "k1"}} {
			_, err := s.Connector(t.Context(), ref)
			requireError(t, err, store.ErrNotFound)
		}
		// Who could see the old one cannot see a new one of that id.
		addPublished(t, s, d, newConnector(d), nil)
		requireProjects(t, s, "d1")
	},
}

// addPublished inserts a draft with its Connector, and its private projects
// unless they are nil.
func addPublished(t failer, s store.Store, d store.Draft, c store.Connector, projects []string) {
	t.Helper()
	w := inserting(d)
	w.Connector = &c
	if projects != nil {
		w.PrivateProjects = &projects
	}
	requireNil(t, s.Commit(background, w))
}

func requireProjects(t failer, s store.Store, id string, want ...string) {
	t.Helper()
	requireEqual(t, must(s.Connector(background, store.Ref{ID: id}))(t).PrivateProjects, want)
}
