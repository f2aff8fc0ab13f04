package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/panics"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// retryValidation is when a validation that trouble of ours has ended may
// succeed.
const retryValidation = 5 * time.Second

// Validate judges a release as a run does, without a draft and without a trace. A
// repository that cannot be reached is one finding, whatever the reason: or this
// would be a port scanner. Trouble of ours that may pass is a *problem.Error with
// status 503; a panic, which does not pass, is an error that wraps a *panics.Error.
func (w *Worker) Validate(ctx context.Context, project string, r api.Repository) (api.Report, error) {
	a := &attempt{worker: w, run: store.Run{Project: project, URL: r.URL, Tag: r.Tag, Attempt: 1}}
	err := a.perform(ctx)
	if errors.Is(err, gitsource.ErrNotReachable) {
		a.fail(unreachable(a.run)) // the same answer for what may pass and for what does not
	} else if err != nil {
		return api.Report{}, unjudged(fmt.Errorf("validate %s at %s: %w", r.URL, r.Tag, err))
	}
	if a.trouble != nil {
		w.Log.InfoContext(ctx, "the release of a validation was not read", "trouble", a.trouble.Error())
	}
	return a.outcome.Report, nil
}

// ValidateTree judges the tree of that id, which comes as a pack of git's. What is no
// such pack is a *problem.Error of the caller's; trouble of ours is as that of
// Validate.
func (w *Worker) ValidateTree(ctx context.Context, project string, pack io.Reader, id string) (api.Report, error) {
	tree, err := w.Trees.Unpack(ctx, project, pack, id)
	switch {
	case errors.Is(err, gitsource.ErrNotPacked):
		return api.Report{}, problem.InvalidPack(err)
	case errors.Is(err, gitsource.ErrTooLarge):
		p := problem.General(http.StatusRequestEntityTooLarge, fmt.Sprintf("The tree is too large to be validated. A pack may have %d MiB.", gitsource.MaxPack>>20))
		p.Cause = err
		return api.Report{}, p
	case err != nil:
		return api.Report{}, unjudged(err)
	}
	a := &attempt{worker: w, run: store.Run{Project: project, Attempt: 1}}
	if err := a.judge(ctx, tree); err != nil {
		return api.Report{}, unjudged(fmt.Errorf("validate tree %s: %w", id, err))
	}
	return a.outcome.Report, nil
}

// unjudged is what a caller is told when it is our fault that there is no report.
func unjudged(err error) error {
	if fault := (*panics.Error)(nil); errors.As(err, &fault) {
		return err
	}
	return problem.Busy("The release could not be judged now. Repeat the request in a moment.", retryValidation, err)
}
