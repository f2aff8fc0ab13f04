package hygiene

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks/secrets"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var hardCodedToken = check.Check{
	ID:    "hygiene/hard-coded-token",
	Title: "Released code holds no credentials",
	Why: "secrets/committed finds tokens by their forms, and random values by their names. This rule knows what is left in " +
		"code: an Authorization header whose value is written out, the password in a URL, and a text that a variable called " +
		"password gets. Whoever can read the repository has them, and all customers share them. Nothing is said twice, " +
		"and what is plainly made up is left alone.",
	Fix: "Revoke it, since the history keeps it. Then read the value from a variable that connect.yaml declares under " +
		"securedConfiguration.",
	RunApplication: runHardCodedToken,
}

// maxSuspects bounds the texts of an application that are looked at closely.
const maxSuspects = 100

func runHardCodedToken(p *check.Pass) error {
	var found []api.Finding
	suspects := 0
	var failure error
	err := released(p, func(f source.File) {
		c := codeOf(f)
		for i, t := range c.Tokens {
			what, secret := c.credentialAt(i)
			if secret == "" || failure != nil || suspects >= maxSuspects {
				continue
			}
			suspects++
			p.Redact(secret)
			said, err := secrets.Knows(p.Context, f.Name, lineOf(f.Text, t), secret)
			if failure = err; said || err != nil {
				continue
			}
			found = append(found, api.Finding{
				Type:    api.EntryWarning,
				Message: fmt.Sprintf("the code of application %q holds %s", p.Application.Name, what),
				File:    f.Name, Line: t.Line, Column: t.Column,
			})
		}
	})
	if err != nil {
		return err
	}
	p.ReportFew(p.Application.Name, found)
	return failure
}

// maxLine is the length of the longest line that is searched for what else is said
// about a text.
const maxLine = 2000

// lineOf is the line in which a token begins, or the token alone where that is long.
func lineOf(text string, t source.Token) string {
	line := text
	for range t.Line - 1 {
		_, line, _ = strings.Cut(line, "\n")
	}
	if line, _, _ = strings.Cut(line, "\n"); len(line) > maxLine {
		return t.Text
	}
	return line
}

// credentialAt says what the text at an index holds, and the part to hide; both are
// "" when it is no credential.
func (c code) credentialAt(i int) (what, secret string) {
	t := c.At(i)
	if t.Kind != source.Text && t.Kind != source.Piece || len(t.Text) > maxLine {
		return "", ""
	}
	whole := t.Kind == source.Text
	if m := basic.FindStringSubmatch(t.Text); m != nil && whole && isUserAndPassword(m[1]) {
		return "the user and password of an Authorization header", m[1]
	}
	if m := bearer.FindStringSubmatch(t.Text); m != nil && whole && isMixed(m[1]) && !madeUp.MatchString(m[1]) {
		return "the token of an Authorization header", m[1]
	}
	if m := passwordInURL.FindStringSubmatch(t.Text); m != nil && !isLocal(m[4]) && !madeUp.MatchString(m[3]) && m[2] != m[3] {
		return "the password of a URL", m[1]
	}
	if whole && passwordForm.MatchString(t.Text) && isMixed(t.Text) && !madeUp.MatchString(t.Text) && c.isPassword(i) {
		return "a password", t.Text
	}
	return "", ""
}

var (
	basic         = regexp.MustCompile(`^Basic ([A-Za-z0-9+/]{8,}={0,2})$`)
	bearer        = regexp.MustCompile(`^(?:Bearer|Token|token) ([A-Za-z0-9._~+/=-]{16,})$`)
	passwordInURL = regexp.MustCompile(`^[a-z][a-z0-9+]*://(([^/:@\s]*):([^/:@\s{}$<>%]{6,}))@([^/:\s]+)`)
	passwordForm  = regexp.MustCompile(`^[A-Za-z0-9_!@#%&*+.,;=?~-]{8,64}$`)
	passwordName  = regexp.MustCompile(`(?i)(password|passwd|passphrase|pwd)$`)
	// verdict is the beginning of a name for what is wrong with a password, whose text
	// is a code.
	verdict = regexp.MustCompile(`(?i)^(wrong|invalid|missing|incorrect|weak|bad|expired|forgot)`)
	// madeUp are texts that stand for a value, or name one: the last form is that of
	// the name of a field.
	madeUp = regexp.MustCompile(`(?i)passw|passphrase|pwd|your|example|placeholder|change_?me|secret|token|test|dummy|mock|fake|sample|xxx|\*\*\*|\.\.\.|1234|abcd|invalid|missing|required|^[a-z]+(?:_[a-z]+)+_?\d{1,2}$`)
)

// minCredential is the length of the shortest user and password; of an API key as
// the user, the password may be empty.
const minCredential = 4

func isUserAndPassword(encoded string) bool {
	plain, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return false
	}
	user, password, ok := strings.Cut(string(plain), ":")
	printable := !strings.ContainsFunc(string(plain), func(r rune) bool { return r < ' ' || r > '~' })
	return ok && printable && len(user)+len(password) >= minCredential
}

// isMixed tells whether a text has letters and digits, as words do not.
func isMixed(text string) bool {
	return strings.ContainsAny(text, "0123456789") && strings.ContainsFunc(text, func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	})
}

func isLocal(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || !strings.Contains(host, ".")
}

// setter is the beginning of a function that sets a member.
var setter = regexp.MustCompile(`^(set|with)[A-Z]`)

// isPassword tells whether the text at an index is what a variable or member called
// password gets.
func (c code) isPassword(i int) bool {
	mark, name := c.At(i-1), i-2
	if mark.Is("(") && c.At(i+1).Is(")") {
		return setter.MatchString(c.At(name).Text) && passwordName.MatchString(c.At(name).Text)
	}
	if !mark.Is("=") && !mark.Is(":=") && !mark.Is(":") {
		return false
	}
	if mark.Is("=") && c.At(name-1).Is(":") {
		name -= 2 // a type stands between
	}
	text := c.At(name).Text
	return passwordName.MatchString(text) && !verdict.MatchString(text)
}
