package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
)

const form = "application/x-www-form-urlencoded"

// client adds a client whose secret is "s e+c" to the world.
func (w *world) client(t *testing.T, scopes ...auth.Scope) {
	t.Helper()
	if _, err := auth.PutClient(t.Context(), w.store, "id", "s e+c", ownProject, scopes, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// token asks for one with HTTP Basic credentials.
func (w *world) token(t *testing.T, id, secret, query, body string, change ...func(*http.Request)) answer {
	t.Helper()
	return w.call(t, nobody, http.MethodPost, "/oauth/token"+query, body, append([]func(*http.Request){func(r *http.Request) {
		r.SetBasicAuth(id, secret)
		r.Header.Set("Content-Type", form)
	}}, change...)...)
}

func TestToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client(t, auth.ManageProject)
	for name, c := range map[string]struct{ secret, query, body, scope string }{
		"form":              {"s+e%2Bc", "", "grant_type=client_credentials", "manage_project:acme"},
		"query":             {"s+e%2Bc", "?grant_type=client_credentials", "", "manage_project:acme"},
		"both":              {"s+e%2Bc", "?grant_type=client_credentials", "grant_type=client_credentials", "manage_project:acme"},
		"narrowed":          {"s+e%2Bc", "", "grant_type=client_credentials&scope=view_connectors:acme", "view_connectors:acme"},
		"narrowed by both":  {"s+e%2Bc", "?scope=manage_connectors:acme+view_connectors:acme", "grant_type=client_credentials", "manage_connectors:acme view_connectors:acme"},
		"unknown parameter": {"s+e%2Bc", "", "grant_type=client_credentials&audience=a&audience=b", "manage_project:acme"},
	} {
		got := w.token(t, "id", c.secret, c.query, c.body)
		if got.status != http.StatusOK {
			t.Errorf("%s: answered %s", name, got)
			continue
		}
		token := decode[auth.Token](t, got.body)
		if token.TokenType != "Bearer" || token.ExpiresIn != 172800 || token.Scope != c.scope || len(token.AccessToken) < 40 {
			t.Errorf("%s: %s", name, got)
		}
		if got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control: %s", name, got.header.Get("Cache-Control"))
		}
		want(t, w.call(t, nobody, http.MethodGet, "/connectors/drafts", "", header("Authorization", "Bearer "+token.AccessToken)), http.StatusOK, "")
		if strings.Contains(w.logged.String(), token.AccessToken) {
			t.Errorf("%s: the token is in the log", name)
		}
	}
}

// A narrowed token can do no more than it says.
func TestNarrowedToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client(t, auth.ManageProject)
	got := w.token(t, "id", "s+e%2Bc", "", "grant_type=client_credentials&scope=view_connectors:acme")
	want(t, got, http.StatusOK, "")
	bearer := header("Authorization", "Bearer "+decode[auth.Token](t, got.body).AccessToken)
	want(t, w.call(t, nobody, http.MethodGet, "/connectors/drafts", "", bearer), http.StatusOK, "")
	want(t, w.call(t, nobody, http.MethodPost, "/connectors/drafts", draftBody(t, nil), bearer), http.StatusForbidden, api.CodeAuthorizationError)
}

func TestTokenErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client(t, auth.ManageConnectors)
	const good, secret = "grant_type=client_credentials", "s+e%2Bc"
	for name, c := range map[string]struct {
		got    answer
		status int
		code   api.ErrorCode
	}{
		"no credentials":      {w.call(t, nobody, http.MethodPost, "/oauth/token", good, header("Content-Type", form)), 401, api.CodeInvalidClient},
		"unknown client":      {w.token(t, "other", secret, "", good), 401, api.CodeInvalidClient},
		"bad secret":          {w.token(t, "id", "S+e%2Bc", "", good), 401, api.CodeInvalidClient},
		"no secret":           {w.token(t, "id", "", "", good), 401, api.CodeInvalidClient},
		"no text":             {w.token(t, "\xff\x00", "\xff%00", "", good), 401, api.CodeInvalidClient},
		"no grant":            {w.token(t, "id", secret, "", "scope=view_connectors:acme"), 400, api.CodeInvalidRequest},
		"nothing":             {w.token(t, "id", secret, "", ""), 400, api.CodeInvalidRequest},
		"other grant":         {w.token(t, "id", secret, "", "grant_type=password"), 400, api.CodeUnsupportedGrantType},
		"grant twice":         {w.token(t, "id", secret, "?grant_type=password", good), 400, api.CodeInvalidRequest},
		"grant thrice":        {w.token(t, "id", secret, "", good+"&"+good+"&grant_type=password"), 400, api.CodeInvalidRequest},
		"scope twice":         {w.token(t, "id", secret, "", good+"&scope=a&scope=b"), 400, api.CodeInvalidRequest},
		"undecodable form":    {w.token(t, "id", secret, "", good+"&a=%zz"), 400, api.CodeInvalidRequest},
		"undecodable query":   {w.token(t, "id", secret, "?a=%zz", good), 400, api.CodeInvalidRequest},
		"wider scope":         {w.token(t, "id", secret, "", good+"&scope=manage_project:acme"), 400, api.CodeInvalidScope},
		"scope of another":    {w.token(t, "id", secret, "", good+"&scope=view_connectors:acme2"), 400, api.CodeInvalidScope},
		"scope without a key": {w.token(t, "id", secret, "", good+"&scope=view_connectors"), 400, api.CodeInvalidScope},
		"scope of a prefix":   {w.token(t, "id", secret, "", good+"&scope=view_connectors:acm"), 400, api.CodeInvalidScope},
		"server-wide scope":   {w.token(t, "id", secret, "", good+"&scope=certify_connectors"), 400, api.CodeInvalidScope},
	} {
		if c.got.status != c.status {
			t.Errorf("%s: answered %s, want %d", name, c.got, c.status)
			continue
		}
		want(t, c.got, c.status, c.code)
		if e := c.got.failure(t); e.Error != string(c.code) || e.ErrorDescription != e.Message {
			t.Errorf("%s: not in OAuth form: %s", name, c.got)
		}
		if challenge := c.got.header.Get("WWW-Authenticate"); (c.status == 401) != (challenge == `Basic realm="greenroom"`) {
			t.Errorf("%s: WWW-Authenticate: %s", name, challenge)
		}
	}
	want(t, w.token(t, "id", secret, "", `{"grant_type":"client_credentials"}`, header("Content-Type", "application/json")), 415, api.CodeGeneral)
	want(t, w.token(t, "id", secret, "", good, header("Content-Type", "")), 415, api.CodeGeneral)
	want(t, w.token(t, "id", secret, "", strings.Repeat("a", maxBody+1)), 413, api.CodeGeneral)
}
