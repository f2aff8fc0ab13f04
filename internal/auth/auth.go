// Package auth answers who a request comes from: it issues access tokens to
// clients (RFC 6749, client credentials) and verifies them (RFC 6750).
//
// Secrets and tokens are 260 random bits, so that their plain SHA-256 is as good
// as any slow hash; only the hashes are stored.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// TokenLifetime is how long a token is valid: 172800 seconds, as upstream.
	TokenLifetime = 48 * time.Hour
	// rememberFor bounds how long a verified token is believed without asking
	// the database, and with that how long another process takes to notice a
	// revocation (contract: within 5 s).
	rememberFor = 4 * time.Second
	// rememberAtMost bounds the memory of verified tokens.
	rememberAtMost = 10_000
)

// Service issues and verifies tokens.
type Service struct {
	clients store.Clients
	now     func() time.Time

	mu         sync.RWMutex
	remembered map[[sha256.Size]byte]remembered
	// revoked counts revocations: what was read before one is not remembered
	// after it.
	revoked int
}

type remembered struct {
	principal Principal
	until     time.Time
}

// New returns a service over the clients of a store.
func New(clients store.Clients, now func() time.Time) *Service {
	return &Service{clients: clients, now: now, remembered: make(map[[sha256.Size]byte]remembered)}
}

// Token is the answer of the token endpoint.
type Token struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// Issue makes a token for a client that proves itself by its secret. scope
// narrows what the token may do; "" asks for all that the client may. It returns
// a *problem.Error with code invalid_client or invalid_scope.
func (s *Service) Issue(ctx context.Context, clientID, secret, scope string) (Token, error) {
	client, err := s.authenticate(ctx, clientID, secret)
	if err != nil {
		return Token{}, err
	}
	principal := principalOf(client, client.Scopes)
	granted, ok := narrow(principal.Scopes, principal.ProjectKey(), scope)
	if !ok {
		return Token{}, problem.New(http.StatusBadRequest, api.CodeInvalidScope,
			"The client may not have this scope. It may have: "+tokens(principal.Scopes, principal.ProjectKey())+".")
	}
	secretToken := randomText()
	hash := sha256.Sum256([]byte(secretToken))
	err = s.clients.PutToken(ctx, store.Token{
		Hash:      hash[:],
		ClientID:  client.ID,
		Scopes:    bare(granted),
		ExpiresAt: s.now().Add(TokenLifetime),
	})
	if err != nil {
		return Token{}, err
	}
	return Token{
		AccessToken: secretToken,
		TokenType:   "Bearer",
		ExpiresIn:   int64(TokenLifetime / time.Second),
		Scope:       tokens(granted, principal.ProjectKey()),
	}, nil
}

// authenticate returns the client that proves itself by its secret. It returns a
// *problem.Error with code invalid_client.
func (s *Service) authenticate(ctx context.Context, clientID, secret string) (store.Client, error) {
	client, err := s.clients.Client(ctx, clientID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Client{}, err
	}
	// An unknown client is compared too, so that time does not tell it apart; its
	// hash is nobody's.
	var stored [sha256.Size]byte
	copy(stored[:], client.SecretHash)
	sum := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(sum[:], stored[:]) != 1 {
		return store.Client{}, problem.New(http.StatusUnauthorized, api.CodeInvalidClient,
			"Please provide valid client credentials using HTTP Basic Authentication.")
	}
	return client, nil
}

// Verify returns whose token it is. It returns a *problem.Error with code
// invalid_token when it is nobody's or has expired.
func (s *Service) Verify(ctx context.Context, token string) (Principal, error) {
	hash := sha256.Sum256([]byte(token))
	now := s.now()
	s.mu.RLock()
	known, ok := s.remembered[hash]
	revoked := s.revoked
	s.mu.RUnlock()
	if ok && now.Before(known.until) {
		return known.principal, nil
	}
	stored, client, err := s.clients.Token(ctx, hash[:])
	if errors.Is(err, store.ErrNotFound) || err == nil && !now.Before(stored.ExpiresAt) {
		return Principal{}, InvalidToken("The access token is unknown or has expired. Get a new one from /oauth/token.")
	}
	if err != nil {
		return Principal{}, err
	}
	principal := principalOf(client, stored.Scopes)
	s.remember(hash, remembered{principal, earlier(stored.ExpiresAt, now.Add(rememberFor))}, revoked)
	return principal, nil
}

// Introspection is what the introspection endpoint says of a token (RFC 7662
// section 2.2). Of one that is not the client's it says nothing but that.
type Introspection struct {
	Active   bool   `json:"active"`
	Scope    string `json:"scope,omitzero"`
	ClientID string `json:"client_id,omitzero"`
	Exp      int64  `json:"exp,omitzero"` // seconds since 1970
}

// Introspect returns what a token of the client is. It returns a *problem.Error
// with code invalid_client.
func (s *Service) Introspect(ctx context.Context, clientID, secret, token string) (Introspection, error) {
	client, err := s.authenticate(ctx, clientID, secret)
	if err != nil {
		return Introspection{}, err
	}
	hash := sha256.Sum256([]byte(token))
	stored, _, err := s.clients.Token(ctx, hash[:])
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Introspection{}, nil
	case err != nil:
		return Introspection{}, err
	case stored.ClientID != client.ID, !s.now().Before(stored.ExpiresAt):
		return Introspection{}, nil
	}
	principal := principalOf(client, stored.Scopes)
	return Introspection{
		Active:   true,
		Scope:    tokens(principal.Scopes, principal.ProjectKey()),
		ClientID: client.ID,
		Exp:      stored.ExpiresAt.Unix(),
	}, nil
}

// Revoke ends a token of the client, in this process at once. A token that is not
// the client's is left alone and is no error (RFC 7009 section 2.2). It returns a
// *problem.Error with code invalid_client.
func (s *Service) Revoke(ctx context.Context, clientID, secret, token string) error {
	client, err := s.authenticate(ctx, clientID, secret)
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(token))
	if err := s.clients.RemoveToken(ctx, client.ID, hash[:]); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked++
	if s.remembered[hash].principal.ClientID == client.ID {
		delete(s.remembered, hash)
	}
	return nil
}

// InvalidToken is the answer to a request whose bearer is not known.
func InvalidToken(message string) *problem.Error {
	return problem.New(http.StatusUnauthorized, api.CodeInvalidToken, message)
}

func (s *Service) remember(hash [sha256.Size]byte, r remembered, revoked int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revoked != revoked {
		return
	}
	if len(s.remembered) >= rememberAtMost {
		clear(s.remembered) // all can be asked for again
	}
	s.remembered[hash] = r
}

// NewClient makes a client with a fresh id and secret and stores it. The secret
// is returned once and kept nowhere.
func NewClient(ctx context.Context, clients store.Clients, project string, scopes []Scope, now time.Time) (store.Client, string, error) {
	secret := randomText()
	c, err := PutClient(ctx, clients, rand.Text(), secret, project, scopes, now)
	return c, secret, err
}

// PutClient stores a client with a given id and secret, replacing one of that
// id.
func PutClient(ctx context.Context, clients store.Clients, id, secret, project string, scopes []Scope, now time.Time) (store.Client, error) {
	sum := sha256.Sum256([]byte(secret))
	c := store.Client{ID: id, SecretHash: sum[:], Project: project, Scopes: bare(scopes), CreatedAt: now}
	if err := clients.PutClient(ctx, c); err != nil {
		return store.Client{}, fmt.Errorf("store client: %w", err)
	}
	return c, nil
}

func principalOf(c store.Client, scopes []string) Principal {
	p := Principal{ClientID: c.ID, Project: c.Project}
	for _, s := range scopes {
		p.Scopes = append(p.Scopes, Scope(s))
	}
	return p
}

func bare(scopes []Scope) []string {
	out := make([]string, len(scopes))
	for i, s := range scopes {
		out[i] = string(s)
	}
	return out
}

// randomText is 260 random bits as text of letters and digits.
func randomText() string { return rand.Text() + rand.Text() }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
