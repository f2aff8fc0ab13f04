package publish

import (
	"context"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// retryValidation is when a validation that trouble of ours has ended may
// succeed.
const retryValidation = 5 * time.Second

// Validate judges a release as a run does, without a draft and without a trace. A
// repository that cannot be read is a finding like any other; trouble that may
// pass is a *problem.Error with status 503.
func (w *Worker) Validate(ctx context.Context, project string, r api.Repository) (api.Report, error) {
	a := &attempt{worker: w, run: store.Run{Project: project, URL: r.URL, Tag: r.Tag, Attempt: 1}}
	if err := a.perform(ctx); err != nil {
		return api.Report{}, problem.Busy("The release could not be judged now. Repeat the request in a moment.", retryValidation, err)
	}
	return a.outcome.Report, nil
}
