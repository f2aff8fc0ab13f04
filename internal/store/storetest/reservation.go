package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

//nolint:thelper // tests, which Run runs
var reservationTests = map[string]func(*testing.T, store.Store){
	"comes with the Connector": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		add(t, s, d)
		requireFree(t, s, "k1")
		publish(t, s, d)
		requireReserved(t, s, "k1", owners[0])
		for _, key := range []string{"k2", "K1", ""} {
			requireFree(t, s, key)
		}
	},
	"needs a key": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		add(t, s, d)
		publish(t, s, d)
		requireFree(t, s, "")
		add(t, s, newDraft("d2", ownedBy(owners[1])))
	},
	"is of the key and owner that the Connector keeps": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		add(t, s, d)
		d = publish(t, s, d)
		w := updating(d, next(d))
		w.Connector = pointer(newConnector(newDraft("d1", withKey("k2"), ownedBy(owners[1]))))
		requireNil(t, s.Commit(t.Context(), w))
		requireReserved(t, s, "k1", owners[0])
		requireFree(t, s, "k2")
	},
	"stays when the draft is deleted": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		add(t, s, d)
		requireNil(t, s.Commit(t.Context(), deleting(publish(t, s, d))))
		requireReserved(t, s, "k1", owners[0])
		foreign := newDraft("d2", withKey("k1"), ownedBy(owners[1]))
		requireRefused(t, s, burdened(inserting(foreign)), store.ErrKeyTaken)

		again := newDraft("d3", withKey("k1"))
		add(t, s, again)
		requireNil(t, s.Commit(t.Context(), deleting(publish(t, s, again))))
		requireReserved(t, s, "k1", owners[0])
		requireRefused(t, s, burdened(inserting(foreign)), store.ErrKeyTaken)
	},
	"does not come with a draft": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		add(t, s, d)
		requireNil(t, s.Commit(t.Context(), deleting(d)))
		foreign := newDraft("d2", withKey("k1"), ownedBy(owners[1]))
		add(t, s, foreign)
		publish(t, s, foreign)
		requireReserved(t, s, "k1", owners[1])
	},
	"does not come with a publish that is refused": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		add(t, s, d)
		w := updating(d, next(d))
		w.Guard.Version++
		w.Connector = pointer(newConnector(d))
		requireRefused(t, s, w, store.ErrConflict)
		requireFree(t, s, "k1")
	},
}

func ownedBy(project string) func(*store.Draft) { return func(d *store.Draft) { d.Owner = project } }

// publish writes the Connector of a draft that is there, and returns the draft.
func publish(t failer, s store.Store, d store.Draft) store.Draft {
	t.Helper()
	after := next(d)
	w := updating(d, after)
	w.Connector = pointer(newConnector(after))
	requireNil(t, s.Commit(background, w))
	return after
}

func requireReserved(t failer, s store.Store, key, project string) {
	t.Helper()
	requireEqual(t, must(s.KeyReservation(background, key))(t), project)
}

func requireFree(t failer, s store.Store, key string) {
	t.Helper()
	_, err := s.KeyReservation(background, key)
	requireError(t, err, store.ErrNotFound)
}
