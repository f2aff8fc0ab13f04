package httpapi

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
)

// The bytes of a draft and a Connector are those that are stored, not those of
// another encoding.
func TestStoredBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, map[string]any{"key": "tax", "name": "Täx <1> \u2028"})
	w.finish(t, w.start(t, draft, api.Publish(false)), true)
	row, err := w.store.Draft(t.Context(), refOf(draft))
	if err != nil {
		t.Fatal(err)
	}
	production, err := w.store.Connector(t.Context(), refOf(draft))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]byte{
		"/connectors/drafts/" + draft.ID: row.Document,
		"/connectors/drafts/key=tax":     row.Document,
		"/connectors/" + draft.ID:        production.Document,
		"/connectors/key=tax":            production.Document,
	} {
		if got := w.call(t, owner, http.MethodGet, path, ""); string(got.body) != string(want) {
			t.Errorf("%s answered\n%s\nand stored is\n%s", path, got, want)
		}
	}
	list := w.call(t, owner, http.MethodGet, "/connectors/drafts", "")
	if got, want := string(list.body), fmt.Sprintf(`{"limit":20,"offset":0,"count":1,"total":1,"results":[%s]}`, row.Document); got != want {
		t.Errorf("the list is\n%s\nwant\n%s", got, want)
	}
}

// An id and a key have several spellings.
func TestRefs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, map[string]any{"key": "tax-1"})
	for ref, status := range map[string]int{
		draft.ID:                              200,
		strings.ToUpper(draft.ID):             200,
		"key=tax-1":                           200,
		"key%3Dtax-1":                         200,
		"key%3dtax%2D1":                       200,
		"%6bey=tax-1":                         200,
		"KEY=tax-1":                           400,
		"key=t":                               400,
		"key=":                                400,
		"key=tax%2F1":                         400,
		"key=tax%001":                         400,
		"key=%ff%fe":                          400,
		"key=" + strings.Repeat("a", 257):     400,
		"key=Tax-1":                           404,
		"tax-1":                               400,
		"1":                                   400,
		"{" + draft.ID + "}":                  400,
		"urn:uuid:" + draft.ID:                400,
		strings.ReplaceAll(draft.ID, "-", ""): 400,
		uuid.NewString():                      404,
	} {
		got := w.call(t, owner, http.MethodGet, "/connectors/drafts/"+ref, "")
		if got.status != status {
			t.Errorf("%s: answered %s, want %d", ref, got, status)
		}
		if status == 400 {
			want(t, got, 400, api.CodeInvalidPathParam)
		}
	}
}

// A path that is not spelled as a route is nobody's; it is not redirected, since
// a redirect has no JSON body.
func TestUncleanPaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, nil)
	for _, path := range []string{
		"/", "//", "/connectors", "/connectors/", "/connectors/drafts/", "//connectors/drafts", "/connectors//drafts",
		"/connectors/./drafts", "/connectors/../connectors/drafts", "/connectors/%2e%2e/connectors/drafts",
		"/connectors/drafts/" + draft.ID + "/", "/connectors/drafts/" + draft.ID + "/runs", "/Connectors/drafts",
		"/connectors%2Fdrafts", "/x", "/x/", "/x/v1", "/x/v1/drafts", "/x/v1/drafts/" + draft.ID, "/acme/deployments",
		"/healthz/", "/oauth", "/favicon.ico", "/connectors/drafts/key=a/../../" + draft.ID,
	} {
		got := w.call(t, owner, http.MethodGet, path, "")
		if got.status != http.StatusNotFound {
			t.Errorf("%s: answered %s", path, got)
			continue
		}
		want(t, got, http.StatusNotFound, api.CodeResourceNotFound)
	}
	if got := w.call(t, owner, http.MethodGet, "/connectors/%64rafts", ""); got.status != http.StatusOK {
		t.Errorf("an encoded letter: answered %s", got)
	}
}

// What is no path at all is answered in JSON too.
func TestNoPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, line := range []string{"OPTIONS * HTTP/1.1", "GET * HTTP/1.1", "CONNECT example.com:443 HTTP/1.1", "GET http://example.com HTTP/1.1"} {
		s := httptest.NewUnstartedServer(w)
		s.Config.DisableGeneralOptionsHandler = true
		s.Start()
		t.Cleanup(s.Close)
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := fmt.Fprintf(conn, "%s\r\nHost: example.com\r\n\r\n", line); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		want(t, receive(t, res, err), http.StatusNotFound, api.CodeResourceNotFound)
	}
}

func TestAllow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, nil)
	for path, allow := range map[string]string{
		"/connectors/drafts":                          "GET, POST, HEAD",
		"/connectors/drafts/" + draft.ID:              "DELETE, GET, POST, HEAD",
		"/connectors/search":                          "GET, HEAD",
		"/x/v1/drafts/" + draft.ID + "/withdraw":      "POST",
		"/x/v1/validations":                           "POST",
		"/connectors/" + draft.ID:                     "GET, HEAD",
		"/x/v1/drafts/" + draft.ID + "/runs":          "GET, HEAD",
		"/x/v1/drafts/" + draft.ID + "/runs/1":        "GET, HEAD",
		"/x/v1/drafts/" + draft.ID + "/runs/1/report": "GET, HEAD",
		"/oauth/token":                                "POST",
		"/oauth/token/revoke":                         "POST",
		"/healthz":                                    "GET, HEAD",
	} {
		for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodOptions, http.MethodTrace, "BREW"} {
			got := w.call(t, viewer, method, path, "")
			want(t, got, http.StatusMethodNotAllowed, api.CodeGeneral)
			if got.header.Get("Allow") != allow {
				t.Errorf("%s %s: Allow: %s, want %s", method, path, got.header.Get("Allow"), allow)
			}
		}
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, nil)
	s := w.served(t)
	for path, status := range map[string]int{"/connectors/drafts/" + draft.ID: 200, "/connectors/drafts/key=none": 404, "/docs": 200} {
		full := w.call(t, owner, http.MethodGet, path, "")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+w.tokens[owner])
		res, err := s.Client().Do(req)
		got := receive(t, res, err)
		if got.status != status || len(got.body) != 0 || res.ContentLength != int64(len(full.body)) {
			t.Errorf("HEAD %s: answered %s with length %d, want %d", path, got, res.ContentLength, len(full.body))
		}
	}
	if strings.Contains(w.logged.String(), "went away") {
		t.Errorf("logged:\n%s", w.logged)
	}
}

// Every answer, good or bad, is JSON that no browser takes for something else.
func TestHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, got := range []answer{
		w.call(t, owner, http.MethodGet, "/connectors/drafts", ""),
		w.call(t, nobody, http.MethodGet, "/connectors/drafts", ""),
		w.call(t, nobody, http.MethodGet, "/nowhere", ""),
		w.call(t, nobody, http.MethodGet, "/healthz", ""),
		w.call(t, owner, http.MethodPut, "/connectors/drafts", ""),
	} {
		for name, value := range map[string]string{
			"Content-Type":           "application/json; charset=utf-8",
			"X-Content-Type-Options": "nosniff",
			"Content-Length":         fmt.Sprint(len(got.body)),
		} {
			if got.header.Get(name) != value {
				t.Errorf("%s: %s: %q, want %q", got, name, got.header.Get(name), value)
			}
		}
	}
}

func TestUnauthorized(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer nobody's", "Basic ZGV2OmRldg==", "Token " + w.tokens[owner], w.tokens[owner]} {
		got := w.call(t, nobody, http.MethodGet, "/connectors/drafts", "", header("Authorization", authorization))
		want(t, got, http.StatusUnauthorized, api.CodeInvalidToken)
		if e := got.failure(t); e.Error != "invalid_token" || e.ErrorDescription != e.Message {
			t.Errorf("%q: answered %s", authorization, got)
		}
		if challenge := got.header.Get("WWW-Authenticate"); challenge != `Bearer realm="greenroom", error="invalid_token"` {
			t.Errorf("%q: WWW-Authenticate: %s", authorization, challenge)
		}
	}
	for _, authorization := range []string{"bearer " + w.tokens[owner], "BEARER  " + w.tokens[owner]} {
		want(t, w.call(t, nobody, http.MethodGet, "/connectors/drafts", "", header("Authorization", authorization)), http.StatusOK, "")
	}
}

// The caller's correlation id comes back; one that could forge a line of the log
// is replaced.
func TestCorrelation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	get := func(id string) string {
		got := w.call(t, owner, http.MethodGet, "/connectors/drafts/key=none", "", header("X-Correlation-ID", id))
		return got.header.Get("X-Correlation-ID")
	}
	if got := get("commercetools-cli-1"); got != "commercetools-cli-1" {
		t.Errorf("the id came back as %q", got)
	}
	if !strings.Contains(w.logged.String(), `"correlation_id":"commercetools-cli-1"`) {
		t.Errorf("logged:\n%s", w.logged)
	}
	for _, hostile := range []string{"", "a b", "a\tb", "é", `a"}` + "\u2028", strings.Repeat("a", 257)} {
		if got := get(hostile); uuid.Validate(got) != nil {
			t.Errorf("%q came back as %q", hostile, got)
		}
	}
}
