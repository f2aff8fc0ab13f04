package gitsource

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// interrupted is the error of a conversation whose context is done.
func interrupted(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &unreachable{reason: "timed out", transient: true, cause: ctx.Err()}
	}
	return ctx.Err()
}

var errNoSpace = errors.New("no space left on the disk of scratch files")

const (
	reasonNotPublic = "the repository is missing, or not public"
	reasonForbidden = "the server refuses access"
)

// reasons are what git prints when a conversation fails, and what that means. The
// first one that is found counts.
var reasons = []struct {
	printed   string
	reason    string
	transient bool
}{
	{"couldn't find remote ref", "the tag is missing", false},
	{"The requested URL returned error: 30", "the server redirects to another address; give that one", false},
	{"The requested URL returned error: 429", "the server asks for fewer requests", true},
	{"The requested URL returned error: 5", "the server failed", true},
	{"The requested URL returned error: 403", reasonForbidden, false},
	{"The requested URL returned error: 404", reasonNotPublic, false},
	{"Authentication failed", reasonNotPublic, false},
	{"could not read Username", reasonNotPublic, false},
	{"' not found", reasonNotPublic, false},
	{"does not appear to be a git repository", reasonNotPublic, false},
	{"Permission denied (", reasonForbidden, false},
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", "the server's host key is not the one that is known", false},
	{"Host key verification failed", "the server's host key is not known", false},
	{"dubious ownership", "its folder belongs to another user", false},
	{"SSL certificate problem", "the server's certificate is not trusted", false},
	{"server certificate verification failed", "the server's certificate is not trusted", false},
	{"no alternative certificate subject name", "the server's certificate is for another host", false},
	{"Operation too slow", "timed out", true},
	{"timed out", "timed out", true},
	{"Timeout was reached", "timed out", true},
	{"Failed to connect", "no connection to the server", true},
	{"Couldn't connect to server", "no connection to the server", true},
	{"Connection refused", "no connection to the server", true},
	{"Connection reset", "the connection broke", true},
	{"Empty reply from server", "the connection broke", true},
	{"the remote end hung up", "the connection broke", true},
	{"unexpected disconnect", "the connection broke", true},
	{"early EOF", "the connection broke", true},
	{"RPC failed", "the connection broke", true},
	{"gnutls_handshake() failed", "no secure connection to the server", true},
	{"SSL_ERROR", "no secure connection to the server", true},
	{"dumb http transport", "the server does not speak git's smart protocol", false},
	{"not valid: is this a git repository", "there is no repository at the URL", false},
	// Forges say it so over ssh; whatever else ended the conversation is above.
	{"Could not read from remote repository", reasonNotPublic, false},
	{"fsck error", "the repository has malformed objects", false},
}

// explain tells from what git printed why it failed. What it printed goes no
// further: it holds addresses, and whatever a stranger's server sends.
func explain(command, printed string, failed error) error {
	said := withoutRemote(printed)
	if strings.Contains(said, "No space left on device") || strings.Contains(said, "Disk quota exceeded") {
		return fmt.Errorf("git %s: %w: %w", command, errNoSpace, failed)
	}
	if strings.Contains(said, "attempting to allocate") || strings.Contains(said, "ut of memory") {
		return fmt.Errorf("git %s needs more memory than it is given: %w", command, ErrTooLarge)
	}
	for _, r := range reasons {
		if strings.Contains(said, r.printed) {
			return &unreachable{reason: r.reason, transient: r.transient, cause: failed}
		}
	}
	return &unreachable{reason: "git " + command + " failed", cause: failed}
}

// withoutRemote drops the lines that git passes on from the server.
func withoutRemote(printed string) string {
	var own strings.Builder
	for line := range strings.FieldsFuncSeq(printed, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if !strings.HasPrefix(line, "remote: ") {
			own.WriteString(line + "\n")
		}
	}
	return own.String()
}
