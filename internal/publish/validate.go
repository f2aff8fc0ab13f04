package publish

import (
	"context"
	"errors"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// retryValidation is when a validation that trouble of ours has ended may
// succeed.
const retryValidation = 5 * time.Second

// Validate judges a release as a run does, without a draft and without a trace. A
// repository that is not reachable is a finding, and always the same: whether a
// port is closed or silent is not told. Trouble of the server that may pass is a
// *problem.Error with status 503.
func (w *Worker) Validate(ctx context.Context, project string, r api.Repository) (api.Report, error) {
	a := &attempt{worker: w, run: store.Run{Project: project, URL: r.URL, Tag: r.Tag, Attempt: 1}}
	err := a.perform(ctx)
	switch {
	case errors.Is(err, gitsource.ErrNotReachable):
		a.fail(unreachable(a.run))
	case err != nil:
		return api.Report{}, problem.Busy("The release could not be judged now. Repeat the request in a moment.", retryValidation, err)
	}
	if a.trouble != nil {
		w.Log.InfoContext(ctx, "the release of a validation was not read", "trouble", a.trouble.Error())
	}
	return a.outcome.Report, nil
}
