package credential

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/crypto/ssh"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// Bounds of a credential, in bytes.
const (
	maxSSHKey   = 16 << 10
	maxToken    = 4 << 10
	maxUsername = 256
)

// defaultUsername goes with a token where none is given: forges look at the token
// alone.
const defaultUsername = "git"

// Draft is a credential that can be added.
type Draft struct {
	host      string
	kind      store.CredentialKind
	publicKey string
	secret    secret
}

// Read reads the body of a request. It returns a *problem.Error with all that is
// wrong with it; no message repeats a secret.
func Read(body []byte) (Draft, error) {
	return jsonbody.Decode(body, func(o *jsonbody.Object) Draft {
		text := func(string) string { return "" } // looked at below
		given := api.CredentialDraft{
			Host:       o.RequiredString("host", text),
			SSHKey:     o.String("sshKey", text),
			HTTPSToken: o.String("httpsToken", text),
			Username:   o.String("username", text),
		}
		if o.Has("generate") {
			if given.Generate = o.RequiredBool("generate"); !given.Generate {
				o.Fail("generate", "must be true, or left out.")
			}
		}
		ways := 0
		for _, name := range []string{"sshKey", "httpsToken", "generate"} {
			if o.Has(name) {
				ways++
			}
		}
		if ways != 1 {
			o.Fail("sshKey", "or httpsToken or generate must be given, and only one of them.")
		}
		d, wrong := draftOf(given, o.Has("sshKey"), o.Has("httpsToken"))
		for _, w := range wrong {
			if w.member != "host" || o.Has("host") {
				o.Fail(w.member, w.message)
			}
		}
		return d
	})
}

type fault struct{ member, message string }

// draftOf checks each member by itself.
func draftOf(given api.CredentialDraft, sshKey, token bool) (Draft, []fault) {
	d := Draft{kind: store.SSHKey}
	scheme := "ssh"
	if token {
		d.kind, scheme = store.HTTPSToken, "https"
	}
	var wrong []fault
	fail := func(member, message string) {
		if message != "" {
			wrong = append(wrong, fault{member, message})
		}
	}
	var err error
	if d.host, err = gitsource.CanonicalHost(scheme, given.Host); err != nil {
		fail("host", "must be a host such as git.example.com, or host:port.")
	}
	if sshKey {
		fail("sshKey", d.takeSSHKey(given.SSHKey))
	}
	if token {
		fail("httpsToken", checkText(given.HTTPSToken, maxToken))
		d.secret.Token, d.secret.Username = given.HTTPSToken, defaultUsername
	}
	if given.Username != "" {
		fail("username", checkUsername(given.Username, token))
		d.secret.Username = given.Username
	}
	if given.Generate && len(wrong) == 0 {
		fail("generate", d.generate())
	}
	return d, wrong
}

func checkText(text string, most int) string {
	switch {
	case text == "":
		return "must not be empty."
	case len(text) > most:
		return fmt.Sprintf("must have at most %d bytes.", most)
	case strings.ContainsFunc(text, unicode.IsControl):
		return "must not contain control characters, such as the end of a line."
	}
	return ""
}

func checkUsername(name string, token bool) string {
	if !token {
		return "goes with httpsToken only."
	}
	if strings.Contains(name, ":") {
		return "must not contain a colon."
	}
	return checkText(name, maxUsername)
}

// takeSSHKey keeps the key in the form in which ssh reads every type.
func (d *Draft) takeSSHKey(text string) string {
	if len(text) > maxSSHKey {
		return fmt.Sprintf("must have at most %d bytes.", maxSSHKey)
	}
	key, err := ssh.ParseRawPrivateKey([]byte(text))
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		return "must have no passphrase: nobody is there to type it. ssh-keygen -p removes it from a copy."
	}
	if err != nil {
		return "must be a private key in OpenSSH's form or in PEM, as ssh-keygen writes it."
	}
	return d.keep(key, "")
}

func (d *Draft) generate() string {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "failed; try again."
	}
	return d.keep(key, " greenroom")
}

func (d *Draft) keep(key any, comment string) string {
	const unsupported = "must be an Ed25519, ECDSA or RSA key."
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return unsupported
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return unsupported
	}
	d.secret.SSHKey = pem.EncodeToMemory(block)
	d.publicKey = strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))) + comment
	return ""
}
