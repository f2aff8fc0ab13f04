package httpapi

import (
	"net/http"
	"regexp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/report"
)

// validate judges a release without a draft. It answers when it is done.
func (a *API) validate(r *request) (*response, error) {
	repository, err := a.Drafts.ReadRepository(r.body)
	if err != nil {
		return nil, err
	}
	return reported(a.Validate(r.Context(), r.principal.Project, repository))
}

var objectID = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// validateTree judges a tree that comes with the request.
func (a *API) validateTree(r *request) (*response, error) {
	tree := r.PathValue("tree")
	if !objectID.MatchString(tree) {
		return nil, problem.InvalidPath("tree", "must be the id of a tree as git names it, of 40 or 64 hex digits.")
	}
	return reported(a.ValidateTree(r.Context(), r.principal.Project, r.Body, tree))
}

// reported answers with a report as JSON.
func reported(found api.Report, err error) (*response, error) {
	if err != nil {
		return nil, err
	}
	text, err := report.JSON(found)
	if err != nil {
		return nil, err
	}
	return document(http.StatusOK, text), nil
}
