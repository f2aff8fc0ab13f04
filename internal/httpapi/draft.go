package httpapi

import (
	"net/http"

	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func (a *API) createDraft(r *request) (*response, error) {
	draft, err := a.Drafts.ReadDraft(r.body)
	if err != nil {
		return nil, err
	}
	doc, err := a.Drafts.Create(r.Context(), r.principal, draft)
	if err != nil {
		return nil, err
	}
	return document(http.StatusCreated, doc), nil
}

func (a *API) getDraft(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	doc, err := a.Drafts.Draft(r.Context(), r.principal, ref)
	if err != nil {
		return nil, err
	}
	return document(http.StatusOK, doc), nil
}

// updateDraft answers 201, as the reference page says of updates too.
func (a *API) updateDraft(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	update, err := a.Drafts.ReadUpdate(r.body)
	if err != nil {
		return nil, err
	}
	doc, err := a.Drafts.Update(r.Context(), r.principal, ref, update)
	if err != nil {
		return nil, err
	}
	return document(http.StatusCreated, doc), nil
}

func (a *API) deleteDraft(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	doc, err := a.Drafts.Delete(r.Context(), r.principal, ref)
	if err != nil {
		return nil, err
	}
	return document(http.StatusOK, doc), nil
}

func (a *API) withdrawDraft(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	if err := connector.ReadNothing(r.body); err != nil {
		return nil, err
	}
	doc, err := a.Drafts.Withdraw(r.Context(), r.principal, ref)
	if err != nil {
		return nil, err
	}
	return document(http.StatusCreated, doc), nil
}

func (a *API) listDrafts(r *request) (*response, error) {
	q := r.query()
	selected := store.DraftQuery{
		Sort:    q.sort(draftSorts),
		Types:   q.types(),
		Private: q.boolean("isPrivate"),
		Limit:   q.limit(),
		Offset:  q.offset(),
	}
	if err := q.problem(); err != nil {
		return nil, err
	}
	page, err := a.Drafts.Drafts(r.Context(), r.principal, selected)
	if err != nil {
		return nil, err
	}
	return pageOf(selected.Limit, selected.Offset, page), nil
}
