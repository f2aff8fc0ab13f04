package storetest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// holds says whether the token is that of the worker who has the run.
func (m *model) holds(id, token string) bool {
	r, ok := m.runs[id]
	return ok && r.State == store.RunRunning && r.Token == token
}

// asked is r after it was told to stop.
func asked(r store.Run, now time.Time) store.Run {
	switch r.State {
	case store.RunQueued:
		r.State, r.EndedAt, r.CancelRequested = store.RunCancelled, now, true
	case store.RunRunning:
		r.CancelRequested = true
	}
	return r
}

// due says whether a worker may claim r.
func due(r store.Run, now time.Time) bool {
	return (r.State == store.RunQueued || r.State == store.RunRunning) && !r.DueAt.After(now)
}

func (m *model) Run(ctx context.Context, id string) (store.Run, error) {
	leave, err := m.enter(ctx)
	defer leave()
	r, ok := m.runs[id]
	if err == nil && !ok {
		err = store.ErrNotFound
	}
	return r, err
}

// sortedRuns are the runs that which says, in an order.
func (m *model) sortedRuns(which func(store.Run) bool, order func(a, b store.Run) int) []store.Run {
	var out []store.Run
	for _, r := range m.runs {
		if which(r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, order)
	return out
}

func (m *model) RunsOf(ctx context.Context, draftID string, limit, offset int) ([]store.Run, int, error) {
	leave, err := m.enter(ctx)
	defer leave()
	all := m.sortedRuns(func(r store.Run) bool { return r.DraftID == draftID }, func(a, b store.Run) int {
		return -cmp.Or(a.CreatedAt.Compare(b.CreatedAt), compareCodePoints(a.ID, b.ID))
	})
	page := slices.Clone(window(all, limit, offset))
	for i := range page {
		page[i].Report = nil
	}
	return page, len(all), err
}

func (m *model) DueRuns(ctx context.Context, now time.Time, limit int) ([]string, error) {
	leave, err := m.enter(ctx)
	defer leave()
	all := m.sortedRuns(func(r store.Run) bool { return due(r, now) }, func(a, b store.Run) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), compareCodePoints(a.ID, b.ID))
	})
	var ids []string
	for _, r := range window(all, limit, 0) {
		ids = append(ids, r.ID)
	}
	return ids, err
}

func (m *model) Backlog(ctx context.Context, now time.Time) (store.Backlog, error) {
	leave, err := m.enter(ctx)
	defer leave()
	var b store.Backlog
	for _, r := range m.runs {
		if !due(r, now) {
			continue
		}
		if b.Due++; b.Oldest.IsZero() || r.DueAt.Before(b.Oldest) {
			b.Oldest = r.DueAt
		}
	}
	return b, err
}

func (m *model) ClaimRun(ctx context.Context, id string, c store.Claim) (store.Run, error) {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return store.Run{}, err
	}
	r := m.runs[id]
	if !due(r, c.Now) {
		return store.Run{}, store.ErrNotFound
	}
	r.State, r.Token, r.DueAt = store.RunRunning, c.Token, c.Until
	r.Attempt++
	if r.StartedAt.IsZero() {
		r.StartedAt = c.Now
	}
	m.runs[id] = r
	return r, nil
}

// change writes what the holder of a run makes of it.
func (m *model) change(ctx context.Context, id, token string, into func(store.Run) store.Run) error {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return err
	}
	if !m.holds(id, token) {
		return store.ErrConflict
	}
	m.runs[id] = into(m.runs[id])
	return nil
}

func (m *model) ExtendRun(ctx context.Context, id, token string, until time.Time) error {
	var stop error
	err := m.change(ctx, id, token, func(r store.Run) store.Run {
		if r.CancelRequested {
			stop = store.ErrConflict
			return r
		}
		r.DueAt = until
		return r
	})
	return cmp.Or(err, stop)
}

func (m *model) ReleaseRun(ctx context.Context, id, token string, due time.Time) error {
	return m.change(ctx, id, token, func(r store.Run) store.Run {
		r.State, r.Token, r.DueAt = store.RunQueued, "", due
		return r
	})
}

func (m *model) EndRun(ctx context.Context, id, token string, end store.RunEnd) error {
	return m.change(ctx, id, token, func(r store.Run) store.Run { return ended(r, end) })
}

func (m *model) ExpireLeases(ctx context.Context, now time.Time) (int, error) {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return 0, err
	}
	n := 0
	for id, r := range m.runs {
		if r.State == store.RunRunning && r.DueAt.After(now) {
			r.DueAt = now
			m.runs[id] = r
			n++
		}
	}
	return n, nil
}
