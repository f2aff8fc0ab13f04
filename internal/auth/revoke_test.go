package auth

import (
	"context"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestIntrospect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, secret := w.client(t, acme, ManageProject, CertifyConnectors)
	token := w.issue(t, id, secret, "view_connectors:acme certify_connectors").AccessToken
	introspect := func() Introspection {
		t.Helper()
		is, err := w.Introspect(t.Context(), id, secret, token)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	want := Introspection{
		Active: true, Scope: "view_connectors:acme certify_connectors", ClientID: id, Exp: dawn.Add(TokenLifetime).Unix(),
	}
	requireEqual(t, "active", want, introspect())
	w.time = dawn.Add(TokenLifetime - 1)
	requireEqual(t, "to the end", want, introspect())
	w.time = dawn.Add(TokenLifetime)
	requireEqual(t, "expired", Introspection{}, introspect())
	w.time = dawn
	if err := w.Revoke(t.Context(), id, secret, token); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "revoked", Introspection{}, introspect())
}

// Of what is not its own a client learns nothing, not even of another client of
// its project.
func TestIntrospectOfAnothers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.token(t, ManageProject)
	id, secret := w.client(t, acme, ManageProject)
	for name, presented := range map[string]string{"another's": token, "nobody's": "x", "none": "", "its secret": secret} {
		is, err := w.Introspect(t.Context(), id, secret, presented)
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, name, Introspection{}, is)
	}
}

// A revocation holds at once where it was asked for, and elsewhere when what is
// remembered there is over.
func TestRevoke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, secret := w.client(t, acme, ManageProject)
	token, other := w.issue(t, id, secret, "").AccessToken, w.issue(t, id, secret, "").AccessToken
	elsewhere := New(w.store, func() time.Time { return w.time })
	for _, s := range []*Service{w.Service, elsewhere} {
		if _, err := s.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // what is revoked already is no error
		if err := w.Revoke(t.Context(), id, secret, token); err != nil {
			t.Fatal(err)
		}
		_, err := w.Verify(t.Context(), token)
		requireProblem(t, err, 401, "invalid_token")
	}
	if _, err := w.Verify(t.Context(), other); err != nil {
		t.Errorf("another token of the client: %v", err)
	}
	w.time = dawn.Add(4 * time.Second)
	_, err := elsewhere.Verify(t.Context(), token)
	requireProblem(t, err, 401, "invalid_token")
}

// Nobody revokes the token of another client, seen or not.
func TestRevokeOfAnothers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.token(t, ManageProject)
	id, secret := w.client(t, acme, ManageProject)
	for _, seen := range []string{"not yet", "seen"} {
		if err := w.Revoke(t.Context(), id, secret, token); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Verify(t.Context(), token); err != nil {
			t.Errorf("%s: %v", seen, err)
		}
	}
	requireEqual(t, "look-ups: what is another's stays remembered", int32(1), w.asked.Load())
	if err := w.Revoke(t.Context(), id, secret, "x"); err != nil {
		t.Errorf("a token of nobody's: %v", err)
	}
}

func TestOnlyAClientAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, secret := w.client(t, acme, ManageProject)
	token := w.issue(t, id, secret, "").AccessToken
	for _, try := range [][2]string{{id, "x"}, {id, ""}, {"x", secret}, {"", ""}} {
		_, err := w.Introspect(t.Context(), try[0], try[1], token)
		requireProblem(t, err, 401, "invalid_client")
		requireProblem(t, w.Revoke(t.Context(), try[0], try[1], token), 401, "invalid_client")
	}
	if _, err := w.Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
}

// overtaken is a store in which something happens just after a token was read.
type overtaken struct {
	counting
	after func()
}

func (o overtaken) Token(ctx context.Context, hash []byte) (store.Token, store.Client, error) {
	token, client, err := o.counting.Token(ctx, hash)
	o.after()
	return token, client, err //nolint:wrapcheck // it stands in for it
}

// What was read before a revocation is not remembered after it.
func TestRevokeOvertakesAVerify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, secret := w.client(t, acme, ManageProject)
	token := w.issue(t, id, secret, "").AccessToken
	revoke := func() {
		if err := w.Revoke(t.Context(), id, secret, token); err != nil {
			t.Error(err)
		}
	}
	w.clients = overtaken{counting{w.store, &w.asked}, revoke}
	if _, err := w.Verify(t.Context(), token); err != nil {
		t.Fatalf("it was read before the revocation: %v", err)
	}
	_, err := w.Verify(t.Context(), token)
	requireProblem(t, err, 401, "invalid_token")
}
