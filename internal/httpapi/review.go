package httpapi

import (
	"context"
	"net/http"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func (a *API) listReviews(r *request) (*response, error) {
	q := r.query()
	limit, offset := q.limit(), q.offset()
	if err := q.problem(); err != nil {
		return nil, err
	}
	reviews, total, err := a.Drafts.Reviews(r.Context(), limit, offset)
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, api.PagedQueryResponse[api.Review]{
		Limit: limit, Offset: offset, Count: len(reviews), Total: total, Results: reviews,
	})
}

func (a *API) getReview(r *request) (*response, error) {
	return a.review(r, func(ctx context.Context, _ auth.Principal, ref store.Ref) (api.Review, error) {
		return a.Drafts.Review(ctx, ref)
	})
}

func (a *API) takeReview(r *request) (*response, error) { return a.review(r, a.Drafts.TakeReview) }

func (a *API) approveReview(r *request) (*response, error) { return a.review(r, a.Drafts.Approve) }

func (a *API) rejectReview(r *request) (*response, error) {
	reason, err := connector.ReadReason(r.body)
	if err != nil {
		return nil, err
	}
	return a.review(r, func(ctx context.Context, p auth.Principal, ref store.Ref) (api.Review, error) {
		return a.Drafts.Reject(ctx, p, ref, reason)
	})
}

func (a *API) review(r *request, do func(context.Context, auth.Principal, store.Ref) (api.Review, error)) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	review, err := do(r.Context(), r.principal, ref)
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, review)
}
