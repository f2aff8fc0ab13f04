package auth

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

const acme = "europe-west1.gcp:acme"

var dawn = time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)

// world is a service on a real database, and a time that the test commands.
type world struct {
	*Service
	store *sqlstore.Store
	dir   string
	time  time.Time
	asked atomic.Int32 // how often a token was looked up
}

// counting counts the look-ups of tokens.
type counting struct {
	*sqlstore.Store
	asked *atomic.Int32
}

func (c counting) Token(ctx context.Context, hash []byte) (store.Token, store.Client, error) {
	c.asked.Add(1)
	return c.Store.Token(ctx, hash) //nolint:wrapcheck // it stands in for it
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), time: dawn}
	var err error
	if w.store, err = sqlstore.OpenSQLite(t.Context(), w.dir, sqlstore.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Service = New(counting{w.store, &w.asked}, func() time.Time { return w.time })
	return w
}

// client makes a client of a project.
func (w *world) client(t *testing.T, project string, scopes ...Scope) (id, secret string) {
	t.Helper()
	c, secret, err := NewClient(t.Context(), w.store, project, scopes, w.time)
	if err != nil {
		t.Fatal(err)
	}
	return c.ID, secret
}

// issue makes a token of a client that may have it.
func (w *world) issue(t *testing.T, id, secret, scope string) Token {
	t.Helper()
	token, err := w.Issue(t.Context(), id, secret, scope)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// token makes a client, and a token with all that it may.
func (w *world) token(t *testing.T, scopes ...Scope) (id, token string) {
	t.Helper()
	id, secret := w.client(t, acme, scopes...)
	return id, w.issue(t, id, secret, "").AccessToken
}

func requireProblem(t *testing.T, err error, status int, code api.ErrorCode) problem.Error {
	t.Helper()
	var p *problem.Error
	if !errors.As(err, &p) {
		t.Fatalf("error %v, want %d %s", err, status, code)
	}
	if p.Status != status || p.Objects[0].Code != code || len(p.Objects) != 1 {
		t.Fatalf("error %d %v, want %d %s", p.Status, err, status, code)
	}
	return *p
}

func requireEqual(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
