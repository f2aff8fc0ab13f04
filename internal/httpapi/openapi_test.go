package httpapi

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/testkit/internals"
	"github.com/greenroom-registry/greenroom/internal/testkit/openapi"
)

// TestRoutesAreTheOperations compares the table of routes with the description:
// which there are, and the scopes by which each can be used.
func TestRoutesAreTheOperations(t *testing.T) {
	t.Parallel()
	described := map[string][]string{}
	for _, o := range openapi.Load(t).Operations() {
		name := o.Method + " " + o.Path
		described[name] = slices.Sorted(slices.Values(o.Scopes))
		if o.Credentials != openapi.Bearer {
			described[name] = []string{"no token"}
		}
	}
	served := map[string][]string{}
	for _, r := range (&API{}).routes() {
		scopes := []string{}
		for _, s := range auth.Scopes {
			if (auth.Principal{Scopes: []auth.Scope{s}}).Can(r.scopes...) {
				scopes = append(scopes, string(s))
			}
		}
		slices.Sort(scopes)
		if r.scopes == nil {
			scopes = []string{"no token"}
		}
		served[r.method+" "+r.path] = scopes
	}
	if diff := cmp.Diff(described, served); diff != "" {
		t.Errorf("the operations (-) and the routes (+) differ:\n%s", diff)
	}
}

// TestSpoiltRequests sends requests that the description forbids, each with one
// fault. They are refused with the right status, and leave no trace.
func TestSpoiltRequests(t *testing.T) {
	t.Parallel()
	const seed = 7
	n := 20_000
	if testing.Short() {
		n = 5_000
	}
	w := newWorld(t)
	w.client(t, auth.ManageProject)
	w.submit(t, map[string]any{"key": "tax-calculator"})
	before := w.everything(t)
	sent := 0
	operations, byMutation, byStatus := map[string]int{}, map[string]int{}, map[int]int{}
	for r := range openapi.Load(t).Requests(seed, n) {
		w.logged.forget()
		got := w.call(t, roleOf(r), r.Method, r.Target, "", spoilt(r))
		sent++
		operations[r.Operation.ID]++
		byMutation[r.Mutation]++
		byStatus[got.status]++
		if !slices.Contains(r.Statuses, got.status) { // one is enough to look at
			t.Fatalf("%s: %s at %q: %s %s\n%.300s\nanswered %s, want %v", r.Operation.ID, r.Mutation, r.Place, r.Method, r.Target, r.Body, got, r.Statuses)
		}
		internals.RequireNone(t, string(got.body), r.Target, string(r.Body))
	}
	if sent != n {
		t.Errorf("%d requests were sent, want %d", sent, n)
	}
	for _, o := range openapi.Load(t).Operations() {
		if operations[o.ID] == 0 {
			t.Errorf("%s met no spoilt request", o.ID)
		}
	}
	if diff := cmp.Diff(before, w.everything(t)); diff != "" {
		t.Errorf("what was refused has changed something (-before +after):\n%s", diff)
	}
	t.Logf("seed %d: %d spoilt requests to %d operations; answers by status: %s; by mutation: %s",
		seed, sent, len(operations), counts(byStatus), counts(byMutation))
}

// counts lists what was counted, in the order of its names.
func counts[K int | string](of map[K]int) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(of)) {
		fmt.Fprintf(&out, "\n\t%6d  %v", of[name], name)
	}
	return out.String()
}

// roleOf is one that may use the operation.
func roleOf(r openapi.Request) role {
	switch {
	case r.Credentials != openapi.Bearer:
		return nobody
	case slices.Contains(r.Operation.Scopes, string(auth.CertifyConnectors)):
		return certifier
	default:
		return owner
	}
}

// spoilt makes the request what r says.
func spoilt(r openapi.Request) func(*http.Request) {
	return func(req *http.Request) {
		given := maps.Clone(r.Header)
		if bearer := req.Header["Authorization"]; bearer != nil {
			given["Authorization"] = bearer
		}
		req.Header = given
		if r.Credentials == openapi.Basic {
			req.SetBasicAuth("id", "s+e%2Bc")
		}
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(r.Body)), int64(len(r.Body))
	}
}

// everything is what can be read of the world.
func (w *world) everything(tb testing.TB) []string {
	tb.Helper()
	var out []string
	read := func(who role, path string) answer {
		got := w.call(tb, who, http.MethodGet, path, "")
		want(tb, got, http.StatusOK, "")
		out = append(out, string(got.body))
		return got
	}
	drafts := read(owner, "/connectors/drafts?limit=500")
	for _, d := range decode[api.PagedQueryResponse[api.ConnectorStaged]](tb, drafts.body).Results {
		read(owner, "/x/v1/drafts/"+d.ID+"/runs?limit=500")
	}
	read(strangers, "/connectors/drafts?limit=500")
	read(owner, "/connectors/search?limit=500")
	read(certifier, "/x/v1/reviews?limit=500")
	read(owner, "/x/v1/credentials?limit=500")
	read(strangers, "/x/v1/credentials?limit=500")
	return out
}

// The description can be had without a token, in each of its forms.
func TestDocs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, is := range map[string]struct{ media, begins string }{
		"/openapi.yaml": {"application/yaml; charset=utf-8", "openapi: 3.1.0\n"},
		"/openapi.json": {"application/json; charset=utf-8", "{"},
		"/docs":         {"text/html; charset=utf-8", "<!DOCTYPE html>"},
	} {
		got := w.call(t, nobody, http.MethodGet, path, "")
		want(t, got, http.StatusOK, "")
		if got.header.Get("Content-Type") != is.media || !strings.HasPrefix(strings.ToLower(string(got.body)), strings.ToLower(is.begins)) {
			t.Errorf("%s: %s: %.200s", path, got.header.Get("Content-Type"), got.body)
		}
		if again := w.call(t, nobody, http.MethodGet, path, ""); !bytes.Equal(again.body, got.body) {
			t.Errorf("%s differs from time to time", path)
		}
		want(t, w.call(t, nobody, http.MethodPost, path, ""), http.StatusMethodNotAllowed, api.CodeGeneral)
	}
	page := w.call(t, nobody, http.MethodGet, "/docs", "")
	if policy := page.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none';") {
		t.Errorf("the page may load by %q", policy)
	}
}
