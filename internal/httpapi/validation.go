package httpapi

import (
	"net/http"

	"github.com/greenroom-registry/greenroom/internal/report"
)

// validate judges a release without a draft. It answers when it is done.
func (a *API) validate(r *request) (*response, error) {
	repository, err := a.Drafts.ReadRepository(r.body)
	if err != nil {
		return nil, err
	}
	found, err := a.Validate(r.Context(), r.principal.Project, repository)
	if err != nil {
		return nil, err
	}
	text, err := report.JSON(found)
	if err != nil {
		return nil, err
	}
	return document(http.StatusOK, text), nil
}
