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
	// body is what a POST has; no other method has one that means something.
	body  bodyKind
	serve func(*request) (*response, error)
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
		{http.MethodPost, "/connectors/drafts", write, asJSON, a.createDraft},
		{http.MethodGet, "/connectors/drafts", read, asJSON, a.listDrafts},
		{http.MethodGet, "/connectors/drafts/{ref}", read, asJSON, a.getDraft},
		{http.MethodPost, "/connectors/drafts/{ref}", write, asJSON, a.updateDraft},
		{http.MethodDelete, "/connectors/drafts/{ref}", write, asJSON, a.deleteDraft},

		{http.MethodGet, "/connectors/search", read, asJSON, a.searchConnectors},
		{http.MethodGet, "/connectors/{ref}", read, asJSON, a.getConnector},

		{http.MethodGet, "/x/v1/drafts/{ref}/runs", read, asJSON, a.listRuns},
		{http.MethodGet, "/x/v1/drafts/{ref}/runs/{run}", read, asJSON, a.getRun},
		{http.MethodGet, "/x/v1/drafts/{ref}/runs/{run}/report", read, asJSON, a.getRunReport},
		{http.MethodGet, "/x/v1/drafts/{ref}/runs/{run}/events", read, asJSON, a.streamRun},
		{http.MethodPost, "/x/v1/drafts/{ref}/runs/{run}/cancel", write, asJSON, a.cancelRun},

		{http.MethodPost, "/x/v1/drafts/{ref}/withdraw", write, asJSON, a.withdrawDraft},
		{http.MethodPost, "/x/v1/validations", write, asJSON, a.validate},
		{http.MethodPost, "/x/v1/validations/{tree}", write, asPack, a.validateTree},

		{http.MethodGet, "/x/v1/reviews", certify, asJSON, a.listReviews},
		{http.MethodGet, "/x/v1/reviews/{ref}", certify, asJSON, a.getReview},
		{http.MethodPost, "/x/v1/reviews/{ref}/take", certify, asJSON, a.takeReview},
		{http.MethodPost, "/x/v1/reviews/{ref}/approve", certify, asJSON, a.approveReview},
		{http.MethodPost, "/x/v1/reviews/{ref}/reject", certify, asJSON, a.rejectReview},

		{http.MethodGet, "/x/v1/credentials", manage, asJSON, a.listCredentials},
		{http.MethodPost, "/x/v1/credentials", manage, asJSON, a.addCredential},
		{http.MethodDelete, "/x/v1/credentials/{id}", manage, asJSON, a.removeCredential},

		{http.MethodPost, "/oauth/token", nil, asJSON, a.issueToken},
		{http.MethodPost, "/oauth/introspect", nil, asJSON, a.introspectToken},
		{http.MethodPost, "/oauth/token/revoke", nil, asJSON, a.revokeToken},

		{http.MethodGet, "/openapi.yaml", nil, asJSON, a.openAPIAsYAML},
		{http.MethodGet, "/openapi.json", nil, asJSON, a.openAPIAsJSON},
		{http.MethodGet, "/docs", nil, asJSON, a.docs},

		{http.MethodGet, "/schema/connect.yaml.json", nil, asJSON, a.connectYAMLSchema},

		{http.MethodGet, "/healthz", nil, asJSON, a.healthz},
		{http.MethodGet, "/livez", nil, asJSON, a.livez},
	}
}
