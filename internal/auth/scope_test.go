package auth

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestHolds(t *testing.T) {
	t.Parallel()
	// By the scope held: manage_project, manage_connectors, view_connectors,
	// certify_connectors.
	for held, want := range map[Scope][]bool{
		ManageProject:     {true, true, true, false},
		ManageConnectors:  {false, true, true, false},
		ViewConnectors:    {false, false, true, false},
		CertifyConnectors: {false, false, false, true},
		"unknown":         {false, false, false, false},
	} {
		for i, wanted := range Scopes {
			if got := holds([]Scope{held}, wanted); got != want[i] {
				t.Errorf("%s includes %s: %t", held, wanted, got)
			}
		}
	}
	if holds(nil, ViewConnectors) {
		t.Error("nothing includes something")
	}
}

func TestNarrow(t *testing.T) {
	t.Parallel()
	all := []Scope{ManageProject, CertifyConnectors}
	for request, want := range map[string][]Scope{
		"":                                     all,
		" \t":                                  all,
		"manage_project:a":                     {ManageProject},
		"manage_connectors:a":                  {ManageConnectors},
		"view_connectors:a certify_connectors": {ViewConnectors, CertifyConnectors},
		"  view_connectors:a  view_connectors:a manage_project:a ": {ViewConnectors, ManageProject},
		"manage_project:ab":                   nil,
		"manage_project:":                     nil,
		"manage_project":                      nil,
		"Manage_project:a":                    nil,
		"manage_project:A":                    nil,
		"manage_project:a,view_connectors:a":  nil,
		"certify_connectors:a":                nil,
		"view_connectors:a view_connectors:b": nil,
		"view_published_products:a":           nil,
		"view_connectors:a:a":                 nil,
		strings.Repeat("view_connectors:a ", 100) + "manage_project": nil,
	} {
		got, ok := narrow(all, "a", request)
		if ok != (want != nil) || !slices.Equal(got, want) {
			t.Errorf("%.60q: %q, %t; want %q", request, got, ok, want)
		}
	}
}

// Whatever is asked for, nothing is granted that the client does not hold, and
// what is granted was asked for.
func TestNarrowNeverWidens(t *testing.T) {
	t.Parallel()
	words := rapid.SampledFrom([]string{
		"manage_project:a", "manage_connectors:a", "view_connectors:a", "certify_connectors", "manage_project:ab", "manage_project",
		"certify_connectors:a", ":a", "manage_project:a:b",
	})
	rapid.Check(t, func(t *rapid.T) {
		held := rapid.SliceOfDistinct(rapid.SampledFrom(Scopes), rapid.ID).Draw(t, "held")
		asked := rapid.SliceOfN(rapid.OneOf(words, rapid.StringMatching(`[a-z_:]{0,20}`)), 1, 4).Draw(t, "asked")
		granted, ok := narrow(held, "a", strings.Join(asked, " "))
		if !ok {
			if granted != nil {
				t.Fatalf("refused, with %q", granted)
			}
			return
		}
		request := strings.Fields(strings.Join(asked, " "))
		for _, s := range granted {
			if !holds(held, s) {
				t.Fatalf("%q is granted to one who holds %q", s, held)
			}
			if len(request) > 0 && !slices.Contains(request, s.token("a")) {
				t.Fatalf("%q is granted to one who asked for %q", s, request)
			}
		}
	})
}

// Whatever a request for scopes says, for whatever project: what is granted is
// held, and asked for word by word.
func FuzzNarrow(f *testing.F) {
	for _, request := range []string{
		"", " ", "manage_project:a", "view_connectors:a certify_connectors", "manage_project:ab", "manage_project", "MANAGE_PROJECT:a",
		"manage_project:a\x00", "manage_project:a\u00a0view_connectors:a", "view_connectors:a\n\tmanage_connectors:a", "certify_connectors:a",
		"manage_project:\xff", "view_connectors:a,manage_project:a", ":a", "view_connectors::a",
	} {
		f.Add(uint8(0b0001), "a", request)
		f.Add(uint8(0b1010), "ab", request)
	}
	f.Fuzz(func(t *testing.T, mask uint8, projectKey, request string) {
		var held []Scope
		for i, s := range Scopes {
			if mask&(1<<i) != 0 {
				held = append(held, s)
			}
		}
		granted, ok := narrow(held, projectKey, request)
		asked := strings.Fields(request)
		switch {
		case !ok && granted != nil:
			t.Fatalf("%q is refused, with %q", request, granted)
		case ok && len(asked) == 0 && !slices.Equal(granted, held):
			t.Fatalf("no request gets %q of %q", granted, held)
		case !ok || len(asked) == 0:
			return
		}
		for _, s := range granted {
			if !holds(held, s) || !slices.Contains(asked, s.token(projectKey)) {
				t.Fatalf("%q is granted to one who holds %q and asked for %q of %q", s, held, request, projectKey)
			}
		}
		for _, word := range asked {
			if !slices.ContainsFunc(granted, func(s Scope) bool { return s.token(projectKey) == word }) {
				t.Fatalf("%q is granted and %q left out in silence", granted, word)
			}
		}
	})
}

func TestScopeTokens(t *testing.T) {
	t.Parallel()
	c := store.Client{Project: "europe-west1.gcp:my-project", Scopes: []string{"manage_project", "certify_connectors"}}
	requireEqual(t, "tokens", []string{"manage_project:my-project", "certify_connectors"}, ScopeTokens(c))
	requireEqual(t, "of nothing", 0, len(ScopeTokens(store.Client{Project: "r:p"})))
}
