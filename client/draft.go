package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/greenroom-registry/greenroom/api"
)

// Ref names a draft or a Connector: the end of its path.
type Ref string

// ByID names it by its id.
func ByID(id string) Ref { return Ref(url.PathEscape(id)) }

// ByKey names it by its key.
func ByKey(key string) Ref { return Ref("key=" + url.PathEscape(key)) }

// List selects a page. The zero value asks for the server's defaults.
type List struct {
	// Limit is how many to return, at most 500; 0: 20.
	Limit, Offset int
	// Sort holds fields, each with " asc" or " desc" after it or nothing.
	Sort []string
	// IntegrationTypes are types of which a result has at least one.
	IntegrationTypes []api.IntegrationType
}

func (l List) query() string { return l.values().Encode() }

func (l List) values() url.Values {
	q := url.Values{"sort": l.Sort}
	if l.Limit > 0 {
		q.Set("limit", strconv.Itoa(l.Limit))
	}
	if l.Offset > 0 {
		q.Set("offset", strconv.Itoa(l.Offset))
	}
	for _, t := range l.IntegrationTypes {
		q.Add("integrationTypes", string(t))
	}
	if len(l.Sort) == 0 {
		q.Del("sort")
	}
	return q
}

// CreateDraft creates a draft.
func (c *Client) CreateDraft(ctx context.Context, d api.ConnectorStagedDraft) (api.ConnectorStaged, error) {
	return call[api.ConnectorStaged](ctx, c, http.MethodPost, "/connectors/drafts", d)
}

// Draft returns one draft.
func (c *Client) Draft(ctx context.Context, ref Ref) (api.ConnectorStaged, error) {
	return call[api.ConnectorStaged](ctx, c, http.MethodGet, "/connectors/drafts/"+string(ref), nil)
}

// Drafts lists the project's drafts.
func (c *Client) Drafts(ctx context.Context, l List) (api.PagedQueryResponse[api.ConnectorStaged], error) {
	return call[api.PagedQueryResponse[api.ConnectorStaged]](ctx, c, http.MethodGet, "/connectors/drafts?"+l.query(), nil)
}

// UpdateDraft applies actions to the draft of the given version.
func (c *Client) UpdateDraft(ctx context.Context, ref Ref, version int64, actions ...api.UpdateAction) (api.ConnectorStaged, error) {
	body := api.ConnectorStagedUpdate{Version: version, Actions: actions}
	if body.Actions == nil {
		body.Actions = []api.UpdateAction{}
	}
	return call[api.ConnectorStaged](ctx, c, http.MethodPost, "/connectors/drafts/"+string(ref), body)
}

// DeleteDraft deletes the draft and its Connector, and returns the draft as it was.
func (c *Client) DeleteDraft(ctx context.Context, ref Ref) (api.ConnectorStaged, error) {
	return call[api.ConnectorStaged](ctx, c, http.MethodDelete, "/connectors/drafts/"+string(ref), nil)
}
