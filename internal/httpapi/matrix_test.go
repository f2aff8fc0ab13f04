package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
)

// access is the status that each role gets, in the order of roles.
type access [7]int

// rules says of each route who may use it. A route without a rule fails the test.
var rules = map[string]struct {
	access access
	// body makes the request's, for the draft that the path names.
	body func(*testing.T, api.ConnectorStaged) string
	// draft makes the one that the path names, for each request anew; nil: it
	// names one that is published.
	draft func(*testing.T, *world, string) api.ConnectorStaged
}{
	"POST /connectors/drafts": {access: access{401, 401, 403, 201, 201, 403, 201}, body: func(t *testing.T, _ api.ConnectorStaged) string {
		t.Helper()
		return draftBody(t, nil)
	}},
	"GET /connectors/drafts":       {access: access{401, 401, 200, 200, 200, 403, 200}},
	"GET /connectors/drafts/{ref}": {access: access{401, 401, 200, 200, 200, 403, 404}},
	"POST /connectors/drafts/{ref}": {access: access{401, 401, 403, 201, 201, 403, 404}, body: func(t *testing.T, d api.ConnectorStaged) string {
		t.Helper()
		return updateBody(t, d.Version)
	}},
	"DELETE /connectors/drafts/{ref}":          {access: access{401, 401, 403, 200, 200, 403, 404}, draft: fresh},
	"GET /connectors/search":                   {access: access{401, 401, 200, 200, 200, 403, 200}},
	"GET /connectors/{ref}":                    {access: access{401, 401, 200, 200, 200, 403, 404}},
	"GET /x/v1/drafts/{ref}/runs":              {access: access{401, 401, 200, 200, 200, 403, 404}},
	"GET /x/v1/drafts/{ref}/runs/{run}":        {access: access{401, 401, 200, 200, 200, 403, 404}},
	"GET /x/v1/drafts/{ref}/runs/{run}/report": {access: access{401, 401, 200, 200, 200, 403, 404}},
	"GET /x/v1/drafts/{ref}/runs/{run}/events": {access: access{401, 401, 200, 200, 200, 403, 404}},
	// The test's run has ended; who may cancel it learns that.
	"POST /x/v1/drafts/{ref}/runs/{run}/cancel": {access: access{401, 401, 403, 400, 400, 403, 404}},
	"POST /x/v1/drafts/{ref}/withdraw":          {access: access{401, 401, 403, 201, 201, 403, 404}, draft: submitted},
	"POST /x/v1/validations": {access: access{401, 401, 403, 200, 200, 403, 200}, body: func(t *testing.T, d api.ConnectorStaged) string {
		t.Helper()
		return encode(t, d.Repository)
	}},
	"POST /x/v1/validations/{tree}":    {access: access{401, 401, 403, 200, 200, 403, 200}},
	"GET /x/v1/reviews":                {access: access{401, 401, 403, 403, 403, 200, 403}},
	"GET /x/v1/reviews/{ref}":          {access: access{401, 401, 403, 403, 403, 200, 403}, draft: submitted},
	"POST /x/v1/reviews/{ref}/take":    {access: access{401, 401, 403, 403, 403, 200, 403}, draft: submitted},
	"POST /x/v1/reviews/{ref}/approve": {access: access{401, 401, 403, 403, 403, 200, 403}, draft: taken},
	"POST /x/v1/reviews/{ref}/reject": {access: access{401, 401, 403, 403, 403, 200, 403}, draft: taken, body: func(*testing.T, api.ConnectorStaged) string {
		return `{"reason": "No."}`
	}},
	"GET /x/v1/credentials": {access: access{401, 401, 403, 403, 200, 403, 200}},
	"POST /x/v1/credentials": {access: access{401, 401, 403, 403, 201, 403, 201}, body: func(*testing.T, api.ConnectorStaged) string {
		return `{"host": "` + uuid.NewString() + `.example.com", "generate": true}`
	}},
	// Nobody has the one that the test names; who may ask learns that.
	"DELETE /x/v1/credentials/{id}": {access: access{401, 401, 403, 403, 404, 403, 404}},
	// A bearer is no client.
	"POST /oauth/token":        {access: access{401, 401, 401, 401, 401, 401, 401}},
	"POST /oauth/introspect":   {access: access{401, 401, 401, 401, 401, 401, 401}},
	"POST /oauth/token/revoke": {access: access{401, 401, 401, 401, 401, 401, 401}},

	"GET /openapi.yaml":             {access: access{200, 200, 200, 200, 200, 200, 200}},
	"GET /openapi.json":             {access: access{200, 200, 200, 200, 200, 200, 200}},
	"GET /schema/connect.yaml.json": {access: access{200, 200, 200, 200, 200, 200, 200}},
	"GET /docs":                     {access: access{200, 200, 200, 200, 200, 200, 200}},
	"GET /healthz":                  {access: access{200, 200, 200, 200, 200, 200, 200}},
	"GET /livez":                    {access: access{200, 200, 200, 200, 200, 200, 200}},
}

func fresh(t *testing.T, w *world, key string) api.ConnectorStaged {
	t.Helper()
	return w.create(t, map[string]any{"key": key})
}

func submitted(t *testing.T, w *world, key string) api.ConnectorStaged {
	t.Helper()
	return w.submit(t, map[string]any{"key": key})
}

func taken(t *testing.T, w *world, key string) api.ConnectorStaged {
	t.Helper()
	return w.take(t, submitted(t, w, key))
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, map[string]any{"key": "tax"})
	run := w.start(t, draft, api.Publish(false))
	w.finish(t, run, true)
	draft.Version += 2

	known := map[string]bool{}
	var seen []answered
	for _, r := range (&API{}).routes() {
		name := r.method + " " + r.path
		known[name] = true
		seen = append(seen, answered{route: name})
		rule, ok := rules[name]
		if !ok {
			t.Errorf("there is no rule who may %s", name)
			continue
		}
		for i, who := range roles {
			for _, byKey := range []bool{false, true} {
				d := draft
				if rule.draft != nil {
					d = rule.draft(t, w, uuid.NewString())
				}
				body := ""
				if rule.body != nil {
					body = rule.body(t, d)
				}
				ref := d.ID
				if byKey {
					ref = "key=" + d.Key
				}
				path := strings.NewReplacer("{ref}", ref, "{run}", run, "{id}", uuid.NewString(), "{tree}", commit).Replace(r.path)
				if strings.Contains(path, "{") {
					t.Fatalf("the test cannot make a path of %s", r.path)
				}
				got := w.call(t, who, r.method, path, body)
				seen[len(seen)-1].access[i] = got.status
				if got.status != rule.access[i] {
					t.Errorf("%s %s by %s: answered %s, want %d", r.method, path, who, got, rule.access[i])
				}
				if r.method == http.MethodGet {
					if head := w.call(t, who, http.MethodHead, path, body); head.status != got.status {
						t.Errorf("HEAD %s by %s: answered %d, want %d", path, who, head.status, got.status)
					}
				}
			}
		}
	}
	for name := range rules {
		if !known[name] {
			t.Errorf("there is a rule for %s, which is no route", name)
		}
	}
	checkAccessPage(t, seen)
}

// What another project has is answered like what nobody has: not a byte tells
// them apart.
func TestStrangersLearnNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, map[string]any{"key": "tax"})
	run := w.start(t, draft, api.Publish(false))
	w.finish(t, run, true)
	const missing = "00000000-0000-4000-8000-000000000000"
	for _, path := range []string{"/connectors/drafts/{}", "/connectors/{}", "/x/v1/drafts/{}/runs", "/x/v1/drafts/{}/runs/" + run} {
		for ref, none := range map[string]string{draft.ID: missing, "key=tax": "key=none"} {
			theirs := w.call(t, strangers, http.MethodGet, strings.Replace(path, "{}", ref, 1), "")
			nobodys := w.call(t, strangers, http.MethodGet, strings.Replace(path, "{}", none, 1), "")
			want(t, theirs, http.StatusNotFound, api.CodeResourceNotFound)
			neutral := func(a answer) string {
				return strings.NewReplacer(draft.ID, "REF", missing, "REF", "'tax'", "REF", "'none'", "REF").Replace(a.String())
			}
			if neutral(theirs) != neutral(nobodys) {
				t.Errorf("%s: %s for another's, %s for nobody's", path, theirs, nobodys)
			}
		}
	}
	theirs := w.call(t, strangers, http.MethodGet, "/connectors/drafts", "")
	if got := decode[api.PagedQueryResponse[api.ConnectorStaged]](t, theirs.body); got.Total != 0 || got.Count != 0 {
		t.Errorf("another project's list is %s", theirs)
	}
}
