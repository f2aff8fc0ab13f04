package gitsource

import (
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Credential is what a host is shown for a project. The zero value is none.
type Credential struct {
	// ID tells one credential from another, also from one that took its place.
	ID string
	// SSHKey is a private key as ssh reads it, without a passphrase.
	SSHKey []byte
	// Username and Token are sent over https.
	Username, Token string
}

// Credentials looks up what a repository is read with. Host is host or host:port,
// as CanonicalHost returns it, and the scheme https or ssh.
type Credentials interface {
	// CredentialID and Credential return "" and the zero value when the project has
	// none for exactly this host.
	CredentialID(ctx context.Context, project, scheme, host string) (string, error)
	Credential(ctx context.Context, project, scheme, host string) (Credential, error)
	// KnownHosts returns lines of a known_hosts file.
	KnownHosts(ctx context.Context) ([]byte, error)
}

// forgeHostKeys are the host keys that large forges publish.
//
//go:embed known_hosts
var forgeHostKeys []byte

// The files of a conversation's secrets. Commands name them as they are seen from
// the home folder, so that no path has to be quoted for a shell or for ssh.
const (
	secretsFolder  = "secrets"
	identityFile   = "identity"
	knownHostsFile = "known_hosts"
	gitConfigFile  = "gitconfig"
)

// CanonicalHost returns host[:port] in the one spelling in which credentials are
// looked up, for the scheme https or ssh: without the scheme's own port. Its error
// is the rest of a sentence about the host.
func CanonicalHost(scheme, host string) (string, error) {
	r := remote{scheme: scheme}
	if !plain(host) {
		return "", errURLText
	}
	if err := r.parseAuthority(host); err != nil {
		return "", err
	}
	return r.authority(), nil
}

// CredentialID names the credential that the request is read with now, "" when
// there is none. What was read with another may not be told to the project.
func (s *Source) CredentialID(ctx context.Context, req Request) (string, error) {
	where, err := s.locate(req.URL)
	if err != nil || !s.takesCredential(where) {
		return "", nil //nolint:nilerr // reading says what is wrong with the URL
	}
	id, err := s.credentials.CredentialID(ctx, req.Project, where.scheme, where.authority())
	if err != nil {
		return "", fmt.Errorf("look up the credential for %s: %w", req, err)
	}
	return id, nil
}

// takesCredential: none goes over a connection that others can read.
func (s *Source) takesCredential(where location) bool {
	return s.credentials != nil && (where.scheme == "https" || where.scheme == "ssh")
}

// authorize writes what the conversation is held with to files that only this user
// can read. They end with the conversation.
func (s *Source) authorize(ctx context.Context, sc *scratch, t *target, project string) error {
	if s.takesCredential(t.location) {
		var err error
		if t.credential, err = s.credentials.Credential(ctx, project, t.scheme, t.authority()); err != nil {
			return fmt.Errorf("look up the credential for %s: %w", t.authority(), err)
		}
	}
	switch {
	case t.scheme == "ssh":
		return s.authorizeSSH(ctx, sc, t)
	case t.credential.Token != "":
		return sc.writeSecret(gitConfigFile, []byte(t.gitConfig()))
	}
	return nil
}

func (s *Source) authorizeSSH(ctx context.Context, sc *scratch, t *target) error {
	known := [][]byte{forgeHostKeys}
	if s.credentials != nil {
		added, err := s.credentials.KnownHosts(ctx)
		if err != nil {
			return fmt.Errorf("look up host keys: %w", err)
		}
		known = append(known, added)
	}
	if s.knownHosts != "" {
		// Read each time: the operator changes it while the server runs.
		file, err := os.ReadFile(s.knownHosts)
		if err != nil {
			return fmt.Errorf("read the known hosts: %w", err)
		}
		known = append(known, file)
	}
	var all []byte
	for _, lines := range known {
		all = append(append(all, lines...), '\n')
	}
	err := sc.writeSecret(knownHostsFile, all)
	if len(t.credential.SSHKey) > 0 {
		err = errors.Join(err, sc.writeSecret(identityFile, t.credential.SSHKey))
	}
	return err
}

// gitConfig sends the token to the one host, and nowhere else.
func (t *target) gitConfig() string {
	basic := base64.StdEncoding.EncodeToString([]byte(t.credential.Username + ":" + t.credential.Token))
	return fmt.Sprintf("[http \"https://%s/\"]\n\textraHeader = Authorization: Basic %s\n", t.authority(), basic)
}

func (sc *scratch) secrets() string { return filepath.Join(sc.dir, secretsFolder) }

func (sc *scratch) writeSecret(name string, data []byte) error {
	if err := os.MkdirAll(sc.secrets(), 0o700); err != nil {
		return fmt.Errorf("make the folder for secrets: %w", err)
	}
	if err := os.WriteFile(filepath.Join(sc.secrets(), name), data, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (sc *scratch) forgetSecrets() error {
	if err := os.RemoveAll(sc.secrets()); err != nil {
		return fmt.Errorf("remove secrets: %w", err)
	}
	return nil
}

// hostKeyAlias is the name under which ssh looks the host's key up.
func (t *target) hostKeyAlias() string {
	if t.port == "" {
		return t.host
	}
	return "[" + t.host + "]:" + t.port
}

// refused says for the log what a refusal means for this target: the server tells
// nobody whether the repository is missing or the credential is wrong.
func (t *target) refused(err error) error {
	var remote *unreachable
	if !errors.As(err, &remote) || remote.transient {
		return err
	}
	explained := *remote
	switch remote.reason {
	case reasonForbidden, reasonNotPublic:
	default:
		return err
	}
	switch {
	case t.credential.ID != "":
		explained.reason += "; the project's credential " + t.credential.ID + " for " + t.authority() + " does not open it"
	case t.scheme == "ssh" || t.scheme == "https":
		explained.reason += "; the project has no credential for " + t.authority()
	}
	return &explained
}

// checkKnownHosts reads the operator's file once, so that a wrong name is told at
// the start.
func (s *Source) checkKnownHosts() error {
	if s.knownHosts == "" {
		return nil
	}
	path, err := filepath.Abs(s.knownHosts)
	if err == nil {
		_, err = os.ReadFile(path)
	}
	if err != nil {
		return fmt.Errorf("read the known hosts: %w", err)
	}
	s.knownHosts = path
	return nil
}

// sshFiles are the files of the conversation, as ssh is to find them.
func (t *target) sshFiles() []string {
	const folder = "../" + secretsFolder + "/"
	identity := "none"
	if len(t.credential.SSHKey) > 0 {
		identity = folder + identityFile
	}
	return []string{"UserKnownHostsFile=" + folder + knownHostsFile, "IdentityFile=" + identity}
}
