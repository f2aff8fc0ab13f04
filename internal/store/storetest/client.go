package storetest

import (
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

//nolint:thelper // tests, which Run runs
var clientTests = map[string]func(*testing.T, store.Store){
	"is read as it was written": func(t *testing.T, s store.Store) {
		c := newClient("c1")
		requireNil(t, s.PutClient(t.Context(), c))
		requireEqual(t, must(s.Client(t.Context(), "c1"))(t), c)
	},
	"may have no scopes": func(t *testing.T, s store.Store) {
		c := newClient("c1")
		c.Scopes = nil
		requireNil(t, s.PutClient(t.Context(), c))
		requireEqual(t, must(s.Client(t.Context(), "c1"))(t), c)
	},
	"is missing": func(t *testing.T, s store.Store) {
		requireNil(t, s.PutClient(t.Context(), newClient("c1")))
		for _, id := range []string{"c2", "C1", ""} {
			_, err := s.Client(t.Context(), id)
			requireError(t, err, store.ErrNotFound)
			requireUnchanged(t, s, func() { requireError(t, s.RemoveClient(t.Context(), id), store.ErrNotFound) })
		}
	},
	"is listed, the oldest first": func(t *testing.T, s store.Store) {
		var want []store.Client
		for i, id := range []string{"c3", "c1", "c2"} {
			c := newClient(id)
			c.CreatedAt = at(i / 2) // the first two at once
			want = append(want, c)
			requireNil(t, s.PutClient(t.Context(), c))
		}
		want[0], want[1] = want[1], want[0]
		requireEqual(t, must(s.Clients(t.Context()))(t), want)
	},
	"is replaced but for its creation": func(t *testing.T, s store.Store) {
		requireNil(t, s.PutClient(t.Context(), newClient("c1")))
		c := store.Client{
			ID: "c1", SecretHash: hash("new"), Project: owners[1], Scopes: []string{"manage_project"}, CreatedAt: at(9),
		}
		requireNil(t, s.PutClient(t.Context(), c))
		c.CreatedAt = dawn
		requireEqual(t, must(s.Client(t.Context(), "c1"))(t), c)
	},
	"keeps its tokens when it is put again": func(t *testing.T, s store.Store) {
		addToken(t, s, newToken("t1", "c1"))
		c := newClient("c1")
		c.CreatedAt = at(9)
		requireUnchanged(t, s, func() { requireNil(t, s.PutClient(t.Context(), c)) })
	},
	"loses its tokens when it is replaced by a different one": func(t *testing.T, s store.Store) {
		for name, change := range map[string]func(*store.Client){
			"secret":  func(c *store.Client) { c.SecretHash = hash("new") },
			"project": func(c *store.Client) { c.Project = owners[1] },
			"scopes":  func(c *store.Client) { c.Scopes = []string{"view_connectors"} },
		} {
			t.Run(name, func(t *testing.T) {
				requireNil(t, s.PutClient(t.Context(), newClient("c1")))
				requireNil(t, s.PutClient(t.Context(), newClient("c2")))
				mine, other := newToken(name, "c1"), newToken("other of "+name, "c2")
				requireNil(t, s.PutToken(t.Context(), mine))
				requireNil(t, s.PutToken(t.Context(), other))
				c := newClient("c1")
				change(&c)
				requireNil(t, s.PutClient(t.Context(), c))
				requireNoToken(t, s, mine)
				requireToken(t, s, other, newClient("c2"))
			})
		}
	},
	"takes its tokens along": func(t *testing.T, s store.Store) {
		addToken(t, s, newToken("t1", "c1"))
		addToken(t, s, newToken("t2", "c1"))
		addToken(t, s, newToken("t3", "c2"))
		requireNil(t, s.RemoveClient(t.Context(), "c1"))
		requireNoToken(t, s, newToken("t1", "c1"))
		requireNoToken(t, s, newToken("t2", "c1"))
		requireToken(t, s, newToken("t3", "c2"), newClient("c2"))
		// A new client of that id does not get them back.
		requireNil(t, s.PutClient(t.Context(), newClient("c1")))
		requireNoToken(t, s, newToken("t1", "c1"))
	},
	"that comes later does not get tokens of one that was": func(t *testing.T, s store.Store) {
		addToken(t, s, newToken("t1", "c1"))
		requireNil(t, s.RemoveClient(t.Context(), "c1"))
		requireNil(t, s.PutToken(t.Context(), newToken("t2", "c1"))) // issued while the client was removed
		requireNoToken(t, s, newToken("t2", "c1"))
		requireNil(t, s.PutClient(t.Context(), newClient("c1")))
		requireNoToken(t, s, newToken("t2", "c1"))
	},
	"has tokens with scopes of their own": func(t *testing.T, s store.Store) {
		token := newToken("t1", "c1")
		token.Scopes = nil
		addToken(t, s, token)
		requireToken(t, s, token, newClient("c1"))
		requireNoToken(t, s, newToken("t2", "c1"))
	},
	"has each token once": func(t *testing.T, s store.Store) {
		addToken(t, s, newToken("t1", "c1"))
		again := newToken("t1", "c1")
		again.ExpiresAt = at(9000)
		requireUnchanged(t, s, func() { requireEqual(t, kindOf(s.PutToken(t.Context(), again)), "trouble") })
	},
	"has its tokens removed one by one": func(t *testing.T, s store.Store) {
		addToken(t, s, newToken("t1", "c1"))
		addToken(t, s, newToken("t2", "c1"))
		requireNil(t, s.RemoveToken(t.Context(), "c1", hash("t1")))
		requireNoToken(t, s, newToken("t1", "c1"))
		requireToken(t, s, newToken("t2", "c1"), newClient("c1"))
		requireNil(t, s.PutToken(t.Context(), newToken("t1", "c1")))
	},
	"has no token of another removed": func(t *testing.T, s store.Store) {
		addToken(t, s, newToken("t1", "c1"))
		addToken(t, s, newToken("t2", "c2"))
		requireUnchanged(t, s, func() {
			requireNil(t, s.RemoveToken(t.Context(), "c2", hash("t1")))
			requireNil(t, s.RemoveToken(t.Context(), "c3", hash("t1")))
			requireNil(t, s.RemoveToken(t.Context(), "c1", hash("t3"))) // of nobody
		})
	},
	"has expired tokens until they are removed": func(t *testing.T, s store.Store) {
		end := at(3600)
		for i, name := range []string{"t1", "t2", "t3"} {
			token := newToken(name, "c1")
			token.ExpiresAt = end.Add(time.Duration(i-1) * time.Microsecond)
			addToken(t, s, token)
		}
		requireNil(t, s.RemoveExpiredTokens(t.Context(), end))
		requireNoToken(t, s, newToken("t1", "c1"))
		requireToken(t, s, newToken("t2", "c1"), newClient("c1"))
		last := newToken("t3", "c1")
		last.ExpiresAt = end.Add(time.Microsecond)
		requireToken(t, s, last, newClient("c1"))
		requireUnchanged(t, s, func() { requireNil(t, s.RemoveExpiredTokens(t.Context(), dawn)) })
	},
}

// addToken stores a token, and its client when it is not there.
func addToken(t failer, s store.Store, token store.Token) {
	t.Helper()
	requireNil(t, s.PutClient(background, newClient(token.ClientID)))
	requireNil(t, s.PutToken(background, token))
}

func requireToken(t failer, s store.Store, want store.Token, client store.Client) {
	t.Helper()
	got, of, err := s.Token(background, want.Hash)
	requireNil(t, err)
	requireEqual(t, tokenOfClient{got, of}, tokenOfClient{want, client})
}

func requireNoToken(t failer, s store.Store, token store.Token) {
	t.Helper()
	_, _, err := s.Token(background, token.Hash)
	requireError(t, err, store.ErrNotFound)
}
