package storetest

import (
	"cmp"
	"context"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

func comparePlaces(a, b store.RunPlace) int {
	return cmp.Or(a.EndedAt.Compare(b.EndedAt), compareCodePoints(a.ID, b.ID))
}

func placeOf(r store.Run) store.RunPlace { return store.RunPlace{EndedAt: r.EndedAt, ID: r.ID} }

func (m *model) RemoveRuns(ctx context.Context, before time.Time, after store.RunPlace, limit int) (store.RemovedRuns, error) {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return store.RemovedRuns{}, err
	}
	old := m.sortedRuns(func(r store.Run) bool {
		published := r.Kind == store.RunPublish && r.State == store.RunSucceeded
		return r.Ended() && !published && r.EndedAt.Before(before) && comparePlaces(placeOf(r), after) > 0
	}, func(a, b store.Run) int { return comparePlaces(placeOf(a), placeOf(b)) })
	done := store.RemovedRuns{Last: after, Done: len(old) < limit}
	var gone []string
	for _, r := range old[:min(limit, len(old))] {
		done.Last = placeOf(r)
		if !m.stands(r) {
			gone = append(gone, r.ID)
		}
	}
	for _, id := range gone {
		delete(m.runs, id)
	}
	done.N = len(gone)
	return done, nil
}

// stands says whether the report of a draft may be about the run.
func (m *model) stands(r store.Run) bool {
	if _, ok := m.drafts[r.DraftID]; !ok {
		return false
	}
	for _, later := range m.runs {
		verdict := later.State == store.RunSucceeded || later.State == store.RunFailed
		if verdict && later.DraftID == r.DraftID && later.Kind == r.Kind &&
			cmp.Or(later.CreatedAt.Compare(r.CreatedAt), compareCodePoints(later.ID, r.ID)) > 0 {
			return false
		}
	}
	return true
}
