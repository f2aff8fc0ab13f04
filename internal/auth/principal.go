package auth

import "strings"

// Principal is who a request comes from: a client of one project.
type Principal struct {
	ClientID string
	// Project is the identifier {region}:{projectKey}.
	Project string
	Scopes  []Scope
}

// ProjectKey is the project's key, without its region.
func (p Principal) ProjectKey() string {
	_, key, _ := strings.Cut(p.Project, ":")
	return key
}

// Can says whether the principal holds one of the scopes.
func (p Principal) Can(anyOf ...Scope) bool {
	for _, s := range anyOf {
		if holds(p.Scopes, s) {
			return true
		}
	}
	return false
}
