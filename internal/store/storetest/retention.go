package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// addEnded adds runs of one draft, created a second after each other, that ended
// half a minute later, each as its state says.
func addEnded(t failer, s store.Store, d store.Draft, kind store.RunKind, states map[string]store.RunState) {
	t.Helper()
	for i, id := range runIDs {
		state, ok := states[id]
		if !ok {
			continue
		}
		now := must(s.Draft(background, store.Ref{ID: d.ID}))(t)
		r := newRun(id, d)
		r.Kind, r.CreatedAt, r.DueAt = kind, at(i), dawn
		w := updating(now, next(now))
		w.StartRuns = []store.Run{r}
		requireNil(t, s.Commit(background, w))
		if state == store.RunQueued {
			continue
		}
		claim(t, s, id, "token")
		if state != store.RunRunning {
			requireNil(t, s.EndRun(background, id, "token", store.RunEnd{State: state, EndedAt: at(30 + i)}))
		}
	}
}

// requireRuns fails unless these runs are there, and no others.
func requireRuns(t failer, s store.Store, want ...string) {
	t.Helper()
	var got []string
	for _, id := range runIDs {
		if _, err := s.Run(background, id); err == nil {
			got = append(got, id)
		}
	}
	requireEqual(t, got, want)
}

// Runs that ended long ago.
//
//nolint:thelper // tests, which Run runs
var retentionTests = map[string]func(*testing.T, store.Store){
	"go, but for the latest verdict": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		add(t, s, d)
		addEnded(t, s, d, store.RunPreview, map[string]store.RunState{
			"r1": store.RunFailed, "r2": store.RunCancelled, "r3": store.RunSucceeded, "r4": store.RunCancelled,
		})
		got := must(s.RemoveRuns(t.Context(), at(1000), store.RunPlace{}, 10))(t)
		requireEqual(t, got, store.RemovedRuns{N: 2, Last: store.RunPlace{EndedAt: at(33), ID: "r4"}, Done: true})
		requireRuns(t, s, "r3", "r4")
	},
	"stay when they published": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		add(t, s, d)
		addEnded(t, s, d, store.RunPublish, map[string]store.RunState{
			"r1": store.RunSucceeded, "r2": store.RunFailed, "r3": store.RunSucceeded,
		})
		requireEqual(t, must(s.RemoveRuns(t.Context(), at(1000), store.RunPlace{}, 10))(t).N, 1)
		requireRuns(t, s, "r1", "r3")
		d.Version = 4
		requireNil(t, s.Commit(t.Context(), deleting(d)))
		requireEqual(t, must(s.RemoveRuns(t.Context(), at(1000), store.RunPlace{}, 10))(t).N, 0)
		requireRuns(t, s, "r1", "r3")
	},
	"stay until their time has come": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		add(t, s, d)
		addEnded(t, s, d, store.RunPreview, map[string]store.RunState{
			"r1": store.RunFailed, "r2": store.RunFailed, "r3": store.RunFailed, "r4": store.RunQueued, "r5": store.RunRunning,
		})
		requireEqual(t, must(s.RemoveRuns(t.Context(), at(31), store.RunPlace{}, 10))(t).N, 1)
		requireRuns(t, s, "r2", "r3", "r4", "r5")
		requireEqual(t, must(s.RemoveRuns(t.Context(), at(1e6), store.RunPlace{}, 10))(t).N, 1)
		requireRuns(t, s, "r3", "r4", "r5")
	},
	"go with their draft": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		add(t, s, d)
		addEnded(t, s, d, store.RunPreview, map[string]store.RunState{"r1": store.RunFailed, "r2": store.RunSucceeded})
		d.Version = 3
		requireNil(t, s.Commit(t.Context(), deleting(d)))
		requireEqual(t, must(s.RemoveRuns(t.Context(), at(1000), store.RunPlace{}, 10))(t).N, 2)
		requireRuns(t, s)
	},
	"go in batches": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		add(t, s, d)
		addEnded(t, s, d, store.RunPreview, map[string]store.RunState{
			"r1": store.RunFailed, "r2": store.RunFailed, "r3": store.RunFailed, "r4": store.RunFailed,
		})
		var place store.RunPlace
		for _, want := range []store.RemovedRuns{
			{N: 2, Last: store.RunPlace{EndedAt: at(31), ID: "r2"}},
			{N: 1, Last: store.RunPlace{EndedAt: at(33), ID: "r4"}},
			{N: 0, Last: store.RunPlace{EndedAt: at(33), ID: "r4"}, Done: true},
		} {
			got := must(s.RemoveRuns(t.Context(), at(1000), place, 2))(t)
			requireEqual(t, got, want)
			place = got.Last
		}
		requireRuns(t, s, "r4")
	},
}
