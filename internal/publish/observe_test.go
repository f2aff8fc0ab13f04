package publish

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Whoever observes hears of every attempt how it ended.
func TestObserve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var got []Ending
	w.Observe = func(a Attempt) {
		got = append(got, a.Ending)
		if a.Kind != store.RunPreview || a.Took <= 0 || len(a.Steps) == 0 {
			t.Errorf("observed %+v", a)
		}
	}
	once := func(id string, tree Trees) {
		w.Trees = tree
		w.work(t, id)
	}

	once(w.ask(t, api.UpdatePreviewable()), w.source)
	id := w.ask(t, api.UpdatePreviewable())
	once(id, failing(errors.New("the disk is full")))
	w.clock.advance(pause(1))
	once(id, trees(func(context.Context, gitsource.Request) (*gitsource.Tree, error) {
		w.claimAway(t, id) // as if we had been away for long
		return nil, gitsource.ErrTooLarge
	}))
	w.clock.advance(lease)
	once(id, failing(gitsource.ErrTooLarge))

	if diff := cmp.Diff([]Ending{Passed, Retried, Lost, Failed}, got); diff != "" {
		t.Errorf("endings (-want +got):\n%s", diff)
	}
}

// A worker that is told to stop hands back; without a database it can do nothing.
func TestObserveStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var got []Ending
	w.Observe = func(a Attempt) { got = append(got, a.Ending) }
	id := w.ask(t, api.Publish(false))
	ctx, stop := context.WithCancel(t.Context())
	w.Trees = trees(func(context.Context, gitsource.Request) (*gitsource.Tree, error) {
		stop()
		return nil, ctx.Err()
	})
	if err := w.Work(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.Trees = trees(func(context.Context, gitsource.Request) (*gitsource.Tree, error) {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
		return nil, gitsource.ErrTooLarge
	})
	if err := w.Work(t.Context(), id); err == nil {
		t.Error("a closed database is no trouble")
	}
	if diff := cmp.Diff([]Ending{HandedBack, Broken}, got); diff != "" {
		t.Errorf("endings (-want +got):\n%s", diff)
	}
}
