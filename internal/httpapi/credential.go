package httpapi

import (
	"net/http"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

func (a *API) listCredentials(r *request) (*response, error) {
	q := r.query()
	limit, offset := q.limit(), q.offset()
	if err := q.problem(); err != nil {
		return nil, err
	}
	all, err := a.Credentials.List(r.Context(), r.principal.Project)
	if err != nil {
		return nil, err
	}
	page := all[min(offset, len(all)):]
	page = page[:min(limit, len(page))]
	return encoded(http.StatusOK, api.PagedQueryResponse[api.Credential]{
		Limit: limit, Offset: offset, Count: len(page), Total: len(all), Results: page,
	})
}

func (a *API) addCredential(r *request) (*response, error) {
	draft, err := credential.Read(r.body)
	if err != nil {
		return nil, err
	}
	added, err := a.Credentials.Add(r.Context(), r.principal.Project, draft)
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusCreated, added)
}

func (a *API) removeCredential(r *request) (*response, error) {
	id, ok := field.ID(r.PathValue("id"))
	if !ok {
		return nil, problem.InvalidPath("id", "must be a UUID.")
	}
	removed, err := a.Credentials.Remove(r.Context(), r.principal.Project, id)
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, removed)
}
