package httpapi

import (
	"net/http"

	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/store"
)

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

func (a *API) searchConnectors(r *request) (*response, error) {
	q := r.query()
	private := q.boolean("private")
	selected := store.ConnectorQuery{
		OnlyPrivate: private != nil && *private,
		Terms:       q.terms(),
		Types:       q.types(),
		Company:     q.text("creator.company"),
		IDs:         q.ids("id"),
		Keys:        q.listed("key", field.Key),
		Sort:        q.sort(connectorSorts),
		Limit:       q.limit(),
		Offset:      q.offset(),
	}
	if err := q.problem(); err != nil {
		return nil, err
	}
	page, err := a.Drafts.Connectors(r.Context(), r.principal, selected)
	if err != nil {
		return nil, err
	}
	return pageOf(selected.Limit, selected.Offset, page), nil
}
