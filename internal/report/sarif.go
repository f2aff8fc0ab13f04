package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/semver"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// Tool is what has judged, as a SARIF log names it.
type Tool struct {
	// Version is that of the program.
	Version string
	// Rules describes the rules by their ids. Of one that is not there a log says
	// what its findings say.
	Rules map[string]check.Rule
}

// SARIF renders results as one log in SARIF 2.1.0, a run for each. A run describes
// the rules that found something, and where the commit is known also that.
func (t Tool) SARIF(subjects []Subject) ([]byte, error) {
	log := sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{},
	}
	for _, s := range subjects {
		log.Runs = append(log.Runs, t.run(s))
	}
	text, err := json.Marshal(log, jsontext.AllowInvalidUTF8(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("encode a SARIF log: %w", err)
	}
	return append(text, '\n'), nil
}

func (t Tool) run(s Subject) sarifRun {
	rules, index := t.rules(s.Report.Findings)
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "Greenroom", InformationURI: "https://github.com/greenroom-registry/greenroom", Version: t.Version, Rules: rules,
		}},
		AutomationDetails:        sarifAutomation{ID: category(s)},
		VersionControlProvenance: provenance(s),
		ColumnKind:               "unicodeCodePoints",
		Results:                  []sarifResult{},
		Properties:               sarifRunProperties{Valid: s.Report.Valid, Engine: s.Report.Engine, Ruleset: s.Report.Ruleset},
	}
	if v := "v" + strings.TrimPrefix(t.Version, "v"); semver.IsValid(v) {
		run.Tool.Driver.SemanticVersion = strings.TrimPrefix(v, "v")
	}
	seen := map[string]int{}
	for _, f := range s.Report.Findings {
		result := resultOf(s, f)
		result.RuleIndex = index[f.Rule]
		print := fingerprint(f)
		seen[print]++
		result.PartialFingerprints = sarifFingerprints{fmt.Sprintf("%s:%d", print, seen[print])}
		run.Results = append(run.Results, result)
	}
	return run
}

// category is by what code scanning tells the runs of one log apart, and knows the
// next run about the same again: so it has no tag.
func category(s Subject) string {
	name := cmp.Or(s.Repository, s.Base, s.Path)
	if name == "" || name == "." {
		return "greenroom/"
	}
	return "greenroom/" + name + "/"
}

// rules describes those of the findings, in the order of their ids, and says at
// which index each is. The level is that of the worst finding.
func (t Tool) rules(findings []api.Finding) ([]sarifRule, map[string]int) {
	first, worst := map[string]api.Finding{}, map[string]int{}
	for _, f := range findings {
		if _, ok := first[f.Rule]; !ok {
			first[f.Rule], worst[f.Rule] = f, len(levels)
		}
		worst[f.Rule] = min(worst[f.Rule], levelOf(f.Type))
	}
	ids := make([]string, 0, len(first))
	for id := range first {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	rules, index := []sarifRule{}, map[string]int{}
	for i, id := range ids {
		index[id] = i
		rules = append(rules, t.describe(first[id], levels[worst[id]]))
	}
	return rules, index
}

func (t Tool) describe(f api.Finding, level string) sarifRule {
	known := t.Rules[f.Rule]
	title := f.Rule
	if known.Title != "" {
		title = known.Title + "."
	}
	why, fix := cmp.Or(known.Why, f.Why, title), cmp.Or(known.Fix, f.Help)
	help := why + "\n\nTo repair it: " + fix
	return sarifRule{
		ID:                   f.Rule,
		Name:                 identifier(f.Rule),
		ShortDescription:     sarifText{Text: title},
		FullDescription:      sarifText{Text: why},
		Help:                 sarifText{Text: help, Markdown: escape(why) + "\n\n**To repair it:** " + escape(fix)},
		HelpURI:              f.Page,
		DefaultConfiguration: sarifConfiguration{Level: level},
	}
}

// identifier makes of the id of a rule the name of one: LayoutApplicationFolder.
func identifier(rule string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(rule, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func resultOf(s Subject, f api.Finding) sarifResult {
	result := sarifResult{
		RuleID:     f.Rule,
		Level:      levels[levelOf(f.Type)],
		Message:    sarifText{Text: strings.TrimSpace(f.Message + "\n" + f.Help)},
		Properties: sarifResultProperties{Application: f.Application},
	}
	if f.File != "" {
		place := sarifPlace{ArtifactLocation: sarifArtifact{URI: s.uri(f.File)}}
		if f.Line > 0 {
			place.Region = &sarifRegion{StartLine: f.Line, StartColumn: f.Column}
		}
		if f.Line > 0 && f.Snippet != "" {
			place.ContextRegion = &sarifRegion{StartLine: f.Line, Snippet: &sarifText{Text: f.Snippet}}
		}
		result.Locations = []sarifLocation{{place}}
	}
	if f.Fix != nil {
		result.Fixes = []sarifFix{fixOf(s, *f.Fix)}
	}
	return result
}

// fixOf has a change for each file, in the order in which edits name them.
func fixOf(s Subject, fix api.Fix) sarifFix {
	out := sarifFix{Description: sarifText{Text: fix.Title}}
	at := map[string]int{}
	for _, e := range fix.Edits {
		i, ok := at[e.File]
		if !ok {
			i = len(out.ArtifactChanges)
			at[e.File] = i
			out.ArtifactChanges = append(out.ArtifactChanges, sarifChange{ArtifactLocation: sarifArtifact{URI: s.uri(e.File)}})
		}
		replacement := sarifReplacement{DeletedRegion: sarifRegion{
			StartLine: e.Line, StartColumn: e.Column, EndLine: e.EndLine, EndColumn: e.EndColumn,
		}}
		if e.Text != "" {
			replacement.InsertedContent = &sarifText{Text: e.Text}
		}
		out.ArtifactChanges[i].Replacements = append(out.ArtifactChanges[i].Replacements, replacement)
	}
	return out
}

// uri is relative, but for a file outside of where the caller is.
func (s Subject) uri(file string) string {
	u := url.URL{Path: s.file(file)}
	if filepath.IsAbs(filepath.FromSlash(u.Path)) {
		u.Scheme, u.Path = "file", "/"+strings.TrimPrefix(u.Path, "/")
	}
	return u.String()
}

// provenance names the commit of a release. It needs an address that is a URI.
func provenance(s Subject) []sarifProvenance {
	address := s.Repository
	if host, rest, ok := strings.Cut(address, ":"); ok && strings.HasPrefix(address, "git@") && !strings.HasPrefix(rest, "//") {
		address = "ssh://" + host + "/" + rest
	}
	if u, err := url.Parse(address); err != nil || u.Scheme == "" || s.Report.Commit == "" {
		return nil
	}
	return []sarifProvenance{{RepositoryURI: address, RevisionID: s.Report.Commit, RevisionTag: s.Tag}}
}

// fingerprint tells a finding from others of its kind, also when lines before it
// come and go: it has neither line nor column, nor the message, which may count.
func fingerprint(f api.Finding) string {
	what := f.Snippet
	if what == "" {
		what = f.Message
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Rule, f.File, f.Application, what}, "\x00")))
	return hex.EncodeToString(sum[:8])
}
