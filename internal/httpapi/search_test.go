package httpapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
)

// catalog is a world with four Connectors, of which d alone is public and c is
// shared with another project. It returns their ids, by key.
func catalog(t *testing.T) (*world, map[string]string) {
	t.Helper()
	w := newWorld(t)
	ids := map[string]string{}
	for _, members := range []map[string]any{
		{"key": "ka", "name": "Tax Größe", "description": "Europe only", "integrationTypes": []string{"tax"}},
		{"key": "kb", "name": "Mailer", "description": "Tax e-mails", "integrationTypes": []string{"email", "tax"},
			"creator": map[string]any{"email": "jane@example.com", "company": "Acme & Söhne"}},
		{"key": "kc", "name": "Pay", "integrationTypes": []string{"psp"}, "privateProjects": []string{"europe-west1.gcp:other"}},
	} {
		d := w.create(t, members)
		w.finish(t, w.start(t, d, api.Publish(false)), true)
		ids[d.Key] = d.ID
	}
	d := w.take(t, w.submit(t, map[string]any{"key": "kd", "name": "Ship 100%_"}))
	want(t, w.call(t, certifier, http.MethodPost, "/x/v1/reviews/"+d.ID+"/approve", ""), http.StatusOK, "")
	ids[d.Key] = d.ID
	w.create(t, map[string]any{"key": "ke", "name": "Tax, a mere draft"})
	return w, ids
}

// search returns the keys that are found, and how many there are in all.
func (w *world) search(t *testing.T, who role, query string) (string, int) {
	t.Helper()
	got := w.call(t, who, http.MethodGet, "/connectors/search?"+query, "")
	want(t, got, http.StatusOK, "")
	page := decode[api.PagedQueryResponse[api.Connector]](t, got.body)
	keys := []string{}
	for _, c := range page.Results {
		keys = append(keys, c.Key)
	}
	if page.Count != len(keys) {
		t.Errorf("%s: count %d of %d", query, page.Count, len(keys))
	}
	return strings.Join(keys, " "), page.Total
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w, ids := catalog(t)
	for _, c := range []struct {
		who   role
		query string
		want  string
		total int
	}{
		{viewer, "", "ka kb kc kd", 4},
		{strangers, "", "kc kd", 2},
		{viewer, "sort=name+desc", "ka kd kc kb", 4},
		{viewer, "limit=1&offset=2", "kc", 4},
		{viewer, "limit=0", "", 4},
		{viewer, "private=true", "ka kb kc", 3},
		{strangers, "private=true", "kc", 1},
		{strangers, "private=false", "kc kd", 2},
		{viewer, "text=tax", "ka kb", 2},
		{viewer, "text=TAX+europe", "ka", 1},
		{viewer, "text=%20%20", "ka kb kc kd", 4},
		{viewer, "text=", "ka kb kc kd", 4},
		{viewer, "text=" + url.QueryEscape("GRÖSSE"), "ka", 1},
		{viewer, "text=" + url.QueryEscape("gro\u0308sse"), "ka", 1},
		{viewer, "text=" + url.QueryEscape("100%_"), "kd", 1},
		{viewer, "text=" + url.QueryEscape("1%"), "", 0},
		{viewer, "text=nothing", "", 0},
		{viewer, "integrationTypes=email&integrationTypes=psp", "kb kc", 2},
		{viewer, "integrationTypes=tax&text=mail", "kb", 1},
		{viewer, "creator.company=" + url.QueryEscape("Acme & Söhne"), "kb", 1},
		{viewer, "creator.company=acme", "", 0},
		{viewer, "id=" + ids["ka"] + "&id=" + ids["kd"], "ka kd", 2},
		{viewer, "id=" + strings.ToUpper(ids["ka"]), "ka", 1},
		{viewer, "id=" + uuid.NewString(), "", 0},
		{strangers, "id=" + ids["ka"], "", 0},
		{viewer, "key=kb&key=kd&key=none", "kb kd", 2},
		{viewer, "key=kb&id=" + ids["ka"], "", 0},
		{viewer, "where=x&isPrivate=maybe", "ka kb kc kd", 4},
	} {
		if got, total := w.search(t, c.who, c.query); got != c.want || total != c.total {
			t.Errorf("%s by %s: %q of %d, want %q of %d", c.query, c.who, got, total, c.want, c.total)
		}
	}
}

func TestBadSearches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for query, parameters := range map[string][]string{
		"private=": {"private"}, "private=yes": {"private"}, "private=true&private=false": {"private"},
		"text=%ff": {"text"}, "text=a%00": {"text"}, "text=a&text=b": {"text"}, "text=" + strings.Repeat("a+", maxTerms+1): {"text"},
		"creator.company=%ff": {"creator.company"}, "creator.company=a&creator.company=a": {"creator.company"},
		"id=": {"id"}, "id=1": {"id"}, "id=urn:uuid:" + uuid.NewString(): {"id"}, "id={" + uuid.NewString() + "}": {"id"},
		"key=": {"key"}, "key=a": {"key"}, "key=a%20b": {"key"}, "key=ok&key=%C3%A4%C3%A4": {"key"},
		"sort=status": {"sort"}, "sort=": {"sort"}, "limit=501": {"limit"}, "integrationTypes=x": {"integrationTypes"},
		"id=1&key=x&private=1&limit=x":         {"id", "key", "limit", "private"},
		strings.Repeat("key=ab&", maxListed+1): {"key"},
	} {
		got := w.call(t, viewer, http.MethodGet, "/connectors/search?"+query, "")
		want(t, got, http.StatusBadRequest, api.CodeInvalidQueryParam)
		var named []string
		for _, e := range got.failure(t).Errors {
			name, _, _ := strings.Cut(e.DetailedErrorMessage, ":")
			named = append(named, name)
		}
		slices.Sort(named)
		if diff := cmp.Diff(parameters, named); diff != "" {
			t.Errorf("%.60s: parameters (-want +got):\n%s", query, diff)
		}
	}
}

// What is unlisted is not found and can still be had.
func TestUnlisted(t *testing.T) {
	t.Parallel()
	w, ids := catalog(t)
	d := decode[api.ConnectorStaged](t, w.call(t, owner, http.MethodGet, "/connectors/drafts/key=kd", "").body)
	want(t, w.call(t, owner, http.MethodPost, "/connectors/drafts/key=kd", updateBody(t, d.Version, api.Unlist())), http.StatusCreated, "")
	if got, total := w.search(t, viewer, ""); got != "ka kb kc" || total != 3 {
		t.Errorf("found %q of %d", got, total)
	}
	want(t, w.call(t, strangers, http.MethodGet, "/connectors/"+ids["kd"], ""), http.StatusOK, "")
}
