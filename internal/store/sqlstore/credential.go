package sqlstore

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// The row count decides; what the refusal was is asked afterwards.
	addCredential = `INSERT INTO credential (id, project, host, kind, public_key, sealed, created_at)
		SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT COUNT(*) FROM credential WHERE project = $2) < $8
		ON CONFLICT DO NOTHING`
	credentialTaken     = `SELECT 1 FROM credential WHERE id = $1 OR project = $2 AND host = $3 AND kind = $4`
	credentialColumns   = `id, project, host, kind, public_key, sealed, created_at`
	selectCredential    = `SELECT ` + credentialColumns + ` FROM credential WHERE project = $1 AND host = $2 AND kind = $3`
	selectCredentialsOf = `SELECT ` + credentialColumns + ` FROM credential WHERE project = $1 ORDER BY created_at, id`
	countCredentials    = `SELECT COUNT(*) FROM credential`
	removeCredential    = `DELETE FROM credential WHERE project = $1 AND id = $2 RETURNING ` + credentialColumns

	addKnownHost     = `INSERT INTO known_host (host, host_key, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	selectKnownHosts = `SELECT host, host_key, created_at FROM known_host ORDER BY host, host_key`
	removeKnownHost  = `DELETE FROM known_host WHERE host = $1`
)

// AddCredential inserts a credential.
func (s *Store) AddCredential(ctx context.Context, c store.Credential, limit int) error {
	err := s.write(ctx, func(ctx context.Context, t *transaction) error {
		added, err := t.exec(ctx, addCredential, c.ID, c.Project, c.Host, string(c.Kind), c.PublicKey,
			hex.EncodeToString(c.Sealed), micros(c.CreatedAt), limit)
		if err != nil || added > 0 {
			return err
		}
		_, err = scanOne[int](t.row(ctx, credentialTaken, c.ID, c.Project, c.Host, string(c.Kind)))
		switch {
		case err == nil:
			return store.ErrKeyTaken
		case errors.Is(err, store.ErrNotFound):
			return store.ErrFull
		default:
			return err
		}
	})
	if err != nil {
		return fmt.Errorf("add credential %s: %w", c.ID, err)
	}
	return nil
}

// Credential reads the project's credential of a kind for a host.
func (s *Store) Credential(ctx context.Context, project, host string, kind store.CredentialKind) (store.Credential, error) {
	c, err := scanCredential(s.row(ctx, selectCredential, project, host, string(kind)))
	if err != nil {
		return store.Credential{}, fmt.Errorf("credential: %w", err)
	}
	return c, nil
}

func scanCredential(scan scanner) (store.Credential, error) {
	var c store.Credential
	var kind, sealed string
	var created int64
	if err := scan(&c.ID, &c.Project, &c.Host, &kind, &c.PublicKey, &sealed, &created); err != nil {
		return store.Credential{}, err
	}
	var err error
	c.Sealed, err = hex.DecodeString(sealed)
	c.Kind, c.CreatedAt = store.CredentialKind(kind), fromMicros(created)
	return c, err
}

// CredentialsOf lists the project's credentials, the oldest first.
func (s *Store) CredentialsOf(ctx context.Context, project string) ([]store.Credential, error) {
	found, err := rows(ctx, s, scanCredential, selectCredentialsOf, project)
	if err != nil {
		return nil, fmt.Errorf("credentials of %s: %w", project, err)
	}
	return found, nil
}

// CountCredentials counts the credentials of all projects.
func (s *Store) CountCredentials(ctx context.Context) (int, error) {
	n, err := scanOne[int](s.row(ctx, countCredentials))
	if err != nil {
		return 0, fmt.Errorf("count credentials: %w", err)
	}
	return n, nil
}

// RemoveCredential removes one of the project's credentials.
func (s *Store) RemoveCredential(ctx context.Context, project, id string) (removed store.Credential, err error) {
	err = s.write(ctx, func(ctx context.Context, t *transaction) (err error) {
		removed, err = scanCredential(t.returning(ctx, removeCredential, project, id))
		return err
	})
	if err != nil {
		return store.Credential{}, fmt.Errorf("remove credential: %w", err)
	}
	return removed, nil
}

// AddKnownHost inserts a host key.
func (s *Store) AddKnownHost(ctx context.Context, h store.KnownHost) error {
	if _, err := s.exec(ctx, addKnownHost, h.Host, h.Key, micros(h.CreatedAt)); err != nil {
		return fmt.Errorf("add a host key of %s: %w", h.Host, err)
	}
	return nil
}

// KnownHosts lists the host keys.
func (s *Store) KnownHosts(ctx context.Context) ([]store.KnownHost, error) {
	found, err := rows(ctx, s, func(scan scanner) (h store.KnownHost, err error) {
		var created int64
		err = scan(&h.Host, &h.Key, &created)
		h.CreatedAt = fromMicros(created)
		return h, err
	}, selectKnownHosts)
	if err != nil {
		return nil, fmt.Errorf("known hosts: %w", err)
	}
	return found, nil
}

// RemoveKnownHost removes the keys of the host.
func (s *Store) RemoveKnownHost(ctx context.Context, host string) error {
	removed, err := s.exec(ctx, removeKnownHost, host)
	if err == nil && removed == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("remove the host keys of %s: %w", host, err)
	}
	return nil
}
