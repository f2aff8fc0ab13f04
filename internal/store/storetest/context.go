package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// A caller that is gone gets its own context's error, and nothing is written.
//
//nolint:thelper // tests, which Run runs
var contextTests = map[string]func(*testing.T, store.Store){
	"canceled": func(t *testing.T, s store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		requireIdle(ctx, t, s, context.Canceled)
	},
	"past its deadline": func(t *testing.T, s store.Store) {
		ctx, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
		defer cancel()
		requireIdle(ctx, t, s, context.DeadlineExceeded)
	},
	"in time": func(t *testing.T, s store.Store) {
		requireNil(t, s.Ping(t.Context()))
	},
}

// requireIdle fails when a method does anything for a context that has ended.
func requireIdle(ctx context.Context, t *testing.T, s store.Store, want error) {
	t.Helper()
	d := newDraft("d1", withKey("k1"))
	c := newConnector(d)
	w := inserting(d)
	w.Connector, w.PrivateProjects = &c, &[]string{"a:one"}
	w.StartRuns = []store.Run{newRun("r1", d), newRun("r2", d)}
	requireNil(t, s.Commit(t.Context(), w))
	held := claim(t, s, "r1", "token")
	addToken(t, s, newToken("t1", "c1"))

	for name, call := range map[string]func() error{
		"Commit an insert": func() error { return s.Commit(ctx, burdened(inserting(newDraft("d2")))) },
		"Commit an update": func() error { return s.Commit(ctx, loaded(d, held)) },
		"Commit a delete":  func() error { return s.Commit(ctx, deleting(d)) },
		"Draft":            func() error { _, err := s.Draft(ctx, store.Ref{ID: "d1"}); return err },
		"Drafts":           func() error { _, err := s.Drafts(ctx, sorted()); return err },
		"DraftsOfStatus":   func() error { _, _, err := s.DraftsOfStatus(ctx, someStatuses, 20, 0); return err },
		"Connector":        func() error { _, err := s.Connector(ctx, store.Ref{ID: "d1"}); return err },
		"Connectors":       func() error { _, err := s.Connectors(ctx, searching()); return err },
		"KeyReservation":   func() error { _, err := s.KeyReservation(ctx, "k1"); return err },
		"Run":              func() error { _, err := s.Run(ctx, "r1"); return err },
		"RunsOf":           func() error { _, _, err := s.RunsOf(ctx, "d1", 20, 0); return err },
		"ClaimRun": func() error {
			_, err := s.ClaimRun(ctx, "r2", store.Claim{Token: "x", Now: at(1), Until: at(2)})
			return err
		},
		"ExtendRun":  func() error { return s.ExtendRun(ctx, "r1", "token", at(99)) },
		"ReleaseRun": func() error { return s.ReleaseRun(ctx, "r1", "token", at(99)) },
		"EndRun": func() error {
			return s.EndRun(ctx, "r1", "token", store.RunEnd{State: store.RunFailed, EndedAt: at(1)})
		},
		"DueRuns":             func() error { _, err := s.DueRuns(ctx, at(99), 20); return err },
		"Backlog":             func() error { _, err := s.Backlog(ctx, at(99)); return err },
		"ExpireLeases":        func() error { _, err := s.ExpireLeases(ctx, at(1)); return err },
		"PutClient":           func() error { return s.PutClient(ctx, newClient("c2")) },
		"Client":              func() error { _, err := s.Client(ctx, "c1"); return err },
		"Clients":             func() error { _, err := s.Clients(ctx); return err },
		"RemoveClient":        func() error { return s.RemoveClient(ctx, "c1") },
		"PutToken":            func() error { return s.PutToken(ctx, newToken("t2", "c1")) },
		"Token":               func() error { _, _, err := s.Token(ctx, hash("t1")); return err },
		"RemoveToken":         func() error { return s.RemoveToken(ctx, "c1", hash("t1")) },
		"RemoveExpiredTokens": func() error { return s.RemoveExpiredTokens(ctx, at(1e6)) },
		"Ping":                func() error { return s.Ping(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			requireUnchanged(t, s, func() { requireError(t, call(), want) })
		})
	}
}
