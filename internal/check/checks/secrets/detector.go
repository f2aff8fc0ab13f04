package secrets

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
	"github.com/zricethezav/gitleaks/v8/report"
)

// gitleaksVersion is that of go.mod. Verdicts depend on its rules.
const gitleaksVersion = "gitleaks v8.30.1"

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
type rules struct {
	allowlists []*config.Allowlist
	forms      []form
}

// detector is loaded by the first run that needs it: its 222 expressions are not
// for commands that check nothing.
var detector = sync.OnceValues(func() (*rules, error) {
	// It would log to standard error, the secrets included.
	logging.Logger = zerolog.Nop()
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return nil, fmt.Errorf("load the rules of gitleaks: %w", err)
	}
	r := &rules{allowlists: d.Config.Allowlists}
	for id, rule := range d.Config.Rules {
		if !slices.ContainsFunc(publicNames, func(end string) bool { return strings.HasSuffix(id, end) }) {
			r.forms = append(r.forms, newForm(rule, d.Config.Allowlists))
		}
	}
	slices.SortFunc(r.forms, func(a, b form) int { return strings.Compare(a.id, b.id) })
	return r, nil
})

// Prepare loads the rules; that they do not load, the first run says.
func Prepare() { _, _ = detector() }

// skips tells whether gitleaks allows all that a file or folder holds: images,
// lock files, node_modules.
func (r *rules) skips(name string) bool {
	return slices.ContainsFunc(r.allowlists, func(a *config.Allowlist) bool { return a.PathAllowed(name) })
}

// maxMatches is how many places of a file are looked at closely, which takes up to a
// tenth of a millisecond each.
const maxMatches = 5_000

// found is what a text holds: the leaks in the order in which they stand, each
// secret once a line, and the texts that may be secrets of which there are too many.
type found struct {
	leaks    []leak
	unjudged []string
}

// find searches a text. Once the context has ended some leaks may be missing.
func (r *rules) find(ctx context.Context, file, text string) found {
	s := search{file: file, text: text, lower: strings.ToLower(text), starts: lineStarts(text), left: maxMatches}
	if !strings.HasSuffix(text, "\n") {
		s.text += "\n" // gitleaks takes all that is before a line without an end for a part of it
	}
	for _, f := range r.forms {
		if ctx.Err() != nil {
			break
		}
		s.run(ctx, f)
	}
	return found{leaks: s.leaks(), unjudged: s.unjudged}
}

// search is that of one text.
type search struct {
	file, text, lower string
	starts            []int // the offsets of its lines
	left              int   // how many places may still be looked at
	findings          []report.Finding
	unjudged          []string
}

func (s *search) run(ctx context.Context, f form) {
	for _, p := range f.pieces(s.file, s.text, s.lower) {
		if s.left -= len(p.matches); s.left < 0 {
			s.unjudged = append(s.unjudged, p.matches...)
			continue
		}
		line := sort.SearchInts(s.starts, p.from+1)
		//nolint:staticcheck // v8 takes no other type.
		fragment := detect.Fragment{FilePath: s.file, Raw: s.text[p.from:p.to], StartLine: line}
		for _, finding := range f.gitleaks.DetectContext(ctx, fragment) {
			if p.has(finding.Match) {
				s.findings = append(s.findings, finding)
			}
		}
	}
}

// leaks are those of the findings, save what a certain rule has found too.
func (s *search) leaks() []leak {
	certain := map[int][]string{} // the secrets by line
	for _, f := range s.findings {
		if !strings.Contains(f.RuleID, "generic") {
			certain[f.StartLine] = append(certain[f.StartLine], f.Secret)
		}
	}
	leaks := make([]leak, 0, len(s.findings))
	for _, f := range s.findings {
		if strings.Contains(f.RuleID, "generic") && slices.ContainsFunc(certain[f.StartLine], func(secret string) bool { return strings.Contains(secret, f.Secret) }) {
			continue
		}
		leaks = append(leaks, newLeak(f, s.text, s.starts))
	}
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
