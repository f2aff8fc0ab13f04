// Package httpapi is the edge: it turns HTTP requests into calls of the services
// and what they return into answers. It holds no rule about connectors.
package httpapi

import (
	"net/http"

	"github.com/greenroom-registry/greenroom/internal/auth"
)

// route is one row of the route table: everything about an endpoint but what it
// does.
type route struct {
	method string
	// path is a pattern of http.ServeMux.
	path string
	// scopes are those of which the caller's token must hold one. None: the
	// endpoint is for everybody, also without a token.
	scopes []auth.Scope
	serve  func(*request) (*response, error)
}

// The scopes of the table. A scope includes the weaker ones: see auth.Principal.
var (
	read    = []auth.Scope{auth.ViewConnectors}
	write   = []auth.Scope{auth.ManageConnectors}
	manage  = []auth.Scope{auth.ManageProject}
	certify = []auth.Scope{auth.CertifyConnectors}
)

// routes is the one table of endpoints. {ref} is an id, or key= and a key.
func (a *API) routes() []route {
	return []route{
		{http.MethodPost, "/connectors/drafts", write, a.createDraft},
		{http.MethodGet, "/connectors/drafts", read, a.listDrafts},
		{http.MethodGet, "/connectors/drafts/{ref}", read, a.getDraft},
		{http.MethodPost, "/connectors/drafts/{ref}", write, a.updateDraft},
		{http.MethodDelete, "/connectors/drafts/{ref}", write, a.deleteDraft},

		{http.MethodGet, "/connectors/search", read, a.searchConnectors},
		{http.MethodGet, "/connectors/{ref}", read, a.getConnector},

		{http.MethodGet, "/x/v1/drafts/{ref}/runs", read, a.listRuns},
		{http.MethodGet, "/x/v1/drafts/{ref}/runs/{run}", read, a.getRun},
		{http.MethodGet, "/x/v1/drafts/{ref}/runs/{run}/report", read, a.getRunReport},
		{http.MethodGet, "/x/v1/drafts/{ref}/runs/{run}/events", read, a.streamRun},
		{http.MethodPost, "/x/v1/drafts/{ref}/runs/{run}/cancel", write, a.cancelRun},

		{http.MethodPost, "/x/v1/drafts/{ref}/withdraw", write, a.withdrawDraft},
		{http.MethodPost, "/x/v1/validations", write, a.validate},

		{http.MethodGet, "/x/v1/reviews", certify, a.listReviews},
		{http.MethodGet, "/x/v1/reviews/{ref}", certify, a.getReview},
		{http.MethodPost, "/x/v1/reviews/{ref}/take", certify, a.takeReview},
		{http.MethodPost, "/x/v1/reviews/{ref}/approve", certify, a.approveReview},
		{http.MethodPost, "/x/v1/reviews/{ref}/reject", certify, a.rejectReview},

		{http.MethodGet, "/x/v1/credentials", manage, a.listCredentials},
		{http.MethodPost, "/x/v1/credentials", manage, a.addCredential},
		{http.MethodDelete, "/x/v1/credentials/{id}", manage, a.removeCredential},

		{http.MethodPost, "/oauth/token", nil, a.issueToken},
		{http.MethodPost, "/oauth/introspect", nil, a.introspectToken},
		{http.MethodPost, "/oauth/token/revoke", nil, a.revokeToken},

		{http.MethodGet, "/openapi.yaml", nil, a.openAPIAsYAML},
		{http.MethodGet, "/openapi.json", nil, a.openAPIAsJSON},
		{http.MethodGet, "/docs", nil, a.docs},

		{http.MethodGet, "/schema/connect.yaml.json", nil, a.connectYAMLSchema},

		{http.MethodGet, "/healthz", nil, a.healthz},
		{http.MethodGet, "/livez", nil, a.livez},
	}
}
