package storetest

import (
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// lease is how long the claims of the suite last.
const lease = 10 * time.Second

// claim takes a run at the beginning.
func claim(t failer, s store.Store, id, token string) store.Run {
	t.Helper()
	return must(s.ClaimRun(background, id, store.Claim{Token: token, Now: dawn, Until: dawn.Add(lease)}))(t)
}

//nolint:thelper // tests, which Run runs
var claimTests = map[string]func(*testing.T, store.Store){
	"takes a due run": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		r := newRun("r1", d)
		r.DueAt = at(3)
		addRun(t, s, d, r)
		got := must(s.ClaimRun(t.Context(), "r1", store.Claim{Token: "token", Now: at(3), Until: at(13)}))(t)
		r.State, r.Token, r.Attempt, r.StartedAt, r.DueAt = store.RunRunning, "token", 1, at(3), at(13)
		requireEqual(t, got, r)
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), r)
	},
	"finds nothing to do": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		w := inserting(d)
		w.StartRuns = []store.Run{newRun("r1", d), newRun("r2", d), newRun("r3", d), newRun("r4", d)}
		w.StartRuns[0].DueAt = at(3)
		requireNil(t, s.Commit(t.Context(), w))
		claim(t, s, "r2", "holder")
		claim(t, s, "r3", "over")
		requireNil(t, s.EndRun(t.Context(), "r3", "over", store.RunEnd{State: store.RunSucceeded, EndedAt: at(1)}))
		cancel := updating(d, next(d))
		cancel.CancelRun = "r4"
		requireNil(t, s.Commit(t.Context(), cancel))
		for id, now := range map[string]time.Time{
			"r1": at(3).Add(-time.Microsecond),       // before its time
			"r2": dawn.Add(lease - time.Microsecond), // another's
			"r3": at(1e6),                            // over
			"r4": at(1e6),                            // canceled
			"r5": at(1e6),                            // not there
		} {
			requireUnchanged(t, s, func() {
				_, err := s.ClaimRun(t.Context(), id, store.Claim{Token: "token", Now: now, Until: now.Add(lease)})
				requireError(t, err, store.ErrNotFound)
			})
		}
	},
	"takes over a lease that ended": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		want := claim(t, s, "r1", "first")
		end := dawn.Add(lease)
		got := must(s.ClaimRun(t.Context(), "r1", store.Claim{Token: "second", Now: end, Until: end.Add(lease)}))(t)
		want.Token, want.Attempt, want.DueAt = "second", 2, end.Add(lease)
		requireEqual(t, got, want)
	},
	"that is lost can write nothing": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		lost := claim(t, s, "r1", "first")
		end := dawn.Add(lease)
		must(s.ClaimRun(t.Context(), "r1", store.Claim{Token: "second", Now: end, Until: end.Add(lease)}))(t)
		requirePowerless(t, s, d, lost)
	},
	"that was handed back can write nothing": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		lost := claim(t, s, "r1", "first")
		requireNil(t, s.ReleaseRun(t.Context(), "r1", "first", at(1)))
		requirePowerless(t, s, d, lost)
	},
	"of a run that ended can write nothing": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		lost := claim(t, s, "r1", "first")
		requireNil(t, s.EndRun(t.Context(), "r1", "first", store.RunEnd{State: store.RunSucceeded, EndedAt: at(1)}))
		requirePowerless(t, s, d, lost)
	},
	"of nothing can write nothing": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		r := newRun("r2", d)
		r.Token = "token"
		requirePowerless(t, s, d, r)
		r = newRun("r1", d) // queued, with the token of one that nobody holds
		requirePowerless(t, s, d, r)
	},
	"is prolonged": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		held := claim(t, s, "r1", "token")
		requireNil(t, s.ExtendRun(t.Context(), "r1", "token", at(30)))
		held.DueAt = at(30)
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), held)
		_, err := s.ClaimRun(t.Context(), "r1", store.Claim{Token: "other", Now: at(29), Until: at(39)})
		requireError(t, err, store.ErrNotFound)
	},
	"is prolonged late, when nobody took over": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		claim(t, s, "r1", "token")
		requireEqual(t, must(s.ExpireLeases(t.Context(), at(1)))(t), 1)
		requireNil(t, s.ExtendRun(t.Context(), "r1", "token", at(30)))
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t).DueAt, at(30))
	},
	"is not prolonged when asked to stop, but ended": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		held := claim(t, s, "r1", "token")
		w := updating(d, next(d))
		w.CancelRun = "r1"
		requireNil(t, s.Commit(t.Context(), w))
		requireUnchanged(t, s, func() {
			requireError(t, s.ExtendRun(t.Context(), "r1", "token", at(30)), store.ErrConflict)
		})
		end := store.RunEnd{State: store.RunCancelled, EndedAt: at(3)}
		requireNil(t, s.EndRun(t.Context(), "r1", "token", end))
		held.CancelRequested = true
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), ended(held, end))
	},
	"of a run that was asked to stop says so": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		claim(t, s, "r1", "token")
		w := updating(d, next(d))
		w.CancelRun = "r1"
		requireNil(t, s.Commit(t.Context(), w))
		// Its worker died: whoever takes over learns that there is nothing to do.
		end := dawn.Add(lease)
		r := must(s.ClaimRun(t.Context(), "r1", store.Claim{Token: "second", Now: end, Until: end.Add(lease)}))(t)
		requireEqual(t, r.CancelRequested, true)
	},
	"is handed back": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		want := claim(t, s, "r1", "first")
		requireNil(t, s.ReleaseRun(t.Context(), "r1", "first", at(4)))
		want.State, want.Token, want.DueAt = store.RunQueued, "", at(4)
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), want)
		_, err := s.ClaimRun(t.Context(), "r1", store.Claim{Token: "second", Now: at(3), Until: at(13)})
		requireError(t, err, store.ErrNotFound)
		// The first start stays the start.
		got := must(s.ClaimRun(t.Context(), "r1", store.Claim{Token: "second", Now: at(4), Until: at(14)}))(t)
		want.State, want.Token, want.DueAt, want.Attempt = store.RunRunning, "second", at(14), 2
		requireEqual(t, got, want)
	},
}

// requirePowerless fails when the holder of a claim that does not hold can
// change anything.
func requirePowerless(t *testing.T, s store.Store, d store.Draft, lost store.Run) {
	t.Helper()
	end := store.RunEnd{State: store.RunSucceeded, Commit: "late", EndedAt: at(9), Steps: []byte(`[]`), Report: []byte(`{}`)}
	requireUnchanged(t, s, func() {
		requireError(t, s.ExtendRun(t.Context(), lost.ID, lost.Token, at(1e6)), store.ErrConflict)
		requireError(t, s.ReleaseRun(t.Context(), lost.ID, lost.Token, at(8)), store.ErrConflict)
		requireError(t, s.EndRun(t.Context(), lost.ID, lost.Token, end), store.ErrConflict)
		w := loaded(d, lost)
		requireError(t, s.Commit(t.Context(), w), store.ErrConflict)
		w.EndRun = nil
		requireError(t, s.Commit(t.Context(), w), store.ErrConflict)
	})
}
