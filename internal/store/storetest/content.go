package storetest

import (
	"context"
	"errors"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// background serves where there is no context of a test: a rapid.T has none.
var background = context.Background()

// content is all that can be read of a store by the suite's names. Two stores
// that hold the same have equal contents.
type content struct {
	Drafts     map[store.Ref]store.Draft
	Connectors map[store.Ref]store.Connector
	Lists      map[string]store.Page
	Searches   map[string]store.Page
	Reserved   map[string]string
	Runs       map[string]store.Run
	History    map[string]history
	Due        []string
	Clients    []store.Client
	Tokens     map[string]tokenOfClient
}

type history struct {
	Runs  []store.Run
	Total int
}

type tokenOfClient struct {
	Token  store.Token
	Client store.Client
}

// everything is a limit beyond all that the suite stores.
const everything = 1000

// read returns the content of s.
func read(t failer, s store.Store) content {
	t.Helper()
	c := content{
		Connectors: make(map[store.Ref]store.Connector),
		Drafts:     make(map[store.Ref]store.Draft),
		Lists:      make(map[string]store.Page),
		Searches:   make(map[string]store.Page),
		Reserved:   make(map[string]string),
		Runs:       make(map[string]store.Run),
		History:    make(map[string]history),
		Tokens:     make(map[string]tokenOfClient),
	}
	for _, ref := range refs() {
		note(t, c.Drafts, ref, must(present(s.Draft(background, ref))))
		note(t, c.Connectors, ref, must(present(s.Connector(background, ref))))
	}
	for _, owner := range owners {
		c.Lists[owner] = must(s.Drafts(background, store.DraftQuery{Owner: owner, Limit: everything}))(t)
	}
	for _, viewer := range viewers {
		c.Searches[viewer] = must(s.Connectors(background, store.ConnectorQuery{Viewer: viewer, Limit: everything}))(t)
	}
	for _, key := range draftKeys {
		note(t, c.Reserved, key, must(present(s.KeyReservation(background, key))))
	}
	for _, id := range runIDs {
		note(t, c.Runs, id, must(present(s.Run(background, id))))
	}
	for _, id := range draftIDs {
		runs, total, err := s.RunsOf(background, id, everything, 0)
		requireNil(t, err)
		c.History[id] = history{runs, total}
	}
	c.Due = must(s.DueRuns(background, at(1e6), everything))(t)
	c.Clients = must(s.Clients(background))(t)
	for _, name := range tokens {
		token, client, err := s.Token(background, hash(name))
		note(t, c.Tokens, name, must(present(tokenOfClient{token, client}, err)))
	}
	return c
}

func refs() []store.Ref {
	var out []store.Ref
	for _, id := range draftIDs {
		out = append(out, store.Ref{ID: id})
	}
	for _, key := range draftKeys {
		out = append(out, store.Ref{Key: key})
	}
	return out
}

// present returns nil for a row that is not there.
func present[V any](v V, err error) (*V, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return &v, err
}

func note[K comparable, V any](t failer, m map[K]V, key K, value func(failer) *V) {
	t.Helper()
	if v := value(t); v != nil {
		m[key] = *v
	}
}
