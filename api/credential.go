package api

// CredentialKind says what a host is shown.
type CredentialKind string

// The kinds of credential.
const (
	CredentialSSHKey     CredentialKind = "ssh-key"
	CredentialHTTPSToken CredentialKind = "https-token"
)

// Credential is access to the project's repositories on one host, under
// /x/v1/credentials. Its secret is never told.
type Credential struct {
	ID string `json:"id"`
	// Host is host or host:port.
	Host string         `json:"host"`
	Kind CredentialKind `json:"kind"`
	// PublicKey and Fingerprint are those of an SSH key; the first is the line to
	// register with the host.
	PublicKey   string    `json:"publicKey,omitzero"`
	Fingerprint string    `json:"fingerprint,omitzero"`
	CreatedAt   Timestamp `json:"createdAt"`
}

// CredentialDraft is what a credential is created from: a host, and exactly one of
// SSHKey, HTTPSToken and Generate.
type CredentialDraft struct {
	Host string `json:"host"`
	// SSHKey is a private key without a passphrase.
	SSHKey string `json:"sshKey,omitzero"`
	// HTTPSToken is what the host takes for a password of Username.
	HTTPSToken string `json:"httpsToken,omitzero"`
	Username   string `json:"username,omitzero"`
	// Generate has the server make an Ed25519 key.
	Generate bool `json:"generate,omitzero"`
}
