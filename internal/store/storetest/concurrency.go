package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	callers = 8
	rounds  = 25
)

//nolint:thelper // tests, which Run runs
var concurrencyTests = map[string]func(*testing.T, store.Store){
	"one update wins each version": func(t *testing.T, s store.Store) {
		first := newDraft("d1")
		add(t, s, first)
		var mu sync.Mutex
		winners := make(map[int64]int)
		together(t, func(ctx context.Context, caller int) error {
			for range rounds {
				version, err := updateUntilDone(ctx, s, caller)
				if err != nil {
					return err
				}
				mu.Lock()
				winners[version]++
				mu.Unlock()
			}
			return nil
		})
		last := must(s.Draft(t.Context(), store.Ref{ID: "d1"}))(t)
		requireEqual(t, last.Version, int64(1+callers*rounds))
		for v := first.Version + 1; v <= last.Version; v++ {
			if winners[v] != 1 {
				t.Errorf("version %d was written %d times", v, winners[v])
			}
		}
	},
	"one insert gets the key": func(t *testing.T, s store.Store) {
		for round := range rounds {
			var won, taken counts
			together(t, func(ctx context.Context, caller int) error {
				d := newDraft(fmt.Sprintf("d%d-%d", round, caller), withKey(fmt.Sprint("k", round)))
				err := s.Commit(ctx, inserting(d))
				switch {
				case err == nil:
					won.add()
				case errors.Is(err, store.ErrKeyTaken):
					taken.add()
				default:
					return err
				}
				return nil
			})
			requireEqual(t, []int{won.n, taken.n}, []int{1, callers - 1})
		}
		page := must(s.Drafts(t.Context(), store.DraftQuery{Owner: owners[0], Limit: everything}))(t)
		requireEqual(t, []int{page.Total, len(page.Documents)}, []int{rounds, rounds})
	},
	"one worker gets the run": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		var won counts
		together(t, func(ctx context.Context, caller int) error {
			c := store.Claim{Token: fmt.Sprint("token ", caller), Now: dawn, Until: dawn.Add(lease)}
			_, err := s.ClaimRun(ctx, "r1", c)
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			won.add()
			return err
		})
		requireEqual(t, won.n, 1)
	},
	// A worker that stood still from its claim to past its lease must not be
	// handed the token of whoever came after it.
	"every claim returns its own": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addRun(t, s, d, newRun("r1", d))
		var mu sync.Mutex
		attempts := make(map[int]bool)
		together(t, func(ctx context.Context, caller int) error {
			for round := range rounds {
				token := fmt.Sprint("token ", caller, " ", round)
				r, err := s.ClaimRun(ctx, "r1", store.Claim{Token: token, Now: dawn, Until: dawn})
				if err != nil {
					return err
				}
				if r.Token != token {
					return fmt.Errorf("claimed with %q, given %q", token, r.Token)
				}
				mu.Lock()
				attempts[r.Attempt] = true
				mu.Unlock()
			}
			return nil
		})
		requireEqual(t, len(attempts), callers*rounds)
	},
	// A store may put the writes of many into one transaction.
	"the trouble of one is not that of others": func(t *testing.T, s store.Store) {
		d := newDraft("d0", withKey("k1"))
		addRun(t, s, d, newRun("r0", d))
		var refused counts
		together(t, func(ctx context.Context, caller int) error {
			for round := range rounds {
				id := fmt.Sprint("d", caller, "-", round)
				w := inserting(newDraft(id))
				w.StartRuns = []store.Run{newRun("run of "+id, w.Draft)}
				bad := caller % 4
				switch bad {
				case 1: // refused
					w.Draft.Key = "k1"
				case 2: // fails when it has written already
					w.StartRuns = append(w.StartRuns, newRun("r0", w.Draft))
				}
				err := s.Commit(ctx, w)
				if want := []string{"", store.ErrKeyTaken.Error(), "trouble", ""}[bad]; kindOf(err) != want {
					return fmt.Errorf("%s: error %w, want %q", id, err, want)
				}
				if err == nil {
					continue
				}
				refused.add()
				if _, err := s.Run(ctx, w.StartRuns[0].ID); !errors.Is(err, store.ErrNotFound) {
					return fmt.Errorf("run of %s: error %w, want %w", id, err, store.ErrNotFound)
				}
			}
			return nil
		})
		requireEqual(t, refused.n, callers*rounds/2)
		page := must(s.Drafts(t.Context(), store.DraftQuery{Owner: owners[0], Limit: everything}))(t)
		requireEqual(t, []int{page.Total, len(page.Documents)}, []int{1 + callers*rounds/2, 1 + callers*rounds/2})
	},
	"a list and its total are of one moment": func(t *testing.T, s store.Store) {
		together(t, func(ctx context.Context, caller int) error {
			if caller%2 == 0 {
				return insertAndDelete(ctx, s, fmt.Sprint("d", caller))
			}
			for range rounds * 2 {
				page, err := s.Drafts(ctx, store.DraftQuery{Owner: owners[0], Limit: everything})
				if err == nil && page.Total != len(page.Documents) {
					err = fmt.Errorf("total %d of a list of %d", page.Total, len(page.Documents))
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	},
	"runs and their total are of one moment": func(t *testing.T, s store.Store) {
		add(t, s, newDraft("d1"))
		together(t, func(ctx context.Context, caller int) error {
			if caller == 0 {
				return startRuns(ctx, s)
			}
			for range rounds * 2 {
				runs, total, err := s.RunsOf(ctx, "d1", everything, 0)
				if err == nil && total != len(runs) {
					err = fmt.Errorf("total %d of a list of %d", total, len(runs))
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	},
	// Whoever is given a newer Connector must not be shown the older one, which
	// was not theirs to see.
	"a Connector and its private projects are of one moment": func(t *testing.T, s store.Store) {
		d := newDraft("d1")
		addPublished(t, s, d, granted(d), []string{string(document("d1", 1))})
		together(t, func(ctx context.Context, caller int) error {
			if caller == 0 {
				return grantAnew(ctx, s, d)
			}
			for range rounds * 2 {
				c, err := s.Connector(ctx, store.Ref{ID: "d1"})
				if err == nil && (len(c.PrivateProjects) != 1 || c.PrivateProjects[0] != string(c.Document)) {
					err = fmt.Errorf("projects %q of the connector %s", c.PrivateProjects, c.Document)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	},
}

// together lets every caller do the same at the same time.
func together(t *testing.T, do func(ctx context.Context, caller int) error) {
	t.Helper()
	start := make(chan struct{})
	var done sync.WaitGroup
	for caller := range callers {
		done.Go(func() {
			<-start
			if err := do(t.Context(), caller); err != nil {
				t.Errorf("caller %d: %v", caller, err)
			}
		})
	}
	close(start)
	done.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

type counts struct {
	mu sync.Mutex
	n  int
}

func (c *counts) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

// updateUntilDone updates d1 once, however often another was faster, and returns
// the version that it wrote.
func updateUntilDone(ctx context.Context, s store.Store, caller int) (int64, error) {
	for {
		before, err := s.Draft(ctx, store.Ref{ID: "d1"})
		if err != nil {
			return 0, err
		}
		after := next(before, func(d *store.Draft) { d.Types = store.TypeMask(caller) })
		err = s.Commit(ctx, updating(before, after))
		if !errors.Is(err, store.ErrConflict) {
			return after.Version, err
		}
	}
}

func insertAndDelete(ctx context.Context, s store.Store, id string) error {
	d := newDraft(id)
	for range rounds {
		if err := s.Commit(ctx, inserting(d)); err != nil {
			return err
		}
		if err := s.Commit(ctx, deleting(d)); err != nil {
			return err
		}
	}
	return nil
}

func startRuns(ctx context.Context, s store.Store) error {
	d := newDraft("d1")
	for i := range rounds {
		after := next(d)
		w := updating(d, after)
		w.StartRuns = []store.Run{newRun(fmt.Sprint("r", i), after)}
		if err := s.Commit(ctx, w); err != nil {
			return err
		}
		d = after
	}
	return nil
}

// granted is the Connector of d with the draft's document, which names the one
// project that may see it.
func granted(d store.Draft) store.Connector {
	c := newConnector(d)
	c.Document = d.Document
	return c
}

func grantAnew(ctx context.Context, s store.Store, d store.Draft) error {
	for range rounds {
		after := next(d)
		w := updating(d, after)
		w.Connector = pointer(granted(after))
		w.PrivateProjects = &[]string{string(after.Document)}
		if err := s.Commit(ctx, w); err != nil {
			return err
		}
		d = after
	}
	return nil
}
