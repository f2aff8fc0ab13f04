package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

//nolint:thelper // tests, which Run runs
var counterTests = map[string]func(*testing.T, store.Store){
	"follow every change": func(t *testing.T, s store.Store) {
		typed := func(types store.TypeMask, private bool) func(*store.Draft) {
			return func(d *store.Draft) { d.Types, d.Private = types, private }
		}
		one, two := newDraft("d1", typed(0, true)), newDraft("d2", typed(0b01, true))
		foreign := newDraft("d3", typed(0b11, false), func(d *store.Draft) { d.Owner = owners[1] })
		add(t, s, one, two, foreign)
		requireTotals(t, s, totals{all: 2, private: 2, first: 1})

		after := next(one, typed(0b11, false))
		requireNil(t, s.Commit(t.Context(), updating(one, after)))
		requireTotals(t, s, totals{all: 2, private: 1, public: 1, first: 2, second: 1, both: 1})

		// A change that is not counted changes no count.
		last := next(after)
		if deltas := store.CountDraft(&after, &last); deltas != nil {
			t.Errorf("deltas %v of a draft that counts the same", deltas)
		}
		requireNil(t, s.Commit(t.Context(), updating(after, last)))
		requireTotals(t, s, totals{all: 2, private: 1, public: 1, first: 2, second: 1, both: 1})

		requireNil(t, s.Commit(t.Context(), deleting(two)))
		requireTotals(t, s, totals{all: 1, public: 1, first: 1, second: 1, both: 1})
		requireNil(t, s.Commit(t.Context(), deleting(last)))
		requireTotals(t, s, totals{})
		page := must(s.Drafts(t.Context(), store.DraftQuery{Owner: owners[1]}))(t)
		requireEqual(t, page.Total, 1)
	},
}

// totals are those of the lists of owners[0]: by privacy, and by the first type,
// the second, and both.
type totals struct{ all, private, public, first, second, both int }

func requireTotals(t *testing.T, s store.Store, want totals) {
	t.Helper()
	// A total asked for alone is that of the list that it belongs to.
	count := func(q store.DraftQuery) int {
		q.Owner = owners[0]
		alone := must(s.Drafts(t.Context(), q))(t)
		q.Limit = everything
		page := must(s.Drafts(t.Context(), q))(t)
		if alone.Total != page.Total || len(page.Documents) != page.Total {
			t.Errorf("%+v: total %d alone, %d with a list of %d", q, alone.Total, page.Total, len(page.Documents))
		}
		return page.Total
	}
	got := totals{
		all:     count(store.DraftQuery{}),
		private: count(store.DraftQuery{Private: pointer(true)}),
		public:  count(store.DraftQuery{Private: pointer(false)}),
		first:   count(store.DraftQuery{Types: []store.TypeMask{0b01}}),
		second:  count(store.DraftQuery{Types: []store.TypeMask{0b10}}),
		both:    count(store.DraftQuery{Types: []store.TypeMask{0b01, 0b10}}),
	}
	if got != want {
		t.Errorf("totals %+v, want %+v", got, want)
	}
}
