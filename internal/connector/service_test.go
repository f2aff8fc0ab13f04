package connector

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// calls are all calls that name a draft.
func calls(w *world, run string) map[string]func(context.Context, auth.Principal, store.Ref) error {
	return map[string]func(context.Context, auth.Principal, store.Ref) error{
		"Draft": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.Draft(ctx, p, ref)
			return err
		},
		"Update": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.Update(ctx, p, ref, Update{Version: 7})
			return err
		},
		"Delete": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.Delete(ctx, p, ref)
			return err
		},
		"Withdraw": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.Withdraw(ctx, p, ref)
			return err
		},
		"Connector": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.Connector(ctx, p, ref)
			return err
		},
		"Runs": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, _, err := w.Runs(ctx, p, ref, 20, 0)
			return err
		},
		"Run": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.Run(ctx, p, ref, run, 0)
			return err
		},
		"RunReport": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.RunReport(ctx, p, ref, run)
			return err
		},
	}
}

// What belongs to another project is answered like what is not there.
func TestOthersSeeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t, func(d *api.ConnectorStagedDraft) { d.Key = "tax" }))
	runs, _, err := w.store.RunsOf(always, d.ID, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	nobodys := uuid.NewString()
	sameKeyElsewhere := auth.Principal{Project: "us-central1.gcp:acme"}
	for name, call := range calls(w, runs[0].ID) {
		what := "ConnectorStaged"
		if name == "Connector" {
			what = name
		}
		for ref, message := range map[store.Ref]string{
			{ID: d.ID}:        "The " + what + " with ID '" + d.ID + "' was not found.",
			{ID: nobodys}:     "The " + what + " with ID '" + nobodys + "' was not found.",
			{Key: "tax"}:      "The " + what + " with key 'tax' was not found.",
			{Key: "nobody-s"}: "The " + what + " with key 'nobody-s' was not found.",
		} {
			for _, p := range []auth.Principal{bolt, sameKeyElsewhere, {}} {
				got := requireProblem(t, call(always, p, ref), 404, api.CodeResourceNotFound)
				requireEqual(t, name, []api.ErrorObject{{Code: api.CodeResourceNotFound, Message: message}}, got.Objects)
			}
		}
		var p *problem.Error
		if err := call(always, acme, store.Ref{ID: nobodys}); !errors.As(err, &p) || p.Status != 404 {
			t.Errorf("%s of what is not there: %v", name, err)
		}
	}
}

// Trouble of the database is nothing that a caller is told about.
func TestTroubleOfTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t, func(d *api.ConnectorStagedDraft) { d.Key = "tax" }))
	all := calls(w, uuid.NewString())
	all["Create"] = func(ctx context.Context, p auth.Principal, _ store.Ref) error {
		_, err := w.Create(ctx, p, newDraft(func(d *api.ConnectorStagedDraft) { d.Key = "another" }))
		return err
	}
	all["Drafts"] = func(ctx context.Context, p auth.Principal, _ store.Ref) error {
		_, err := w.Drafts(ctx, p, store.DraftQuery{Limit: 1})
		return err
	}
	all["Connectors"] = func(ctx context.Context, p auth.Principal, _ store.Ref) error {
		_, err := w.Connectors(ctx, p, store.ConnectorQuery{Limit: 1})
		return err
	}
	all["Reviews"] = func(ctx context.Context, _ auth.Principal, _ store.Ref) error {
		_, _, err := w.Reviews(ctx, 1, 0)
		return err
	}
	for name, call := range reviewCalls(w) {
		all[name] = call
	}
	for name, call := range all {
		err := call(ended(), acme, byID(d))
		var p *problem.Error
		if !errors.Is(err, context.Canceled) || errors.As(err, &p) {
			t.Errorf("%s: error %v, want the database's", name, err)
		}
	}
}

// vanishing is a store in which a draft and its Connector are deleted after the
// draft was read.
type vanishing struct {
	store.Store
	version int64
}

func (v *vanishing) Connector(ctx context.Context, ref store.Ref) (store.Connector, error) {
	gone := store.WriteSet{Op: store.Delete, Guard: store.Guard{Version: v.version}, Draft: store.Draft{ID: ref.ID}}
	if err := v.Commit(ctx, gone); err != nil {
		return store.Connector{}, err
	}
	return v.Store.Connector(ctx, ref) //nolint:wrapcheck // it stands in for it
}

func TestUpdateOfWhatVanishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t))
	s := *w.Service
	s.store = &vanishing{Store: w.store, version: d.Version}
	_, err := s.Update(always, acme, byID(d), w.updateOf(t, d.Version, api.SetName("x")))
	requireProblem(t, err, 404, api.CodeResourceNotFound)
}

// A draft that a newer program wrote is read as far as it is understood, and
// left as it is.
func TestDraftOfANewerProgram(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	waiting, taken := w.submit(t, w.create(t)), w.submit(t, w.create(t))
	if _, err := w.TakeReview(always, alice, byID(taken)); err != nil {
		t.Fatal(err)
	}
	free, previewed := w.create(t), w.update(t, w.create(t), api.UpdatePreviewable())
	run := w.claim(t, previewed)
	if _, err := w.store.Queue().ExecContext(always, "UPDATE draft SET schema = 99"); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func() error{
		"Update":     func() error { _, err := w.send(t, free, api.SetName("x")); return err },
		"Delete":     func() error { _, err := w.Delete(always, acme, byID(free)); return err },
		"TakeReview": func() error { _, err := w.TakeReview(always, alice, byID(waiting)); return err },
		"Approve":    func() error { _, err := w.Approve(always, alice, byID(taken)); return err },
		"Reject":     func() error { _, err := w.Reject(always, alice, byID(taken), "No."); return err },
		"Withdraw":   func() error { _, err := w.Withdraw(always, acme, byID(taken)); return err },
		"Finish":     func() error { return w.Finish(always, run, fails()) },
	} {
		if err := write(); !errors.Is(err, store.ErrNewer) {
			t.Errorf("%s: error %v, want %v", name, err, store.ErrNewer)
		}
	}
	requireEqual(t, "draft", free, w.draft(t, free.ID))
	requireEqual(t, "status", api.StatusInCertification, w.draft(t, taken.ID).Status)
	requireRuns(t, w, previewed, "preview v1 running")

	// Who is late is still told so first.
	_, err := w.Update(always, acme, byID(free), w.updateOf(t, free.Version+1, api.SetName("x")))
	requireConflict(t, err, free.Version+1, free.Version)
}
