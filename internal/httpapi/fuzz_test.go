package httpapi

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/testkit/internals"
)

// No request, however strange, is answered by trouble of ours, by what the API's
// description does not know, or with internals.
func FuzzRequests(f *testing.F) {
	w := newWorld(f)
	draft := w.create(f, map[string]any{"key": "tax"})
	run := w.start(f, draft, api.UpdatePreviewable())
	w.finish(f, run, true) // ?wait= would wait for it
	for _, r := range (&API{}).routes() {
		path := strings.NewReplacer("{ref}", draft.ID, "{run}", run).Replace(r.path)
		f.Add(r.method, path, "limit=1&sort=name+desc", "", "application/json")
		f.Add(http.MethodPut, path, "%zz", `{"version":1,"actions":[{"action":"setName","name":"x"}]}`, "text/plain")
	}
	f.Add(http.MethodPost, "/connectors/drafts", "", draftBody(f, nil), "application/json")
	f.Add(http.MethodPost, "/connectors/drafts/key=tax", "", updateBody(f, 3, api.SetName("Other"), api.UpdatePreviewable()), "")
	f.Add(http.MethodPost, "/oauth/token", "grant_type=client_credentials", "scope=%ff", form)
	f.Add(http.MethodHead, "/connectors/key=%00", "a;b", "\xff", "\x00")
	f.Add("B\x00REW", "*", "", "{}", "application/json")
	f.Fuzz(func(t *testing.T, method, path, query, body, contentType string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://greenroom.example/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		// As the server's reader takes them, not as a client would check them.
		req.Method = method
		req.URL = &url.URL{Path: path, RawQuery: query}
		if parsed, err := url.ParseRequestURI(path); err == nil {
			req.URL.Path, req.URL.RawPath = parsed.Path, parsed.RawPath
		}
		w.logged.forget()
		got := w.call(t, owner, http.MethodGet, "/", "", func(r *http.Request) {
			req.Header = r.Header.Clone()
			req.Header.Set("Content-Type", contentType)
			*r = *req
		})
		if got.status >= http.StatusInternalServerError {
			t.Fatalf("%q %q ? %q with %q: answered %s\n%s", method, path, query, body, got, w.logged)
		}
		if method == http.MethodHead {
			return
		}
		if got.status >= http.StatusBadRequest {
			requireShape(t, got)
			internals.RequireNone(t, string(got.body), method, path, req.URL.Path, query, body, contentType)
		}
	})
}

// Whatever a query says, each parameter is read to something that the store can
// be asked for, or refused by a bounded answer that names it.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"", "limit=0&offset=10000", "limit=+1", "limit=501&offset=-1", "limit=1&limit=2", "limit=%zz", "a;b", "%00=%ff",
		"sort=name+desc&sort=id", "sort=", "sort=name+up", "sort=status", "text=%E2%80%AE+t%00x", "text=" + strings.Repeat("a+", 30),
		"id=5ab3edcd-9d23-4934-8f48-256805253119&id=5AB3EDCD-9D23-4934-8F48-256805253119", "id={}", "key=tax&key=%2F",
		"integrationTypes=tax&integrationTypes=x", strings.Repeat("integrationTypes=x&", 200), "private=true", "private=1", "wait=26",
		"creator.company=Acme&creator.company=Acme", "isPrivate=",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r := &request{Request: &http.Request{URL: &url.URL{RawQuery: raw}}}
		if err := r.readQuery(); err != nil {
			requireQueryProblem(t, err, raw)
			return
		}
		q := r.query()
		limit, offset, wait, sorts := q.limit(), q.offset(), q.wait(), q.sort(draftSorts)
		ids, keys, terms := q.ids("id"), q.listed("key", field.Key), q.terms()
		_, _, _ = q.types(), q.boolean("private"), q.text("creator.company")
		if limit < 0 || limit > 500 || offset < 0 || offset > 10_000 || wait < 0 || wait > maxWait*time.Second {
			t.Fatalf("%q is read as limit %d, offset %d, wait %s", raw, limit, offset, wait)
		}
		if err := q.problem(); err != nil {
			requireQueryProblem(t, err, raw)
			return
		}
		if len(ids) > maxListed || len(keys) > maxListed || len(terms) > maxTerms || len(sorts) > maxSorts {
			t.Fatalf("%q is read as %d ids, %d keys, %d terms, %d sorts", raw, len(ids), len(keys), len(terms), len(sorts))
		}
		for _, id := range ids {
			if uuid.Validate(id) != nil || strings.ToLower(id) != id {
				t.Fatalf("%q is read as the id %q", raw, id)
			}
		}
	})
}

func requireQueryProblem(t *testing.T, err error, raw string) {
	t.Helper()
	var p *problem.Error
	if !errors.As(err, &p) || p.Status != http.StatusBadRequest || len(p.Objects) == 0 || len(p.Objects) > maxProblems {
		t.Fatalf("%q: error %v", raw, err)
	}
	res := failure(t.Context(), err)
	requireShape(t, answer{res.status, res.header, res.body})
	internals.RequireNone(t, string(res.body), raw)
}
