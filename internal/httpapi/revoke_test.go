package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
)

// basic asks a token endpoint with the credentials of the world's client.
func (w *world) basic(t *testing.T, path, body string) answer {
	t.Helper()
	return w.call(t, nobody, http.MethodPost, path, body, func(r *http.Request) {
		r.SetBasicAuth("id", "s+e%2Bc")
		r.Header.Set("Content-Type", form)
	})
}

func TestIntrospectAndRevoke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client(t, auth.ManageProject)
	token := decode[auth.Token](t, w.basic(t, "/oauth/token", "grant_type=client_credentials").body).AccessToken
	bearer := header("Authorization", "Bearer "+token)
	want(t, w.call(t, nobody, http.MethodGet, "/connectors/drafts", "", bearer), http.StatusOK, "")

	for _, c := range [][2]string{{"", "token=" + token}, {"?token=" + token, ""}, {"", "token_type_hint=x&token=" + token}} {
		got := w.basic(t, "/oauth/introspect"+c[0], c[1])
		is := decode[auth.Introspection](t, got.body)
		if got.status != http.StatusOK || !is.Active || is.Scope != "manage_project:acme" || is.ClientID != "id" || is.Exp == 0 {
			t.Errorf("introspection answered %s", got)
		}
		if got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("Cache-Control: %s", got.header.Get("Cache-Control"))
		}
	}
	const inactive = `200 {"active":false}`
	if got := w.basic(t, "/oauth/introspect", "token="+w.tokens[owner]); got.String() != inactive {
		t.Errorf("another client's is %s", got)
	}
	if got := w.basic(t, "/oauth/token/revoke", "token="+w.tokens[owner]); got.String() != "200 {}" {
		t.Errorf("answered %s", got)
	}
	want(t, w.call(t, owner, http.MethodGet, "/connectors/drafts", ""), http.StatusOK, "")

	for range 2 {
		if got := w.basic(t, "/oauth/token/revoke", "token="+token); got.String() != "200 {}" {
			t.Errorf("answered %s", got)
		}
		want(t, w.call(t, nobody, http.MethodGet, "/connectors/drafts", "", bearer), http.StatusUnauthorized, api.CodeInvalidToken)
	}
	if got := w.basic(t, "/oauth/introspect", "token="+token); got.String() != inactive {
		t.Errorf("a revoked one is %s", got)
	}
	if strings.Contains(w.logged.String(), token) {
		t.Error("the token is in the log")
	}
}

func TestIntrospectAndRevokeErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client(t, auth.ManageProject)
	for _, path := range []string{"/oauth/introspect", "/oauth/token/revoke"} {
		for body, code := range map[string]api.ErrorCode{
			"": api.CodeInvalidRequest, "token=": api.CodeInvalidRequest, "tokens=x": api.CodeInvalidRequest,
			"token=a&token=b": api.CodeInvalidRequest, "token=%zz": api.CodeInvalidRequest,
		} {
			got := w.basic(t, path, body)
			want(t, got, http.StatusBadRequest, code)
			if e := got.failure(t); e.Error != string(code) || e.ErrorDescription != e.Message {
				t.Errorf("%s %s: not in OAuth form: %s", path, body, got)
			}
		}
		got := w.call(t, nobody, http.MethodPost, path, "token=x", func(r *http.Request) {
			r.SetBasicAuth("id", "wrong")
			r.Header.Set("Content-Type", form)
		})
		want(t, got, http.StatusUnauthorized, api.CodeInvalidClient)
		if got.header.Get("WWW-Authenticate") != `Basic realm="greenroom"` {
			t.Errorf("%s: WWW-Authenticate: %s", path, got.header.Get("WWW-Authenticate"))
		}
		want(t, w.call(t, owner, http.MethodPost, path, "token=x", header("Content-Type", form)), http.StatusUnauthorized, api.CodeInvalidClient)
	}
}
