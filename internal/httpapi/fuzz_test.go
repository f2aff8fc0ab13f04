package httpapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
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
		}
	})
}
