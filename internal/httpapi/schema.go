package httpapi

import (
	"net/http"

	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// schemaHeader lets editors keep the schema for an hour, also those that run in
// a browser.
var schemaHeader = http.Header{
	"Cache-Control":               {"public, max-age=3600"},
	"Access-Control-Allow-Origin": {"*"},
}

// connectYAMLSchema answers with the grammar of connect.yaml, for editors.
func (a *API) connectYAMLSchema(*request) (*response, error) {
	return &response{
		status: http.StatusOK,
		media:  "application/schema+json",
		header: schemaHeader,
		body:   connectyaml.JSONSchema(),
	}, nil
}
