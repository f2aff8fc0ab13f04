package publish

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/panics"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// attempt is one worker's try at a run.
type attempt struct {
	worker  *Worker
	run     store.Run
	start   time.Time
	outcome connector.Outcome
	ending  Ending
	// trouble is what a step failed with, for the log.
	trouble error
}

// perform reads and checks the repository. A nil error means that the outcome
// stands, be the connector good or bad; any other that another attempt may end
// otherwise.
func (r *attempt) perform(ctx context.Context) error {
	switch {
	case r.run.CancelRequested:
		return nil
	case r.run.Attempt > claims:
		r.trouble = errCutOff
		return errCutOff
	}
	ctx, cancel := context.WithTimeout(ctx, runDeadline)
	defer cancel()
	var tree *gitsource.Tree
	err := r.step("fetch", func() (err error) {
		tree, err = r.worker.Trees.Tree(ctx, gitsource.Request{Project: r.run.Project, URL: r.run.URL, Tag: r.run.Tag})
		return err
	})
	if err != nil {
		return r.unfetched(err)
	}
	return r.judge(ctx, tree)
}

// judge checks the tree, once there is a slot, and closes it.
func (r *attempt) judge(ctx context.Context, tree *gitsource.Tree) error {
	defer func() {
		if err := tree.Close(); err != nil {
			r.worker.Log.WarnContext(ctx, "a tree was not removed", "run", r.run.ID, "error", err.Error())
		}
	}()
	r.outcome.Commit = tree.Commit
	if err := r.takeSlot(ctx); err != nil {
		return err
	}
	defer r.worker.slots.giveBack()
	return r.step("check", func() error { return r.check(ctx, tree) })
}

// takeSlot takes a slot for the check. Having to wait for one is a step of its own,
// so that it is seen why nothing happens.
func (r *attempt) takeSlot(ctx context.Context) error {
	if r.worker.slots.free() {
		return nil
	}
	return r.step("wait", func() error { return r.worker.slots.wait(ctx) })
}

// check runs the engine over the tree. Its error is about reading the tree, not
// about what the tree holds.
func (r *attempt) check(ctx context.Context, tree *gitsource.Tree) error {
	result, err := r.worker.Engine.Run(ctx, tree.FS(), check.Options{Cache: r.worker.verdicts})
	if err != nil {
		return err
	}
	result.Report.Commit, result.Report.Tree = tree.Commit, tree.ID
	r.outcome.Report = result.Report
	if result.Report.Valid {
		r.outcome.Spec = result.Spec
	}
	r.outcome.Entries = r.entries(result.Outcomes, result.Report.Findings)
	return nil
}

// unfetched decides whose fault it is that there is no tree.
func (r *attempt) unfetched(err error) error {
	switch {
	case errors.Is(err, gitsource.ErrTooLarge):
		r.fail(api.Finding{
			Rule: ruleSize, Message: "The repository at this tag is too large to be read.",
			Help: "Remove generated and binary files from the repository, or keep them in Git LFS.",
		})
	case errors.Is(err, gitsource.ErrNotReachable) && !gitsource.Transient(err):
		r.fail(unreachable(r.run))
	default:
		return err
	}
	return nil
}

func unreachable(run store.Run) api.Finding {
	return api.Finding{
		Rule:    ruleReachable,
		Message: fmt.Sprintf("Repository with the tag is not reachable: %s at tag %s.", run.URL, run.Tag),
		Help:    "Check the URL, that the tag is pushed, and that this server may read the repository.",
	}
}

// giveUp makes the trouble of the last attempt the outcome, so that no draft
// waits for ever.
func (r *attempt) giveUp(err error) {
	if errors.Is(err, gitsource.ErrNotReachable) {
		f := unreachable(r.run)
		f.Message += fmt.Sprintf(" It was tried %d times.", r.run.Attempt)
		r.fail(f)
		return
	}
	r.fail(api.Finding{
		Rule:    ruleTrouble,
		Message: fmt.Sprintf("The server could not complete the run in %d attempts. The connector is not to blame.", r.run.Attempt),
		Help:    "Start the run again. If that fails too, give the operator of this server the run's id, " + r.run.ID + ".",
	})
}

// fail makes one finding the whole outcome.
func (r *attempt) fail(f api.Finding) {
	f.Type = api.EntryError
	reason := "The repository could not be read."
	if f.Rule == ruleTrouble {
		reason = "The server could not complete the run."
	}
	r.outcome.Spec = nil
	r.outcome.Report = r.worker.Engine.Report([]api.Finding{f})
	r.outcome.Report.Commit = r.outcome.Commit
	r.outcome.Entries = r.entries(r.worker.Engine.NotReached(reason), r.outcome.Report.Findings)
}

// step does one step and notes how long it took. A panic fails it: one tree that
// we stumble over must not end the work on all others.
func (r *attempt) step(name string, do func() error) error {
	start := time.Now()
	step := api.RunStep{Name: name, StartedAt: api.Timestamp{Time: r.worker.Now()}}
	r.worker.progress.begin(r.run.ID, step, r.outcome.Steps)
	r.worker.Drafts.Announce(r.run.ID)
	err := guarded(do)
	if err != nil {
		r.trouble = err
	}
	step.Milliseconds, step.Failed = milliseconds(time.Since(start)), err != nil
	r.outcome.Steps = append(r.outcome.Steps, step)
	return err
}

func guarded(do func() error) (err error) {
	defer panics.Recover(&err)
	return do()
}
