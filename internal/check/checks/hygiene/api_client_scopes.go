package hygiene

import (
	"fmt"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

var apiClientScopes = check.Check{
	ID:    "hygiene/api-client-scopes",
	Title: "The API client has the scopes that the connector needs, and no more",
	Why: "Whoever gets hold of the API client of inheritAs.apiClient may do all that its scopes allow. manage_project " +
		"allows everything in the project, manage_api_clients allows making clients with any scope. A manage_ scope " +
		"also allows reading, so the view_ scope beside it is noise that readers have to weigh.",
	Fix: "Ask for the scopes of the resources that the connector reads (view_products) or changes (manage_orders).",
	Run: runAPIClientScopes,
}

// broad are scopes that open more than one kind of resource, with what they allow.
var broad = map[string]string{
	"manage_project":     "everything in the project",
	"manage_api_clients": "making API clients with any scope",
}

// readsToo is false for the scopes of Checkout: its manage_ scopes are not
// documented to read.
func readsToo(resource string) bool {
	return resource != "sessions" && !strings.HasPrefix(resource, "checkout_")
}

func runAPIClientScopes(p *check.Pass) error {
	if p.Spec.APIClient == nil {
		return nil
	}
	scopes := p.Spec.APIClient.Scopes
	for i, scope := range scopes {
		resource, views := strings.CutPrefix(scope, "view_")
		manage := "manage_" + resource
		switch {
		case broad[scope] != "":
			report(p, i, fmt.Sprintf("the scope %s allows %s", scope, broad[scope]), "")
		case views && readsToo(resource) && slices.Contains(scopes, manage):
			report(p, i, fmt.Sprintf("the scope %s is a part of %s", scope, manage),
				fmt.Sprintf("Remove %s, or %s if the connector only reads.", scope, manage))
		}
	}
	return nil
}

func report(p *check.Pass, scope int, message, help string) {
	at := p.Spec.ScopePositions[scope]
	p.Report(api.Finding{
		Type:    api.EntryWarning,
		Message: fmt.Sprintf("[inheritAs.apiClient.scopes.%d]: %s", scope, message),
		File:    connectyaml.FileName,
		Line:    at.Line,
		Column:  at.Column,
		Help:    help,
	})
}
