package httpapi

import (
	"net/http"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector"
)

func (a *API) listRuns(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	q := r.query()
	limit, offset := q.limit(), q.offset()
	if err := q.problem(); err != nil {
		return nil, err
	}
	runs, total, err := a.Drafts.Runs(r.Context(), r.principal, ref, limit, offset)
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, api.PagedQueryResponse[api.Run]{
		Limit: limit, Offset: offset, Count: len(runs), Total: total, Results: runs,
	})
}

// getRun can wait for the end of the run: ?wait=SECONDS.
func (a *API) getRun(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	q := r.query()
	wait := q.wait()
	if err := q.problem(); err != nil {
		return nil, err
	}
	run, err := a.Drafts.Run(r.Context(), r.principal, ref, r.PathValue("run"), wait)
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, run)
}

func (a *API) cancelRun(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	if err := connector.ReadNothing(r.body); err != nil {
		return nil, err
	}
	run, err := a.Drafts.CancelRun(r.Context(), r.principal, ref, r.PathValue("run"))
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, run)
}
