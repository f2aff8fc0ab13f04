package sqlstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	putClient = `INSERT INTO client (id, secret_hash, project, scopes, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET secret_hash = excluded.secret_hash, project = excluded.project, scopes = excluded.scopes`
	selectClients  = `SELECT id, secret_hash, project, scopes, created_at FROM client`
	removeClient   = `DELETE FROM client WHERE id = $1`
	removeTokensOf = `DELETE FROM token WHERE client_id = $1`

	putToken    = `INSERT INTO token (hash, client_id, scopes, expires_at) VALUES ($1, $2, $3, $4)`
	selectToken = `SELECT token.client_id, token.scopes, token.expires_at, client.project, client.scopes
		FROM token JOIN client ON client.id = token.client_id WHERE token.hash = $1`
	removeExpiredTokens = `DELETE FROM token WHERE expires_at < $1`
)

// PutClient inserts a client, or replaces the one of the same id.
func (s *Store) PutClient(ctx context.Context, c store.Client) error {
	_, err := s.exec(ctx, putClient, c.ID, hex.EncodeToString(c.SecretHash), c.Project,
		strings.Join(c.Scopes, " "), micros(c.CreatedAt))
	if err != nil {
		return fmt.Errorf("write client %s: %w", c.ID, err)
	}
	return nil
}

// Client reads one client.
func (s *Store) Client(ctx context.Context, id string) (store.Client, error) {
	st, err := s.read(ctx, selectClients+" WHERE id = $1")
	if err != nil {
		return store.Client{}, err
	}
	c, err := scanClient(st.QueryRowContext(ctx, id))
	if err != nil {
		return store.Client{}, fmt.Errorf("client: %w", notFound(err))
	}
	return c, nil
}

func scanClient(row interface{ Scan(...any) error }) (store.Client, error) {
	var c store.Client
	var hash, scopes string
	var created int64
	if err := row.Scan(&c.ID, &hash, &c.Project, &scopes, &created); err != nil {
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
	rows, err := s.reader.QueryContext(ctx, selectClients+" ORDER BY created_at, id")
	if err != nil {
		return nil, fmt.Errorf("clients: %w", err)
	}
	clients, err := collect(rows, func(rows *sql.Rows) (store.Client, error) { return scanClient(rows) })
	if err != nil {
		return nil, fmt.Errorf("clients: %w", err)
	}
	return clients, nil
}

// RemoveClient removes a client and its tokens.
func (s *Store) RemoveClient(ctx context.Context, id string) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("remove client %s: %w", id, err)
	}
	t := transaction{store: s, tx: tx}
	changed, err := t.exec(ctx, removeClient, id)
	if err == nil && changed == 0 {
		err = store.ErrNotFound
	}
	if err == nil {
		_, err = t.exec(ctx, removeTokensOf, id)
	}
	if err != nil {
		return fmt.Errorf("remove client %s: %w", id, errors.Join(err, tx.Rollback()))
	}
	return tx.Commit()
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
	t := store.Token{Hash: hash}
	var c store.Client
	var scopes, clientScopes string
	var expires int64
	err := s.queryRow(ctx, selectToken, []any{hex.EncodeToString(hash)},
		&t.ClientID, &scopes, &expires, &c.Project, &clientScopes)
	if err != nil {
		return store.Token{}, store.Client{}, fmt.Errorf("token: %w", err)
	}
	t.Scopes, t.ExpiresAt = strings.Fields(scopes), fromMicros(expires)
	c.ID, c.Scopes = t.ClientID, strings.Fields(clientScopes)
	return t, c, nil
}

// RemoveExpiredTokens forgets tokens that ended before the time given.
func (s *Store) RemoveExpiredTokens(ctx context.Context, before time.Time) error {
	if _, err := s.exec(ctx, removeExpiredTokens, micros(before)); err != nil {
		return fmt.Errorf("remove expired tokens: %w", err)
	}
	return nil
}
