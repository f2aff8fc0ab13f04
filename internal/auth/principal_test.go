package auth

import "testing"

func TestPrincipal(t *testing.T) {
	t.Parallel()
	p := Principal{Project: acme, Scopes: []Scope{ManageConnectors}}
	requireEqual(t, "project key", "acme", p.ProjectKey())
	requireEqual(t, "project key of nobody", "", Principal{}.ProjectKey())
	for _, tc := range []struct {
		anyOf []Scope
		want  bool
	}{
		{[]Scope{ManageConnectors}, true},
		{[]Scope{ViewConnectors}, true},
		{[]Scope{ManageProject, ViewConnectors}, true},
		{[]Scope{ManageProject}, false},
		{[]Scope{CertifyConnectors}, false},
		{nil, false},
	} {
		if got := p.Can(tc.anyOf...); got != tc.want {
			t.Errorf("%q: %t", tc.anyOf, got)
		}
	}
	if (Principal{}).Can(ViewConnectors) {
		t.Error("nobody may view connectors")
	}
}
