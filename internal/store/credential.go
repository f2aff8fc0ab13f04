package store

import "time"

// CredentialKind says what a host is shown.
type CredentialKind string

// The kinds of credential.
const (
	SSHKey     CredentialKind = "ssh-key"
	HTTPSToken CredentialKind = "https-token"
)

// Credential is a project's access to one host. A project has at most one of a
// kind for a host.
type Credential struct {
	ID string
	// Project is the identifier {region}:{projectKey}.
	Project string
	// Host is host or host:port, in lower case.
	Host string
	Kind CredentialKind
	// PublicKey is the public half of an SSH key, as authorized_keys has it.
	PublicKey string
	// Sealed is the secret, encrypted.
	Sealed    []byte
	CreatedAt time.Time
}

// KnownHost is a host key that ssh may meet.
type KnownHost struct {
	// Host is host, [host]:port, or the hash of one, as known_hosts files have it.
	Host string
	// Key is the type and the key in base64.
	Key       string
	CreatedAt time.Time
}
