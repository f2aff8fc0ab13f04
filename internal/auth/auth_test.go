package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestIssue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, secret := w.client(t, acme, ManageProject)
	token := w.issue(t, id, secret, "")
	access := token.AccessToken
	if len(access) < 52 {
		t.Errorf("a token of %d characters", len(access))
	}
	token.AccessToken = ""
	requireEqual(t, "answer", Token{TokenType: "Bearer", ExpiresIn: 172800, Scope: "manage_project:acme"}, token)

	p, err := w.Verify(t.Context(), access)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "principal", Principal{ClientID: id, Project: acme, Scopes: []Scope{ManageProject}}, p)
	if again := w.issue(t, id, secret, ""); again.AccessToken == access {
		t.Error("two tokens are one")
	}
}

func TestIssueInvalidClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, secret := w.client(t, acme, ManageProject)
	_, otherSecret := w.client(t, acme, ManageProject)
	for name, try := range map[string][2]string{
		"unknown client":       {"nobody", secret},
		"no client":            {"", ""},
		"no secret":            {id, ""},
		"another's secret":     {id, otherSecret},
		"part of the secret":   {id, secret[:len(secret)-1]},
		"more than the secret": {id, secret + "x"},
		"another case":         {id, strings.ToLower(secret)},
		"the id":               {id, id},
	} {
		for _, scope := range []string{"", "manage_project:acme", "nonsense"} {
			_, err := w.Issue(t.Context(), try[0], try[1], scope)
			p := requireProblem(t, err, 401, "invalid_client")
			requireEqual(t, name, "Please provide valid client credentials using HTTP Basic Authentication.", p.Objects[0].Message)
		}
	}
}

// An unknown client has the hash that is all zeros, and no secret has that.
func TestIssueForAClientWithoutAHash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.store.PutClient(t.Context(), store.Client{ID: "broken", Project: acme, Scopes: []string{"manage_project"}}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"", "x", string(make([]byte, 32))} {
		_, err := w.Issue(t.Context(), "broken", secret, "")
		requireProblem(t, err, 401, "invalid_client")
	}
}

func TestIssueScopes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tc := range []struct {
		held      []Scope
		request   string
		want      string // "" is refused
		principal []Scope
	}{
		{[]Scope{ManageProject}, "view_connectors:acme", "view_connectors:acme", []Scope{ViewConnectors}},
		{[]Scope{ManageConnectors, CertifyConnectors}, "certify_connectors", "certify_connectors", []Scope{CertifyConnectors}},
		{[]Scope{ManageConnectors, CertifyConnectors}, "", "manage_connectors:acme certify_connectors", []Scope{ManageConnectors, CertifyConnectors}},
		{[]Scope{ViewConnectors}, "manage_connectors:acme", "", nil},
		{[]Scope{ManageProject}, "certify_connectors", "", nil},
		{[]Scope{ManageProject}, "manage_project:acm", "", nil},
		{[]Scope{ManageProject}, "manage_project:acme2", "", nil},
	} {
		id, secret := w.client(t, acme, tc.held...)
		token, err := w.Issue(t.Context(), id, secret, tc.request)
		if tc.want == "" {
			p := requireProblem(t, err, 400, "invalid_scope")
			want := "The client may not have this scope. It may have: " + tokens(tc.held, "acme") + "."
			requireEqual(t, tc.request, want, p.Objects[0].Message)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.Verify(t.Context(), token.AccessToken)
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, tc.request, []any{tc.want, tc.principal}, []any{token.Scope, p.Scopes})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.token(t, ManageProject)
	hash := sha256.Sum256([]byte(token))
	for name, presented := range map[string]string{
		"empty": "", "nonsense": "x", "a client's id": id, "another case": strings.ToLower(token),
		"part": token[:51], "more": token + " ", "the hash that is stored": string(hash[:]),
	} {
		_, err := w.Verify(t.Context(), presented)
		p := requireProblem(t, err, 401, "invalid_token")
		requireEqual(t, name, "The access token is unknown or has expired. Get a new one from /oauth/token.", p.Objects[0].Message)
	}
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.token(t, ManageProject)
	for _, tc := range []struct {
		after time.Duration
		valid bool
	}{{0, true}, {TokenLifetime - time.Second, true}, {TokenLifetime - 1, true}, {TokenLifetime, false}, {TokenLifetime + time.Hour, false}} {
		w.time = dawn.Add(tc.after)
		if _, err := w.Verify(t.Context(), token); tc.valid {
			if err != nil {
				t.Errorf("after %v: %v", tc.after, err)
			}
		} else {
			requireProblem(t, err, 401, "invalid_token")
		}
	}
}

// A token that was seen is believed for a while, and no longer: that bounds how
// long a client that another process has removed can go on.
func TestRemovedClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.token(t, ManageProject)
	verify := func() error { _, err := w.Verify(t.Context(), token); return err }
	for range 3 {
		if err := verify(); err != nil {
			t.Fatal(err)
		}
	}
	requireEqual(t, "look-ups", int32(1), w.asked.Load())
	if err := w.store.RemoveClient(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.time = dawn.Add(4 * time.Second)
	requireProblem(t, verify(), 401, "invalid_token")
	requireProblem(t, verify(), 401, "invalid_token") // what is unknown is not remembered
	requireEqual(t, "look-ups", int32(3), w.asked.Load())

	another := newWorld(t)
	id, token = another.token(t, ManageProject)
	if err := another.store.RemoveClient(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	_, err := another.Verify(t.Context(), token)
	requireProblem(t, err, 401, "invalid_token")
}

// A client that is put anew, with less, loses the tokens of before.
func TestAClientThatIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.token(t, ManageProject)
	if _, err := PutClient(t.Context(), w.store, id, "s", acme, []Scope{ViewConnectors}, w.time); err != nil {
		t.Fatal(err)
	}
	_, err := w.Verify(t.Context(), token)
	requireProblem(t, err, 401, "invalid_token")
	requireEqual(t, "scope", "view_connectors:acme", w.issue(t, id, "s", "").Scope)
}

func TestVerifiedTokensAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.token(t, ManageProject)
	for i := range rememberAtMost + 10 {
		w.remember(sha256.Sum256([]byte{byte(i), byte(i >> 8)}), remembered{until: dawn.Add(time.Hour)}, 0)
		if n := len(w.remembered); n > rememberAtMost {
			t.Fatalf("%d tokens are remembered", n)
		}
	}
	if _, err := w.Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
}

// Neither a secret nor a token is anywhere in the files of the database.
func TestNoSecretIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, secret := w.client(t, acme, ManageProject)
	token := w.issue(t, id, secret, "").AccessToken
	if _, err := w.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	err := filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for what, needle := range map[string]string{"id": id, "secret": secret, "token": token, "half a token": token[:26], "half a secret": secret[26:]} {
			found[what] = found[what] || bytes.Contains(text, []byte(needle))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "in the files", map[string]bool{
		"id": true, "secret": false, "token": false, "half a token": false, "half a secret": false,
	}, found)
}

func TestClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, secret, err := NewClient(t.Context(), w.store, acme, []Scope{ManageConnectors, CertifyConnectors}, dawn)
	if err != nil {
		t.Fatal(err)
	}
	if len(secret) < 52 || len(c.ID) < 26 {
		t.Errorf("id %q, a secret of %d characters", c.ID, len(secret))
	}
	stored, err := w.store.Client(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(secret))
	want := store.Client{ID: c.ID, SecretHash: hash[:], Project: acme, Scopes: []string{"manage_connectors", "certify_connectors"}, CreatedAt: dawn}
	requireEqual(t, "client", want, c)
	requireEqual(t, "stored client", want, stored)

	put, err := PutClient(t.Context(), w.store, "dev", "secret", acme, []Scope{ManageProject}, dawn)
	if err != nil || put.ID != "dev" {
		t.Fatal(put, err)
	}
	w.issue(t, "dev", "secret", "")
}

// Trouble of the database is nobody's wrong password.
func TestTroubleOfTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, secret := w.client(t, acme, ManageProject)
	token := w.issue(t, id, secret, "").AccessToken
	ended, end := context.WithCancel(t.Context())
	end()
	for name, call := range map[string]func() error{
		"Issue":      func() error { _, err := w.Issue(ended, id, secret, ""); return err },
		"Verify":     func() error { _, err := w.Verify(ended, token); return err },
		"Introspect": func() error { _, err := w.Introspect(ended, id, secret, token); return err },
		"Revoke":     func() error { return w.Revoke(ended, id, secret, token) },
		"PutClient":  func() error { _, err := PutClient(ended, w.store, "x", "y", acme, nil, dawn); return err },
		"NewClient":  func() error { _, _, err := NewClient(ended, w.store, acme, nil, dawn); return err },
	} {
		var p *problem.Error
		if err := call(); !errors.Is(err, context.Canceled) || errors.As(err, &p) {
			t.Errorf("%s: error %v, want the database's", name, err)
		}
	}
}
