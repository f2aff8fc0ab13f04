package httpapi

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/apidocs"
)

// The description of the API in the forms that take a while to make; each is made
// when it is first asked for.
var (
	openAPIJSON = sync.OnceValues(func() ([]byte, error) { return apidocs.JSON(api.OpenAPI) })
	openAPIPage = sync.OnceValues(func() ([]byte, error) { return apidocs.Page(api.OpenAPI) })
)

func (a *API) openAPIAsYAML(*request) (*response, error) {
	return &response{status: http.StatusOK, media: "application/yaml; charset=utf-8", body: api.OpenAPI}, nil
}

func (a *API) openAPIAsJSON(*request) (*response, error) {
	text, err := openAPIJSON()
	if err != nil {
		return nil, fmt.Errorf("convert the API's description: %w", err)
	}
	return document(http.StatusOK, text), nil
}

// docs is a page that loads nothing and runs nothing, and may not.
func (a *API) docs(*request) (*response, error) {
	page, err := openAPIPage()
	if err != nil {
		return nil, fmt.Errorf("render the API's description: %w", err)
	}
	return &response{
		status: http.StatusOK,
		media:  "text/html; charset=utf-8",
		header: http.Header{"Content-Security-Policy": {"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}},
		body:   page,
	}, nil
}
