package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func refOf(d api.ConnectorStaged) store.Ref { return store.Ref{ID: d.ID} }

// listed is a world with four drafts.
func listed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for _, d := range []struct {
		name, key string
		types     []string
	}{
		{"b", "k1", []string{"tax"}},
		{"a", "k2", []string{"oms", "tax"}},
		{"B", "k3", []string{"psp"}},
		{"ä", "k4", nil},
	} {
		w.create(t, map[string]any{"name": d.name, "key": d.key, "integrationTypes": d.types})
	}
	return w
}

func (w *world) page(t *testing.T, query string) api.PagedQueryResponse[api.ConnectorStaged] {
	t.Helper()
	got := w.call(t, viewer, http.MethodGet, "/connectors/drafts?"+query, "")
	want(t, got, http.StatusOK, "")
	page := decode[api.PagedQueryResponse[api.ConnectorStaged]](t, got.body)
	if page.Count != len(page.Results) || page.Results == nil {
		t.Errorf("%s: count %d with %d results: %s", query, page.Count, len(page.Results), got)
	}
	return page
}

func names(p api.PagedQueryResponse[api.ConnectorStaged]) string {
	var out []string
	for _, d := range p.Results {
		out = append(out, d.Name)
	}
	return strings.Join(out, " ")
}

func TestListQueries(t *testing.T) {
	t.Parallel()
	w := listed(t)
	for _, c := range []struct {
		query string
		want  string
		total int
	}{
		{"", "b a B ä", 4},
		{"sort=createdAt", "b a B ä", 4},
		{"sort=createdAt+desc", "ä B a b", 4},
		{"sort=createdAt%20asc", "b a B ä", 4},
		{"sort=name", "B a b ä", 4},
		{"sort=name+desc", "ä b a B", 4},
		{"sort=version&sort=key+desc", "ä B a b", 4},
		{"sort=status&sort=name", "B a b ä", 4},
		{"sort=%20name%20%20desc%20", "ä b a B", 4},
		{"limit=2", "b a", 4},
		{"limit=2&offset=1", "a B", 4},
		{"limit=500&offset=3", "ä", 4},
		{"limit=0", "", 4},
		{"offset=4", "", 4},
		{"offset=10000", "", 4},
		{"integrationTypes=tax", "b a", 2},
		{"integrationTypes=oms&integrationTypes=psp", "a B", 2},
		{"integrationTypes=giftcard", "", 0},
		{"integrationTypes=tax&limit=1&sort=name", "a", 2},
		{"isPrivate=true", "b a B ä", 4},
		{"isPrivate=false", "", 0},
		{"isPrivate=true&integrationTypes=psp", "B", 1},
		{"where=name%3D1&expand=x&Limit=999&unknown", "b a B ä", 4},
	} {
		page := w.page(t, c.query)
		if got := names(page); got != c.want || page.Total != c.total {
			t.Errorf("%s: %q of %d, want %q of %d", c.query, got, page.Total, c.want, c.total)
		}
	}
	if page := w.page(t, "limit=7&offset=2"); page.Limit != 7 || page.Offset != 2 {
		t.Errorf("the page says limit %d, offset %d", page.Limit, page.Offset)
	}
	if page := w.page(t, "sort=id"); !slices.IsSortedFunc(page.Results, func(a, b api.ConnectorStaged) int { return strings.Compare(a.ID, b.ID) }) {
		t.Errorf("not sorted by id: %+v", page)
	}
}

func TestBadQueries(t *testing.T) {
	t.Parallel()
	w := listed(t)
	for query, parameters := range map[string][]string{
		"limit=501": {"limit"}, "limit=-1": {"limit"}, "limit=": {"limit"}, "limit=1.0": {"limit"}, "limit=ten": {"limit"},
		"limit=%2B5": {"limit"}, "limit=1&limit=1": {"limit"}, "limit=99999999999999999999": {"limit"}, "limit=0x1": {"limit"},
		"limit=%D9%A1": {"limit"}, "limit=+1": {"limit"},
		"offset=10001": {"offset"}, "offset=-1": {"offset"},
		"sort=": {"sort"}, "sort": {"sort"}, "sort=+": {"sort"}, "sort=color": {"sort"}, "sort=name+up": {"sort"},
		"sort=name+asc+desc": {"sort"}, "sort=Name": {"sort"}, "sort=name,key": {"sort"}, "sort=%ff": {"sort"},
		"integrationTypes=": {"integrationTypes"}, "integrationTypes=Tax": {"integrationTypes"}, "integrationTypes=tax,oms": {"integrationTypes"},
		"isPrivate=": {"isPrivate"}, "isPrivate=True": {"isPrivate"}, "isPrivate=1": {"isPrivate"}, "isPrivate=true&isPrivate=true": {"isPrivate"},
		"limit=x&offset=y&sort=z&integrationTypes=w": {"sort", "integrationTypes", "limit", "offset"},
		"%zz": {"query"}, "a;b": {"query"}, "limit=%": {"query"},
	} {
		got := w.call(t, viewer, http.MethodGet, "/connectors/drafts?"+query, "")
		want(t, got, http.StatusBadRequest, api.CodeInvalidQueryParam)
		var named []string
		for _, e := range got.failure(t).Errors {
			name, _, _ := strings.Cut(e.DetailedErrorMessage, ":")
			named = append(named, name)
		}
		slices.Sort(named)
		slices.Sort(parameters)
		if diff := cmp.Diff(parameters, named); diff != "" {
			t.Errorf("%s: parameters (-want +got):\n%s", query, diff)
		}
	}
	many := url.Values{}
	for range maxSorts + 1 {
		many.Add("sort", "name")
	}
	want(t, w.call(t, viewer, http.MethodGet, "/connectors/drafts?"+many.Encode(), ""), http.StatusBadRequest, api.CodeInvalidQueryParam)
	// A query that cannot be decoded is no one's, whatever the endpoint reads of it.
	want(t, w.call(t, viewer, http.MethodGet, "/connectors/drafts/key=k1?%zz", ""), http.StatusBadRequest, api.CodeInvalidQueryParam)
}

// Every field that lists say can be sorted by can be.
func TestSortFields(t *testing.T) {
	t.Parallel()
	w := listed(t)
	if len(draftSorts) != maxSorts {
		t.Errorf("there are %d fields, but %d can be given", len(draftSorts), maxSorts)
	}
	for _, f := range draftSorts {
		for _, direction := range []string{"", "+asc", "+desc"} {
			if page := w.page(t, fmt.Sprintf("sort=%s%s", f, direction)); page.Count != 4 {
				t.Errorf("sort=%s%s: %d drafts", f, direction, page.Count)
			}
		}
	}
}
