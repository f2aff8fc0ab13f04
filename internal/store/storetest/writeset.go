package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

//nolint:thelper // tests, which Run runs
var writeSetTests = map[string]func(*testing.T, store.Store){
	"does everything at once": func(t *testing.T, s store.Store) {
		d := newDraft("d1", withKey("k1"))
		addRun(t, s, d, newRun("r1", d))
		held := claim(t, s, "r1", "token")
		w := loaded(d, held)
		requireNil(t, s.Commit(t.Context(), w))

		requireEqual(t, must(s.Draft(t.Context(), store.Ref{ID: "d1"}))(t), w.Draft)
		c := *w.Connector
		c.PrivateProjects = *w.PrivateProjects
		requireEqual(t, must(s.Connector(t.Context(), store.Ref{ID: "d1"}))(t), c)
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), ended(held, *w.EndRun))
		requireEqual(t, must(s.Run(t.Context(), "r2"))(t), w.StartRuns[0])
	},
	"is undone as a whole when a later statement fails": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		w := loaded(d, claim(t, s, "r1", "token"))
		w.StartRuns = append(w.StartRuns, newRun("r1", d)) // exists
		requireUnchanged(t, s, func() {
			requireEqual(t, kindOf(s.Commit(t.Context(), w)), "trouble")
		})
	},
	"without an operation is refused": func(t *testing.T, s store.Store) {
		w := inserting(newDraft("d1"))
		w.Op = 0
		requireUnchanged(t, s, func() {
			requireEqual(t, kindOf(s.Commit(t.Context(), w)), "trouble")
		})
	},
	"starts runs as queued, whatever they say": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		r := newRun("r1", d)
		r.Kind, r.Certification = store.RunPublish, true
		said := r
		said.State, said.Token, said.Attempt, said.CancelRequested = store.RunSucceeded, "token", 7, true
		said.Commit, said.StartedAt, said.EndedAt, said.Steps, said.Report = "abc", at(1), at(2), []byte(`[]`), []byte(`{}`)
		said.Findings = []byte(`{}`)
		addRun(t, s, d, said)
		got := must(s.Run(t.Context(), "r1"))(t)
		requireEqual(t, got, r)
		if got.Steps != nil || got.Report != nil || got.Findings != nil {
			t.Errorf("steps %q and report %q of a run that has not ended", got.Steps, got.Report)
		}
	},
	"cancels a queued run at once": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		r := newRun("r1", d)
		addRun(t, s, d, r)
		w := updating(d, next(d))
		w.CancelRun = "r1"
		requireNil(t, s.Commit(t.Context(), w))
		r.State, r.CancelRequested, r.EndedAt = store.RunCancelled, true, w.Draft.LastModifiedAt
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), r)
		requireEqual(t, must(s.DueRuns(t.Context(), at(1e6), everything))(t), []string{})
	},
	"asks a running run to stop": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		held := claim(t, s, "r1", "token")
		w := updating(d, next(d))
		w.CancelRun = "r1"
		requireNil(t, s.Commit(t.Context(), w))
		held.CancelRequested = true
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), held)
	},
	"leaves a run that has ended": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		end := store.RunEnd{State: store.RunFailed, EndedAt: at(5)}
		held := claim(t, s, "r1", "token")
		requireNil(t, s.EndRun(t.Context(), "r1", "token", end))
		w := updating(d, next(d))
		w.CancelRun = "r1"
		requireNil(t, s.Commit(t.Context(), w))
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), ended(held, end))
	},
	"may cancel a run that is not there": func(t *testing.T, s store.Store) {
		w := inserting(newDraft("d1"))
		w.CancelRun = "r1"
		requireNil(t, s.Commit(t.Context(), w))
	},
	"replaces a run by another": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		w := updating(d, next(d))
		w.CancelRun, w.StartRuns = "r1", []store.Run{newRun("r2", w.Draft)}
		requireNil(t, s.Commit(t.Context(), w))
		requireEqual(t, must(s.DueRuns(t.Context(), at(1e6), everything))(t), []string{"r2"})
	},
	"keeps the runs of a draft that it deletes": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		r := newRun("r1", d)
		addRun(t, s, d, r)
		w := deleting(d)
		w.CancelRun = "r1"
		w.Draft.LastModifiedAt = at(9)
		requireNil(t, s.Commit(t.Context(), w))
		r.State, r.CancelRequested, r.EndedAt = store.RunCancelled, true, at(9)
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), r)
	},
}

// loaded is a set that updates d and uses every part of a WriteSet: it ends the
// run that is held, makes a Connector with a private project, and replaces a run.
func loaded(d store.Draft, held store.Run) store.WriteSet {
	after := next(d, func(d *store.Draft) { d.Types, d.Private = 6, !d.Private })
	w := updating(d, after)
	w.Guard.RunID, w.Guard.Token = held.ID, held.Token
	w.Connector = pointer(newConnector(after))
	w.PrivateProjects = &[]string{"a:one"}
	w.StartRuns = []store.Run{newRun("r2", after)}
	w.CancelRun = "r3"
	w.EndRun = &store.RunEnd{
		State: store.RunSucceeded, Commit: "0123abcd", EndedAt: at(3),
		Steps: []byte(`[{"name":"fetch"}]`), Report: []byte(oddDocument), Findings: []byte(`{"errors":1}`),
	}
	return w
}

// ended is r after its end.
func ended(r store.Run, end store.RunEnd) store.Run {
	r.State, r.Token, r.Commit, r.EndedAt, r.Steps = end.State, "", end.Commit, end.EndedAt, end.Steps
	r.Report, r.Findings = end.Report, end.Findings
	return r
}
