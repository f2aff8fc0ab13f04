package httpapi

import "net/http"

func (a *API) getConnector(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	doc, err := a.Drafts.Connector(r.Context(), r.principal, ref)
	if err != nil {
		return nil, err
	}
	return document(http.StatusOK, doc), nil
}
