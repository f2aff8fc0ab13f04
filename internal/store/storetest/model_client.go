package storetest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

func (m *model) PutClient(ctx context.Context, c store.Client) error {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return err
	}
	old, exists := m.clients[c.ID]
	if exists {
		c.CreatedAt = old.CreatedAt
	}
	same := old.Project == c.Project && slices.Equal(old.Scopes, c.Scopes) && slices.Equal(old.SecretHash, c.SecretHash)
	if !exists || !same {
		m.removeTokens(func(t store.Token) bool { return t.ClientID == c.ID })
	}
	m.clients[c.ID] = c
	return nil
}

func (m *model) Client(ctx context.Context, id string) (store.Client, error) {
	leave, err := m.enter(ctx)
	defer leave()
	c, ok := m.clients[id]
	if err == nil && !ok {
		err = store.ErrNotFound
	}
	return c, err
}

func (m *model) Clients(ctx context.Context) ([]store.Client, error) {
	leave, err := m.enter(ctx)
	defer leave()
	return slices.SortedFunc(maps.Values(m.clients), func(a, b store.Client) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), compareCodePoints(a.ID, b.ID))
	}), err
}

func (m *model) RemoveClient(ctx context.Context, id string) error {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return err
	}
	if _, ok := m.clients[id]; !ok {
		return store.ErrNotFound
	}
	delete(m.clients, id)
	m.removeTokens(func(t store.Token) bool { return t.ClientID == id })
	return nil
}

func (m *model) removeTokens(which func(store.Token) bool) {
	maps.DeleteFunc(m.tokens, func(_ string, t store.Token) bool { return which(t) })
}

func (m *model) PutToken(ctx context.Context, t store.Token) error {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return err
	}
	if _, ok := m.tokens[string(t.Hash)]; ok {
		return errors.New("the token exists")
	}
	m.tokens[string(t.Hash)] = t
	return nil
}

func (m *model) Token(ctx context.Context, hash []byte) (store.Token, store.Client, error) {
	leave, err := m.enter(ctx)
	defer leave()
	t, ok := m.tokens[string(hash)]
	c, known := m.clients[t.ClientID]
	if err == nil && (!ok || !known) {
		err = store.ErrNotFound
	}
	return t, c, err
}

func (m *model) RemoveToken(ctx context.Context, clientID string, hash []byte) error {
	leave, err := m.enter(ctx)
	defer leave()
	if err == nil && m.tokens[string(hash)].ClientID == clientID {
		delete(m.tokens, string(hash))
	}
	return err
}

func (m *model) RemoveExpiredTokens(ctx context.Context, before time.Time) error {
	leave, err := m.enter(ctx)
	defer leave()
	if err == nil {
		m.removeTokens(func(t store.Token) bool { return t.ExpiresAt.Before(before) })
	}
	return err
}
