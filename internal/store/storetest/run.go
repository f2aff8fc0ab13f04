package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

//nolint:thelper // tests, which Run runs
var runTests = map[string]func(*testing.T, store.Store){
	"is read as it was started": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		r := newRun("r1", d)
		r.Kind, r.Certification, r.DueAt, r.CreatedAt = store.RunPublish, true, at(1), at(2)
		addRun(t, s, d, r)
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), r)
	},
	"is missing": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		for _, id := range []string{"r2", "d1", ""} {
			_, err := s.Run(t.Context(), id)
			requireError(t, err, store.ErrNotFound)
		}
	},
	"of a draft, newest first": func(t *testing.T, s store.Store) {
		d, other := newDraft("d1"), newDraft("d2")
		w := inserting(d)
		for id, created := range map[string]int{"r1": 2, "r2": 3, "r3": 1, "r4": 2} {
			r := newRun(id, d)
			r.CreatedAt = at(created)
			w.StartRuns = append(w.StartRuns, r)
		}
		requireNil(t, s.Commit(t.Context(), w))
		addRun(t, s, other, newRun("r5", other))
		for _, c := range []struct {
			draft         string
			limit, offset int
			total         int
			want          []string
		}{
			{"d1", 20, 0, 4, []string{"r2", "r4", "r1", "r3"}},
			{"d1", 2, 1, 4, []string{"r4", "r1"}},
			{"d1", 2, 3, 4, []string{"r3"}},
			{"d1", 2, 4, 4, nil},
			{"d1", 0, 0, 4, nil},
			{"d2", 20, 0, 1, []string{"r5"}},
			{"d3", 20, 0, 0, nil},
		} {
			runs, total, err := s.RunsOf(t.Context(), c.draft, c.limit, c.offset)
			requireNil(t, err)
			var got []string
			for _, r := range runs {
				got = append(got, r.ID)
				requireEqual(t, r, must(s.Run(t.Context(), r.ID))(t))
			}
			requireEqual(t, got, c.want)
			requireEqual(t, total, c.total)
		}
	},
	"ends by its holder": func(t *testing.T, s store.Store) {
		for i, state := range []store.RunState{store.RunSucceeded, store.RunFailed, store.RunCancelled} {
			d := newDraft(draftIDs[i])
			addRun(t, s, d, newRun(runIDs[i], d))
			held := claim(t, s, runIDs[i], "token")
			end := store.RunEnd{
				State: state, Commit: "0123abcd", EndedAt: at(7), Steps: []byte(oddDocument), Report: []byte(`{"valid":false}`),
				Findings: []byte(`{"errors":2}`),
			}
			requireNil(t, s.EndRun(t.Context(), held.ID, "token", end))
			requireEqual(t, must(s.Run(t.Context(), held.ID))(t), ended(held, end))
		}
		requireEqual(t, must(s.DueRuns(t.Context(), at(1e6), everything))(t), []string{})
	},
	"ends without a report": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		claim(t, s, "r1", "token")
		requireNil(t, s.EndRun(t.Context(), "r1", "token", store.RunEnd{State: store.RunCancelled, EndedAt: at(7)}))
		// Empty text is no JSON: there must be none.
		if r := must(s.Run(t.Context(), "r1"))(t); r.Steps != nil || r.Report != nil || r.Findings != nil {
			t.Errorf("steps %q and report %q, want none", r.Steps, r.Report)
		}
	},
	"is due in the order of time, then id": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		w := inserting(d)
		for id, due := range map[string]int{"r1": 5, "r2": 3, "r3": 4, "r4": 3, "r5": 9, "r6": 1} {
			r := newRun(id, d)
			r.DueAt = at(due)
			w.StartRuns = append(w.StartRuns, r)
		}
		requireNil(t, s.Commit(t.Context(), w))
		must(s.ClaimRun(t.Context(), "r6", store.Claim{Token: "token", Now: at(1), Until: at(4)}))(t)
		for _, c := range []struct {
			now, limit int
			want       []string
		}{
			{2, 20, nil},
			{3, 20, []string{"r2", "r4"}},
			{5, 20, []string{"r2", "r4", "r3", "r6", "r1"}},
			{5, 3, []string{"r2", "r4", "r3"}},
			{5, 0, nil},
			{9, 20, []string{"r2", "r4", "r3", "r6", "r1", "r5"}},
		} {
			requireEqual(t, must(s.DueRuns(t.Context(), at(c.now), c.limit))(t), c.want)
		}
		requireEqual(t, must(s.Backlog(t.Context(), at(2)))(t), store.Backlog{})
		requireEqual(t, must(s.Backlog(t.Context(), at(5)))(t), store.Backlog{Due: 5, Oldest: at(3)})
	},
	"whose worker is gone is due when leases expire": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		w := inserting(d)
		w.StartRuns = []store.Run{newRun("r1", d), newRun("r2", d), newRun("r3", d), newRun("r4", d)}
		w.StartRuns[2].DueAt = at(50)
		requireNil(t, s.Commit(t.Context(), w))
		running := claim(t, s, "r1", "token")
		must(s.ClaimRun(t.Context(), "r2", store.Claim{Token: "old", Now: dawn, Until: at(2)}))(t)
		over := claim(t, s, "r4", "over")
		end := store.RunEnd{State: store.RunFailed, EndedAt: at(3)}
		requireNil(t, s.EndRun(t.Context(), "r4", "over", end))

		requireEqual(t, must(s.ExpireLeases(t.Context(), at(5)))(t), 1)
		running.DueAt = at(5)
		requireEqual(t, must(s.Run(t.Context(), "r1"))(t), running)
		requireEqual(t, must(s.Run(t.Context(), "r4"))(t), ended(over, end))
		// One that waits for its time goes on waiting.
		requireEqual(t, must(s.DueRuns(t.Context(), at(5), everything))(t), []string{"r2", "r1"})
		requireEqual(t, must(s.ExpireLeases(t.Context(), at(5)))(t), 0)
	},
}
