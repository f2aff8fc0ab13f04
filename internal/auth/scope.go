package auth

import (
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// Scope is the bare name of a permission; in a token it carries the suffix of
// its project, but for the one that is server-wide.
type Scope string

// The scopes of the API, and certify_connectors, which is ours.
const (
	ManageProject     Scope = "manage_project"
	ManageConnectors  Scope = "manage_connectors"
	ViewConnectors    Scope = "view_connectors"
	CertifyConnectors Scope = "certify_connectors"
)

// Scopes lists every scope.
var Scopes = []Scope{ManageProject, ManageConnectors, ViewConnectors, CertifyConnectors}

// implied lists what a scope includes beside itself. Nothing implies
// certify_connectors, so that nobody certifies their own.
var implied = map[Scope][]Scope{
	ManageProject:    {ManageConnectors, ViewConnectors},
	ManageConnectors: {ViewConnectors},
}

// holds says whether granted includes wanted.
func holds(granted []Scope, wanted Scope) bool {
	return slices.ContainsFunc(granted, func(g Scope) bool {
		return g == wanted || slices.Contains(implied[g], wanted)
	})
}

// token writes a scope as it stands in a token: manage_project:my-project.
func (s Scope) token(projectKey string) string {
	if s == CertifyConnectors {
		return string(s)
	}
	return string(s) + ":" + projectKey
}

// tokens writes the scopes as the API does, separated by spaces.
func tokens(scopes []Scope, projectKey string) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = s.token(projectKey)
	}
	return strings.Join(words, " ")
}

// narrow returns the scopes that a token request names, each of which must be
// held by the client, compared whole: a prefix of a project key is another
// project. No request asks for all.
func narrow(held []Scope, projectKey, request string) ([]Scope, bool) {
	words := strings.Fields(request)
	if len(words) == 0 {
		return held, true
	}
	var out []Scope
	for _, word := range words {
		i := slices.IndexFunc(Scopes, func(s Scope) bool { return s.token(projectKey) == word })
		if i < 0 || !holds(held, Scopes[i]) {
			return nil, false
		}
		if !slices.Contains(out, Scopes[i]) {
			out = append(out, Scopes[i])
		}
	}
	return out, true
}

// ScopeTokens writes the scopes of a client as its tokens will hold them.
func ScopeTokens(c store.Client) []string {
	p := principalOf(c, c.Scopes)
	return strings.Fields(tokens(p.Scopes, p.ProjectKey()))
}
