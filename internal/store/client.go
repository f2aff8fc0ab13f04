package store

import "time"

// Client is an API client of one project.
type Client struct {
	ID string
	// SecretHash is SHA-256 of the secret, which itself is 260 random bits and
	// is shown once.
	SecretHash []byte
	// Project is the identifier {region}:{projectKey}.
	Project string
	// Scopes are bare names: manage_project, without the project's suffix.
	Scopes    []string
	CreatedAt time.Time
}

// Token is an access token of a client.
type Token struct {
	// Hash is SHA-256 of the token.
	Hash     []byte
	ClientID string
	// Scopes are bare names, at most those of the client.
	Scopes    []string
	ExpiresAt time.Time
}
