package sqlstore

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	putClient = `INSERT INTO client (id, secret_hash, project, scopes, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET secret_hash = excluded.secret_hash, project = excluded.project, scopes = excluded.scopes`
	// Tokens were given for what the client was, not for another of its id.
	removeTokensOfOther = `DELETE FROM token WHERE client_id = $1 AND NOT EXISTS
		(SELECT 1 FROM client WHERE id = $1 AND secret_hash = $2 AND project = $3 AND scopes = $4)`
	clientColumns  = `client.id, client.secret_hash, client.project, client.scopes, client.created_at`
	selectClient   = `SELECT ` + clientColumns + ` FROM client WHERE id = $1`
	selectClients  = `SELECT ` + clientColumns + ` FROM client ORDER BY created_at, id`
	removeClient   = `DELETE FROM client WHERE id = $1`
	removeTokensOf = `DELETE FROM token WHERE client_id = $1`

	putToken    = `INSERT INTO token (hash, client_id, scopes, expires_at) VALUES ($1, $2, $3, $4)`
	selectToken = `SELECT ` + clientColumns + `, token.scopes, token.expires_at
		FROM token JOIN client ON client.id = token.client_id WHERE token.hash = $1`
	removeToken         = `DELETE FROM token WHERE hash = $1 AND client_id = $2`
	removeExpiredTokens = `DELETE FROM token WHERE expires_at < $1`
)

// PutClient inserts a client, or replaces the one of its id.
func (s *Store) PutClient(ctx context.Context, c store.Client) error {
	is := []any{c.ID, hex.EncodeToString(c.SecretHash), c.Project, strings.Join(c.Scopes, " ")}
	err := s.write(ctx, func(ctx context.Context, t *transaction) error {
		if _, err := t.exec(ctx, removeTokensOfOther, is...); err != nil {
			return err
		}
		_, err := t.exec(ctx, putClient, append(is, micros(c.CreatedAt))...)
		return err
	})
	if err != nil {
		return fmt.Errorf("write client %s: %w", c.ID, err)
	}
	return nil
}

// Client reads one client.
func (s *Store) Client(ctx context.Context, id string) (store.Client, error) {
	c, err := scanClient(s.row(ctx, selectClient, id))
	if err != nil {
		return store.Client{}, fmt.Errorf("client: %w", err)
	}
	return c, nil
}

func scanClient(scan scanner) (store.Client, error) {
	var c store.Client
	var hash, scopes string
	var created int64
	if err := scan(&c.ID, &hash, &c.Project, &scopes, &created); err != nil {
		return store.Client{}, err
	}
	var err error
	c.SecretHash, err = hex.DecodeString(hash)
	c.Scopes = strings.Fields(scopes)
	c.CreatedAt = fromMicros(created)
	return c, err
}

// Clients lists all clients, the oldest first.
func (s *Store) Clients(ctx context.Context) ([]store.Client, error) {
	clients, err := rows(ctx, s, scanClient, selectClients)
	if err != nil {
		return nil, fmt.Errorf("clients: %w", err)
	}
	return clients, nil
}

// RemoveClient removes a client and its tokens.
func (s *Store) RemoveClient(ctx context.Context, id string) error {
	err := s.write(ctx, func(ctx context.Context, t *transaction) error {
		changed, err := t.exec(ctx, removeClient, id)
		if err == nil && changed == 0 {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, removeTokensOf, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove client %s: %w", id, err)
	}
	return nil
}

// PutToken inserts a token.
func (s *Store) PutToken(ctx context.Context, t store.Token) error {
	_, err := s.exec(ctx, putToken, hex.EncodeToString(t.Hash), t.ClientID, strings.Join(t.Scopes, " "), micros(t.ExpiresAt))
	if err != nil {
		return fmt.Errorf("write token: %w", err)
	}
	return nil
}

// Token reads a token and its client.
func (s *Store) Token(ctx context.Context, hash []byte) (store.Token, store.Client, error) {
	var scopes string
	var expires int64
	row := s.row(ctx, selectToken, hex.EncodeToString(hash))
	c, err := scanClient(func(into ...any) error { return row(append(into, &scopes, &expires)...) })
	if err != nil {
		return store.Token{}, store.Client{}, fmt.Errorf("token: %w", err)
	}
	t := store.Token{Hash: hash, ClientID: c.ID, Scopes: strings.Fields(scopes), ExpiresAt: fromMicros(expires)}
	return t, c, nil
}

// RemoveToken removes a token of the client.
func (s *Store) RemoveToken(ctx context.Context, clientID string, hash []byte) error {
	if _, err := s.exec(ctx, removeToken, hex.EncodeToString(hash), clientID); err != nil {
		return fmt.Errorf("remove a token of client %s: %w", clientID, err)
	}
	return nil
}

// RemoveExpiredTokens forgets tokens that ended before the time given.
func (s *Store) RemoveExpiredTokens(ctx context.Context, before time.Time) error {
	if _, err := s.exec(ctx, removeExpiredTokens, micros(before)); err != nil {
		return fmt.Errorf("remove expired tokens: %w", err)
	}
	return nil
}
