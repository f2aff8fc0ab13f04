package publish

import (
	"context"
	"errors"
	"fmt"
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
	var fault *panics.Error
	switch {
	case err == nil:
	case errors.Is(err, gitsource.ErrNotReachable):
		a.fail(unreachable(a.run)) // the same answer for what may pass and for what does not
	case errors.As(err, &fault):
		return api.Report{}, fmt.Errorf("validate %s at %s: %w", r.URL, r.Tag, err)
	default:
		return api.Report{}, problem.Busy("The release could not be judged now. Repeat the request in a moment.", retryValidation, err)
	}
	if a.trouble != nil {
		w.Log.InfoContext(ctx, "the release of a validation was not read", "trouble", a.trouble.Error())
	}
	return a.outcome.Report, nil
}
