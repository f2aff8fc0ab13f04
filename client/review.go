package client

import (
	"context"
	"net/http"

	"github.com/greenroom-registry/greenroom/api"
)

// Reviews lists what waits for its certification or is in it, the longest
// unchanged first; of l, limit and offset count. The client needs the scope
// certify_connectors, here and to decide.
func (c *Client) Reviews(ctx context.Context, l List) (api.PagedQueryResponse[api.Review], error) {
	return call[api.PagedQueryResponse[api.Review]](ctx, c, http.MethodGet, "/x/v1/reviews?"+l.query(), nil)
}

// Review returns one of them.
func (c *Client) Review(ctx context.Context, draft Ref) (api.Review, error) {
	return call[api.Review](ctx, c, http.MethodGet, "/x/v1/reviews/"+string(draft), nil)
}

// TakeReview makes the client the reviewer of the draft.
func (c *Client) TakeReview(ctx context.Context, draft Ref) (api.Review, error) {
	return call[api.Review](ctx, c, http.MethodPost, "/x/v1/reviews/"+string(draft)+"/take", nil)
}

// ApproveReview certifies what was submitted, and publishes it.
func (c *Client) ApproveReview(ctx context.Context, draft Ref) (api.Review, error) {
	return call[api.Review](ctx, c, http.MethodPost, "/x/v1/reviews/"+string(draft)+"/approve", nil)
}

// RejectReview refuses it; the creator is told the reason.
func (c *Client) RejectReview(ctx context.Context, draft Ref, reason string) (api.Review, error) {
	body := map[string]string{"reason": reason}
	return call[api.Review](ctx, c, http.MethodPost, "/x/v1/reviews/"+string(draft)+"/reject", body)
}

// Withdraw takes one of the project's own drafts out of certification.
func (c *Client) Withdraw(ctx context.Context, draft Ref) (api.ConnectorStaged, error) {
	return call[api.ConnectorStaged](ctx, c, http.MethodPost, "/x/v1/drafts/"+string(draft)+"/withdraw", nil)
}
