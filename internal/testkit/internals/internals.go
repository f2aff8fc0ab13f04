// Package internals knows what must never be in an answer: whatever tells of the
// server's files, database, code, or network.
package internals

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// kinds are what each sort of internal looks like.
var kinds = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"a file", regexp.MustCompile(`/(?:dev|etc|home|opt|proc|root|run|srv|sys|tmp|usr|var)/[^\s"]*|[A-Z]:\\+\w[^\s"]*`)},
	{"source code", regexp.MustCompile(`\b\w+\.go\b(?::\d+)?|github\.com/greenroom-registry[^\s"]*`)},
	{"SQL", regexp.MustCompile(`(?i)\bSELECT\s[^"]*\sFROM\b|\bINSERT INTO\b|\bUPDATE \w+ SET\b|\bDELETE FROM\b|\bsqlite|` +
		`\bSQLITE_\w+|\bsql: |\bno such (?:table|column)\b|\bconstraint failed\b|\bdatabase is (?:locked|closed)\b`)},
	{"a Go type", regexp.MustCompile(`\b(?:map\[[a-z]|struct \{|interface \{|func\()|\[\](?:byte|string|int|uint8)\b|\*[a-z]\w*\.[A-Za-z]\w*|` +
		`\b(?:action|api|auth|base64|bufio|connector|context|credential|errors|exec|field|fs|gitsource|hex|http|httpapi|io|json|jsonbody|` +
		`jsontext|mime|net|netip|os|problem|publish|reflect|runtime|sql|sqlstore|store|strconv|sync|time|url|utf8|uuid)\.[A-Z]\w*`)},
	{"an error of a library", regexp.MustCompile(`\b(?:base64|hex|http|io|json|jsontext|mime|net/http|net/url|strconv): |\bunexpected EOF\b|` +
		`\bcontext (?:canceled|deadline exceeded)\b|\binvalid URL escape\b|\bi/o timeout\b|\bbroken pipe\b|\bconnection (?:refused|reset)\b|` +
		`\bno such file\b`)},
	{"a stack", regexp.MustCompile(`\bgoroutine \d+|\bpanic: |\bruntime error\b|\b0x[0-9a-f]{8,}|\bnil pointer\b`)},
	{"an address of this machine", regexp.MustCompile(`\b127\.\d+\.\d+\.\d+(?::\d+)?|\[::1\](?::\d+)?|\blocalhost:\d+`)},
}

// In lists the internals that an answer tells, each with its kind. What the
// request said itself is none: messages repeat what they are about.
func In(answer string, sent ...string) []string {
	var told []string
	for _, k := range kinds {
		for _, text := range k.pattern.FindAllString(answer, -1) {
			repeated := slices.ContainsFunc(sent, func(s string) bool { return strings.Contains(s, text) })
			if !repeated {
				told = append(told, k.name+": "+text)
			}
		}
	}
	return told
}

// RequireNone fails the test when the answer tells internals.
func RequireNone(tb testing.TB, answer string, sent ...string) {
	tb.Helper()
	if told := In(answer, sent...); len(told) > 0 {
		tb.Fatalf("the answer tells %q:\n%s", told, answer)
	}
}
