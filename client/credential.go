package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/greenroom-registry/greenroom/api"
)

// Credentials lists those of the project, the oldest first; of l, limit and offset
// count. The client needs the scope manage_project, here and to change them.
func (c *Client) Credentials(ctx context.Context, l List) (api.PagedQueryResponse[api.Credential], error) {
	return call[api.PagedQueryResponse[api.Credential]](ctx, c, http.MethodGet, "/x/v1/credentials?"+l.query(), nil)
}

// AddCredential gives the server access to the project's repositories on a host.
func (c *Client) AddCredential(ctx context.Context, d api.CredentialDraft) (api.Credential, error) {
	return call[api.Credential](ctx, c, http.MethodPost, "/x/v1/credentials", d)
}

// RemoveCredential has the server forget one, and returns it as it was.
func (c *Client) RemoveCredential(ctx context.Context, id string) (api.Credential, error) {
	return call[api.Credential](ctx, c, http.MethodDelete, "/x/v1/credentials/"+url.PathEscape(id), nil)
}
