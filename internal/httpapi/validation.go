package httpapi

import (
	"net/http"
	"regexp"

	"github.com/greenroom-registry/greenroom/internal/problem"
)

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

var objectID = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

// validateTree judges a tree that comes with the request.
func (a *API) validateTree(r *request) (*response, error) {
	tree := r.PathValue("tree")
	if !objectID.MatchString(tree) {
		return nil, problem.InvalidPath("tree", "must be the id of a tree as git names it, of 40 or 64 hex digits.")
	}
	report, err := a.ValidateTree(r.Context(), r.principal.Project, r.Body, tree)
	if err != nil {
		return nil, err
	}
	return encoded(http.StatusOK, report)
}
