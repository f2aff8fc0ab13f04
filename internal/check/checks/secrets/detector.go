package secrets

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
	"github.com/zricethezav/gitleaks/v8/report"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// gitleaksVersion is that of go.mod. Verdicts depend on its rules.
const gitleaksVersion = "gitleaks v8.30.1"

// leak is what looks like a secret, and where.
type leak struct {
	rule, description string
	file              string
	line, column      int // 0 where the name of the file is all there is
	secret, snippet   string
	// guessed is whether the rule goes by the names around a value, or finds what
	// is often meant to be public.
	guessed bool
}

// guessing rules match what is no secret often enough.
var guessing = []string{
	"generic-api-key", "curl-auth-header", "curl-auth-user", // a name, and a random value
	"jwt", "jwt-base64", // expires, and some are for browsers
	"gcp-api-key", "algolia-api-key", // keys of browsers have the same form
	"kubernetes-secret-yaml", "hashicorp-tf-password", "nuget-config-password", "sidekiq-sensitive-url",
	"pkcs12-file", // may hold certificates alone
}

// publicNames end the names of rules about what is no secret at all.
var publicNames = []string{"-client-id", "-access-id", "-access-key-id", "-api-id", "-public-key", "-pub-key", "-pub-api-key"}

// rules are the forms that gitleaks knows.
type rules struct{ gitleaks *detect.Detector }

// detector is loaded by the first run that needs it: its 222 expressions are not
// for commands that check nothing.
var detector = sync.OnceValues(func() (*rules, error) {
	// It would log to standard error, the secrets included.
	logging.Logger = zerolog.Nop()
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return nil, fmt.Errorf("load the rules of gitleaks: %w", err)
	}
	// Whoever commits a secret must not be the one to wave it through.
	d.IgnoreGitleaksAllow = true
	for id := range d.Config.Rules {
		if slices.ContainsFunc(publicNames, func(end string) bool { return strings.HasSuffix(id, end) }) {
			delete(d.Config.Rules, id)
		}
	}
	return &rules{gitleaks: d}, nil
})

// skips tells whether gitleaks allows all that a file or folder holds: images,
// lock files, node_modules.
func (r *rules) skips(name string) bool {
	return slices.ContainsFunc(r.gitleaks.Config.Allowlists, func(a *config.Allowlist) bool { return a.PathAllowed(name) })
}

// find returns the leaks of a text in the order in which they stand, each secret
// once a line. Once the context has ended some may be missing.
func (r *rules) find(ctx context.Context, file, text string) []leak {
	//nolint:staticcheck // v8 takes no other type.
	found := r.gitleaks.DetectContext(ctx, detect.Fragment{FilePath: file, Raw: text, StartLine: 1})
	leaks := make([]leak, 0, len(found))
	starts := lineStarts(text)
	for _, f := range found {
		leaks = append(leaks, newLeak(f, text, starts))
	}
	// gitleaks walks a map of rules: the order is ours to give.
	slices.SortFunc(leaks, func(a, b leak) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.secret, b.secret), byCertainty(a, b), cmp.Compare(a.rule, b.rule))
	})
	return slices.CompactFunc(leaks, func(a, b leak) bool { return a.line == b.line && a.secret == b.secret })
}

func byCertainty(a, b leak) int {
	switch {
	case a.guessed == b.guessed:
		return 0
	case b.guessed:
		return -1
	default:
		return 1
	}
}

func newLeak(f report.Finding, text string, starts []int) leak {
	l := leak{
		rule: f.RuleID, description: f.Description, file: f.File, secret: f.Secret,
		guessed: slices.Contains(guessing, f.RuleID),
	}
	if f.Secret == "" {
		return l
	}
	l.line, l.column, l.snippet = locate(text, starts, f.StartLine, f.Secret)
	return l
}

// maxBeginning is how many bytes before a secret are shown: enough for its name.
const maxBeginning = 80

// beginning is the part of a line that stands before a secret, cut from the left.
func beginning(before string) string {
	before = strings.TrimLeft(before, " \t")
	return strings.ToValidUTF8(before[max(0, len(before)-maxBeginning):], "")
}

// lineStarts are the offsets at which lines begin.
func lineStarts(text string) []int {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// locate finds a secret from a line on, which is where its match begins: gitleaks
// counts columns in bytes, and from the match.
func locate(text string, starts []int, from int, secret string) (line, column int, snippet string) {
	start := starts[min(max(from, 1), len(starts))-1]
	at := strings.Index(text[start:], secret)
	if at < 0 {
		return from, 1, check.Redacted
	}
	at += start
	line = sort.SearchInts(starts, at+1)
	before := text[starts[line-1]:at]
	column = utf8.RuneCountInString(before) + 1
	return line, column, check.Harmless(beginning(before)) + check.Redacted
}
