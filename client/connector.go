package client

import (
	"context"
	"net/http"

	"github.com/greenroom-registry/greenroom/api"
)

// Search selects a page of the listed Connectors. What is zero selects nothing.
type Search struct {
	List
	// Text holds words, each of which the name or the description must contain.
	Text string
	// Private leaves out what is public.
	Private bool
	// Company is that of the creator, letter for letter.
	Company string
	// IDs and Keys hold what is wanted.
	IDs, Keys []string
}

func (s Search) query() string {
	q := s.values()
	if s.Text != "" {
		q.Set("text", s.Text)
	}
	if s.Private {
		q.Set("private", "true")
	}
	if s.Company != "" {
		q.Set("creator.company", s.Company)
	}
	for _, id := range s.IDs {
		q.Add("id", id)
	}
	for _, key := range s.Keys {
		q.Add("key", key)
	}
	return q.Encode()
}

// Connector returns one production Connector.
func (c *Client) Connector(ctx context.Context, ref Ref) (api.Connector, error) {
	return call[api.Connector](ctx, c, http.MethodGet, "/connectors/"+string(ref), nil)
}

// SearchConnectors lists the Connectors that the project may see.
func (c *Client) SearchConnectors(ctx context.Context, s Search) (api.PagedQueryResponse[api.Connector], error) {
	return call[api.PagedQueryResponse[api.Connector]](ctx, c, http.MethodGet, "/connectors/search?"+s.query(), nil)
}
