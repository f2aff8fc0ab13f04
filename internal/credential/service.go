// Package credential keeps what opens private repositories: SSH keys and HTTPS
// tokens, each of one project for one host. They are sealed where they are kept,
// and only the reading of a repository opens them.
package credential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"golang.org/x/crypto/ssh"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/problem"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// maxPerProject bounds the credentials of a project.
const maxPerProject = 100

// Service adds, lists, removes and opens credentials. It is safe for concurrent
// use.
type Service struct {
	rows  store.Credentials
	vault vault
	now   func() time.Time
}

var _ gitsource.Credentials = (*Service)(nil)

// New returns a Service whose key is in the data directory.
func New(rows store.Credentials, dataDir string, now func() time.Time) *Service {
	return &Service{rows: rows, vault: vault{path: filepath.Join(dataDir, KeyFileName)}, now: now}
}

// secret is what is sealed.
type secret struct {
	SSHKey   []byte `json:"sshKey,omitzero"`
	Username string `json:"username,omitzero"`
	Token    string `json:"token,omitzero"`
}

// Check returns an error when there are credentials and no key that could open
// them.
func (s *Service) Check(ctx context.Context) error {
	n, err := s.rows.CountCredentials(ctx)
	if err != nil || n == 0 {
		return err
	}
	_, err = s.vault.key()
	return err
}

// Add seals and keeps what Read has read. It returns a *problem.Error when the
// project has one of the kind for the host, or too many.
func (s *Service) Add(ctx context.Context, project string, d Draft) (api.Credential, error) {
	c := store.Credential{
		ID: uuid.NewString(), Project: project, Host: d.host, Kind: d.kind, PublicKey: d.publicKey, CreatedAt: s.now(),
	}
	plain, err := json.Marshal(d.secret)
	if err != nil {
		return api.Credential{}, fmt.Errorf("encode a credential: %w", err)
	}
	n, err := s.rows.CountCredentials(ctx)
	if err != nil {
		return api.Credential{}, err
	}
	if c.Sealed, err = s.vault.seal(c, plain, n == 0); err != nil {
		return api.Credential{}, err
	}
	err = s.rows.AddCredential(ctx, c, maxPerProject)
	switch {
	case errors.Is(err, store.ErrKeyTaken):
		return api.Credential{}, problem.DuplicateField("host", c.Host)
	case errors.Is(err, store.ErrFull):
		return api.Credential{}, problem.InvalidBody([]problem.Field{{
			Path: "$", Message: fmt.Sprintf("cannot be added: the project has %d credentials. Remove one first.", maxPerProject),
		}})
	case err != nil:
		return api.Credential{}, err
	}
	return wire(c)
}

// List lists a project's, the oldest first.
func (s *Service) List(ctx context.Context, project string) ([]api.Credential, error) {
	rows, err := s.rows.CredentialsOf(ctx, project)
	if err != nil {
		return nil, err
	}
	all := make([]api.Credential, len(rows))
	for i, c := range rows {
		if all[i], err = wire(c); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Remove forgets a credential of the project. It returns a *problem.Error with
// status 404 when the project has none of the id.
func (s *Service) Remove(ctx context.Context, project, id string) (api.Credential, error) {
	c, err := s.rows.RemoveCredential(ctx, project, id)
	if errors.Is(err, store.ErrNotFound) {
		return api.Credential{}, problem.NotFound(fmt.Sprintf("The credential with ID '%s' was not found.", id))
	}
	if err != nil {
		return api.Credential{}, err
	}
	return wire(c)
}

// wire is what may be told of a credential.
func wire(c store.Credential) (api.Credential, error) {
	out := api.Credential{
		ID: c.ID, Host: c.Host, Kind: api.CredentialKind(c.Kind), PublicKey: c.PublicKey, CreatedAt: api.Timestamp{Time: c.CreatedAt},
	}
	if c.PublicKey != "" {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(c.PublicKey))
		if err != nil {
			return api.Credential{}, fmt.Errorf("read the public key of credential %s: %w", c.ID, err)
		}
		out.Fingerprint = ssh.FingerprintSHA256(key)
	}
	return out, nil
}

// kindFor is what a host is shown over a scheme.
func kindFor(scheme string) store.CredentialKind {
	if scheme == "ssh" {
		return store.SSHKey
	}
	return store.HTTPSToken
}

// CredentialID names the project's credential for the host; "" when it has none.
func (s *Service) CredentialID(ctx context.Context, project, scheme, host string) (string, error) {
	c, err := s.rows.Credential(ctx, project, host, kindFor(scheme))
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return c.ID, err
}

// Credential opens the project's credential for the host; the zero value when it
// has none.
func (s *Service) Credential(ctx context.Context, project, scheme, host string) (gitsource.Credential, error) {
	c, err := s.rows.Credential(ctx, project, host, kindFor(scheme))
	if errors.Is(err, store.ErrNotFound) {
		return gitsource.Credential{}, nil
	}
	if err != nil {
		return gitsource.Credential{}, err
	}
	plain, err := s.vault.open(c)
	if err != nil {
		return gitsource.Credential{}, err
	}
	var opened secret
	if err := json.Unmarshal(plain, &opened); err != nil {
		return gitsource.Credential{}, fmt.Errorf("credential %s does not hold what was sealed", c.ID) // not the cause: it may quote
	}
	return gitsource.Credential{ID: c.ID, SSHKey: opened.SSHKey, Username: opened.Username, Token: opened.Token}, nil
}
