package storetest

import (
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// oddDocument is JSON that no encoder would write so: whoever decodes and
// encodes it changes it.
const oddDocument = " {\"b\" : 1.0,\t\"a\":\"\\u00e9 é 😀 \\/ <&> 'x' $1 ?\", \"a\" : null }\r\n"

//nolint:thelper // tests, which Run runs
var draftTests = map[string]func(*testing.T, store.Store){
	"is read as it was written": func(t *testing.T, s store.Store) {
		d := store.Draft{
			ID: "d1", Key: "k1", Version: 1, Owner: owners[1], Name: "Z\u0301 \"'\\ 😀", Status: api.StatusFailed, Private: true,
			Types: store.MaskOf(api.IntegrationTypes), CreatedAt: at(1), LastModifiedAt: at(2),
			Document: []byte(oddDocument), Facts: []byte(oddDocument + oddDocument),
		}
		add(t, s, d)
		for _, ref := range []store.Ref{{ID: "d1"}, {Key: "k1"}} {
			got := must(s.Draft(t.Context(), ref))(t)
			requireEqual(t, got, d)
			requireEqual(t, string(got.Document), oddDocument)
		}
	},
	"keeps times to the microsecond": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		d.CreatedAt = time.Date(2026, time.March, 1, 13, 0, 0, 123456789, time.FixedZone("CET", 3600))
		add(t, s, d)
		got := must(s.Draft(t.Context(), store.Ref{ID: "d1"}))(t)
		requireEqual(t, got.CreatedAt, dawn)
		requireEqual(t, got.CreatedAt.String(), dawn.String())
	},
	"is missing": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("d1"))
		for _, ref := range []store.Ref{{ID: "d2"}, {Key: "d1"}, {ID: "k1"}, {}} {
			_, err := s.Draft(t.Context(), ref)
			requireError(t, err, store.ErrNotFound)
		}
	},
	"may have no key": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("d1"), newDraft("d2"))
		requireEqual(t, must(s.Draft(t.Context(), store.Ref{ID: "d2"}))(t).Key, "")
	},
	"has a key that differs by case": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("d1", withKey("k1")), newDraft("d2", withKey("K1")))
		requireEqual(t, must(s.Draft(t.Context(), store.Ref{Key: "K1"}))(t).ID, "d2")
	},
	"is replaced but for key, owner and creation": func(t *testing.T, s store.Store) {
		before := newDraft("d1", withKey("k1"))
		add(t, s, before)
		after := store.Draft{
			ID: "d1", Key: "k2", Version: 2, Owner: owners[1], Name: "New", Status: api.StatusPublished, Types: 3,
			CreatedAt: at(5), LastModifiedAt: at(6), Document: []byte(oddDocument), Facts: []byte(`{"a":1}`),
		}
		requireNil(t, s.Commit(t.Context(), store.WriteSet{Op: store.Update, Guard: store.Guard{Version: 1}, Draft: after}))
		want := after
		want.Key, want.Owner, want.CreatedAt = before.Key, before.Owner, before.CreatedAt
		requireEqual(t, must(s.Draft(t.Context(), store.Ref{ID: "d1"}))(t), want)
		_, err := s.Draft(t.Context(), store.Ref{Key: "k2"})
		requireError(t, err, store.ErrNotFound)
	},
	"leaves its id and key when deleted": func(t *testing.T, s store.Store) {
		empty := read(t, s)
		d := newDraft("d1", withKey("k1"))
		add(t, s, d)
		requireNil(t, s.Commit(t.Context(), deleting(d)))
		requireEqual(t, read(t, s), empty)
		again := newDraft("d1", withKey("k1"), func(d *store.Draft) { d.Owner = owners[1] })
		add(t, s, again)
		requireEqual(t, must(s.Draft(t.Context(), store.Ref{Key: "k1"}))(t), again)
	},
}
