package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// What does not hold is refused with the error promised, and nothing at all is
// written, however much the set carries.
//
//nolint:thelper // tests, which Run runs
var guardTests = map[string]func(*testing.T, store.Store){
	"insert of a key that is taken": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		add(t, s, d)
		requireRefused(t, s, burdened(inserting(newDraft("d2", withKey("k1")))), store.ErrKeyTaken)
		foreign := newDraft("d2", withKey("k1"), func(d *store.Draft) { d.Owner = owners[1] })
		requireRefused(t, s, burdened(inserting(foreign)), store.ErrKeyTaken)
	},
	"insert of an id that is taken": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("d1", withKey("k1")))
		requireRefused(t, s, burdened(inserting(newDraft("d1", withKey("k2")))), store.ErrKeyTaken)
		requireRefused(t, s, burdened(inserting(newDraft("d1"))), store.ErrKeyTaken)
	},
	"update of a draft that is not there": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		requireRefused(t, s, burdened(updating(d, next(d))), store.ErrConflict)
	},
	"delete of a draft that is not there": func(t *testing.T, s store.Store) {
		requireRefused(t, s, burdened(deleting(newDraft("d1"))), store.ErrConflict)
	},
	"wrong version": func(t *testing.T, s store.Store) {
		first := newDraft("d1", withKey("k1"))
		second := next(first)
		addPublished(t, s, first, newConnector(first), []string{"b:two"})
		requireNil(t, s.Commit(t.Context(), updating(first, second)))
		for _, version := range []int64{0, 1, 3, -2} {
			for _, w := range []store.WriteSet{updating(second, next(second)), deleting(second)} {
				w.Guard.Version = version
				requireRefused(t, s, burdened(w), store.ErrConflict)
			}
		}
	},
	"run that is not held": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		w := inserting(d)
		w.StartRuns = []store.Run{newRun("r1", d), newRun("r4", d), newRun("r5", d)}
		requireNil(t, s.Commit(t.Context(), w))
		claim(t, s, "r1", "token")
		claim(t, s, "r4", "over")
		requireNil(t, s.EndRun(t.Context(), "r4", "over", store.RunEnd{State: store.RunFailed, EndedAt: at(1)}))
		for name, guard := range map[string]store.Guard{
			"another's":       {RunID: "r1", Token: "other"},
			"without a token": {RunID: "r1"},
			"over":            {RunID: "r4", Token: "over"},
			"over, no token":  {RunID: "r4"},
			"queued":          {RunID: "r5"},
			"not there":       {RunID: "r6", Token: "token"},
		} {
			t.Run(name, func(t *testing.T) {
				guard.Version = d.Version
				for _, w := range []store.WriteSet{updating(d, next(d)), deleting(d)} {
					w.Guard = guard
					requireRefused(t, s, w, store.ErrConflict)
					w.EndRun = &store.RunEnd{State: store.RunSucceeded, EndedAt: at(2)}
					requireRefused(t, s, burdened(w), store.ErrConflict)
				}
			})
		}
	},
	"run held, wrong version": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		w := loaded(d, claim(t, s, "r1", "token"))
		w.Guard.Version++
		requireRefused(t, s, w, store.ErrConflict)
	},
	"end of a run that no guard names": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		w := updating(d, next(d))
		w.EndRun = &store.RunEnd{State: store.RunSucceeded, EndedAt: at(1)}
		requireRefused(t, s, w, store.ErrConflict)
		w = inserting(newDraft("d2"))
		w.EndRun = &store.RunEnd{State: store.RunSucceeded, EndedAt: at(1)}
		w.Guard.RunID, w.Guard.Token = "r1", "token"
		requireRefused(t, s, w, store.ErrConflict)
	},
}

// burdened adds to a set everything that must not come about.
func burdened(w store.WriteSet) store.WriteSet {
	d := newDraft(w.Draft.ID)
	w.Connector = pointer(newConnector(d))
	w.Connector.Name = "Burden"
	w.PrivateProjects = &[]string{"a:one"}
	w.StartRuns = []store.Run{newRun("r2", d)}
	w.CancelRun = "r1"
	return w
}
