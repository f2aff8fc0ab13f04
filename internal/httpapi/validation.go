package httpapi

import "net/http"

// validate judges a release without a draft. It answers when it is done.
func (a *API) validate(r *request) (*response, error) {
	repository, err := a.Drafts.ReadRepository(r.body)
	if err != nil {
		return nil, err
	}
	report, err := a.Validate(r.Context(), r.principal.Project, repository)
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, report)
}
