// Package field holds what single values of the contract may be: the bounds of
// texts, the forms of links, keys and identifiers (contract: types and text
// bounds). Each rule returns "" or what is wrong, as the rest of a sentence.
package field

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

// Rules are the rules that depend on how a server is configured.
type Rules struct {
	// Regions are the regions that this server supports.
	Regions []string
	// RepositoryURL refuses a URL that this server never reads from.
	RepositoryURL func(string) error
	// RepositoryTag refuses what is no name of a tag.
	RepositoryTag func(string) error
}

// Region is one of the configured regions.
func (r Rules) Region(v string) string {
	if !slices.Contains(r.Regions, v) {
		return "must be one of " + strings.Join(r.Regions, ", ") + "."
	}
	return ""
}

// URL is the address of a repository.
func (r Rules) URL(v string) string { return sentence(r.RepositoryURL(v)) }

// Tag names a release in a repository.
func (r Rules) Tag(v string) string { return sentence(r.RepositoryTag(v)) }

func sentence(err error) string {
	if err == nil {
		return ""
	}
	return err.Error() + "."
}

// Name is the name of a connector.
func Name(v string) string {
	if v == "" {
		return "must not be empty."
	}
	return line(256)(v)
}

// Person is the name, title or company of a creator; "" clears it.
func Person(v string) string { return line(256)(v) }

// Description is prose of several lines; "" clears it.
func Description(v string) string { return atMost(v, 10_000) }

// Comment is prose that says something.
func Comment(v string) string {
	if strings.TrimSpace(v) == "" {
		return "must not be empty."
	}
	return atMost(v, 10_000)
}

// line is text without line ends or other control characters, and without the
// characters that make text read in another order than it is written.
func line(limit int) jsonbody.Rule {
	return func(v string) string {
		for _, r := range v {
			if isControl(r) {
				return fmt.Sprintf("must not contain the control character U+%04X.", r)
			}
		}
		return atMost(v, limit)
	}
}

// isControl says whether r does something to the text around it: a control
// character, or one that changes the order of reading (RFC 3987, section 4.1,
// bans the latter from links as well).
func isControl(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

func unseen(r rune) bool { return unicode.IsSpace(r) || isControl(r) }

func atMost(v string, limit int) string {
	if n := utf8.RuneCountInString(v); n > limit {
		return fmt.Sprintf("must have at most %d characters, but has %d.", limit, n)
	}
	return ""
}

var keyPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{2,256}$`)

// Key is the user-defined identifier of a connector.
func Key(v string) string {
	if !keyPattern.MatchString(v) {
		return "must have 2 to 256 characters, letters, digits, _ and - only."
	}
	return ""
}

// ID returns a UUID in its canonical form; false for what is none, or is written
// in braces or as a URN.
func ID(v string) (string, bool) {
	id, err := uuid.Parse(v)
	if err != nil || len(v) != len(id.String()) {
		return "", false
	}
	return id.String(), true
}

var projectPattern = regexp.MustCompile(`^[a-zA-Z0-9-_.]+:[a-zA-Z0-9-_]{2,36}$`)

// Project is a project identifier, {region}:{projectKey}.
func Project(v string) string {
	if !projectPattern.MatchString(v) || len(v) > 300 {
		return "must be a project identifier {region}:{projectKey}, such as europe-west1.gcp:my-project."
	}
	return ""
}

// IntegrationType is one of the API's integration types.
func IntegrationType(v string) string {
	if !slices.Contains(api.IntegrationTypes, api.IntegrationType(v)) {
		names := make([]string, len(api.IntegrationTypes))
		for i, t := range api.IntegrationTypes {
			names[i] = string(t)
		}
		return "must be one of " + strings.Join(names, ", ") + "."
	}
	return ""
}

// Email is one plausible address.
func Email(v string) string {
	const message = "must be one e-mail address of 3 to 254 characters, such as jane@example.com."
	if n := utf8.RuneCountInString(v); n < 3 || n > 254 || strings.ContainsFunc(v, unseen) {
		return message
	}
	parsed, err := mail.ParseAddress(v)
	if err != nil || parsed.Address != v || parsed.Name != "" {
		return message
	}
	return ""
}

// Link is an absolute http or https address; "" clears it.
func Link(v string) string {
	if v == "" {
		return ""
	}
	const message = `must be an absolute http or https address of at most 2048 characters, without spaces, control characters, quotes, \, < or >.`
	if utf8.RuneCountInString(v) > 2048 || strings.ContainsFunc(v, unseen) || strings.ContainsAny(v, `"'\<>`) {
		return message
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return message
	}
	return ""
}
