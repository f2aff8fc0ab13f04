package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/report"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// schema is the official one.
var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	const file = "testdata/sarif-schema-2.1.0.json"
	text, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(text)
	if err := errors.Join(err, text.Close()); err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(file, document); err != nil {
		return nil, err
	}
	return compiler.Compile(file)
})

type failer interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}

// sarif renders a log, which must be valid and the same when it is rendered again.
func sarif(t failer, tool report.Tool, subjects ...report.Subject) []byte {
	t.Helper()
	s, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	text, err := tool.SARIF(subjects)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(document); err != nil {
		t.Errorf("%v in\n%s", err, text)
	}
	if again, err := tool.SARIF(subjects); err != nil || !bytes.Equal(again, text) {
		t.Errorf("%v; another time the log is\n%s", err, again)
	}
	return text
}

func example() []report.Subject {
	return []report.Subject{
		{
			Path: "https://git.example/tax.git@v1", Repository: "https://git.example/tax.git", Tag: "v1",
			Report: api.Report{
				Commit: "f661650b9dcf3f1c6a6d7a7c0f1e4d2b5a897a01", Engine: "2", Ruleset: "sha256:0123456789abcdef",
				Findings: []api.Finding{
					{
						Rule: "spec/type", Type: api.EntryWarning, Message: "expected text", File: "connect.yaml", Line: 4, Column: 16,
						Snippet: "default: 19", Help: "Quote it.", Page: "https://example.com/spec/type.md", Application: "tax",
						Fix: &api.Fix{Title: "Quote the default", Edits: []api.Edit{
							{File: "connect.yaml", Line: 4, Column: 16, EndLine: 4, EndColumn: 16, Text: `"`},
							{File: "tax/a b.json", Line: 1, Column: 1, EndLine: 2, EndColumn: 1},
							{File: "connect.yaml", Line: 4, Column: 18, EndLine: 4, EndColumn: 18, Text: `"`},
						}},
					},
					{Rule: "documents/readme", Type: api.EntryInformation, Message: "there is none", File: "README.md", Help: "Add one.", Why: "People ask."},
					{Rule: "spec/type", Type: api.EntryError, Message: "expected a list", File: "connect.yaml", Line: 9, Column: 3, Snippet: "a: {}", Help: "Put a dash."},
					{Rule: "server/trouble", Type: api.EntryError, Message: "disk", Help: "Again."},
				},
			},
		},
		{Path: "connectors/tax", Base: "connectors/tax", Report: api.Report{Valid: true, Findings: []api.Finding{
			{Rule: "layout/x", Type: api.EntryWarning, Message: "m", File: "a/ü b#?.js", Line: 1, Column: 2, Help: "h"},
		}}},
	}
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	tool := report.Tool{Version: "v1.2.3", Rules: map[string]check.Rule{
		"spec/type":        {ID: "spec/type", Title: "Values have the right type"},
		"documents/readme": {ID: "documents/readme", Title: "There is a README", Why: "People *ask*.", Fix: "Add one."},
	}}
	text := sarif(t, tool, example()...)
	golden.Compare(t, "testdata/example.sarif", string(text))
	sarif(t, report.Tool{Version: "development build"}) // no run at all
}

// What is not a git@ address or a URI is left out, and so is a commit that is not known.
func TestSARIFProvenance(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://git.example/tax.git":    "https://git.example/tax.git",
		"git@git.example:acme/tax.git":   "ssh://git@git.example/acme/tax.git",
		"ssh://git@git.example:22/a.git": "ssh://git@git.example:22/a.git",
		"":                               "",
	} {
		text := sarif(t, report.Tool{}, report.Subject{Repository: address, Report: api.Report{Commit: "0123"}})
		var log struct {
			Runs []struct {
				VersionControlProvenance []struct{ RepositoryURI, RevisionID string }
			}
		}
		if err := json.Unmarshal(text, &log); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, p := range log.Runs[0].VersionControlProvenance {
			got = p.RepositoryURI
		}
		if got != want {
			t.Errorf("%q is %q, want %q", address, got, want)
		}
	}
}

// A finding keeps its fingerprint when lines before it come and go.
func TestSARIFFingerprints(t *testing.T) {
	t.Parallel()
	fingerprints := func(line int, snippets ...string) []string {
		s := report.Subject{}
		for i, snippet := range snippets {
			s.Report.Findings = append(s.Report.Findings, api.Finding{
				Rule: "a/b", Type: api.EntryError, File: "f", Line: line + i, Column: line, Snippet: snippet, Message: "m", Help: "h",
			})
		}
		var log struct {
			Runs []struct {
				Results []struct{ PartialFingerprints map[string]string }
			}
		}
		if err := json.Unmarshal(sarif(t, report.Tool{}, s), &log); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range log.Runs[0].Results {
			all = append(all, r.PartialFingerprints["greenroom/v1"])
		}
		return all
	}
	before, after := fingerprints(1, "x", "x", "y"), fingerprints(100, "x", "x", "y")
	if !slices.Equal(before, after) {
		t.Errorf("%q became %q", before, after)
	}
	if slices.Sort(before); len(slices.Compact(before)) != 3 {
		t.Errorf("two of three findings have one fingerprint: %q", before)
	}
}

// Whatever strangers write, the log stays one.
func TestSARIFIsAlwaysValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { sarif(t, report.Tool{Version: rapid.String().Draw(t, "version")}, subject(t)) })
}

// subject is any result of a stranger's repository.
func subject(t *rapid.T) report.Subject {
	text := rapid.OneOf(rapid.String(), hostile())
	findings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) api.Finding {
		return api.Finding{
			Rule:    rapid.SampledFrom([]string{"a/b", "c/d-e"}).Draw(t, "rule"),
			Type:    rapid.SampledFrom([]api.ReportEntryType{api.EntryError, api.EntryWarning, api.EntryInformation}).Draw(t, "type"),
			Message: text.Draw(t, "message"), File: text.Draw(t, "file"), Line: rapid.IntRange(0, 9).Draw(t, "line"), Column: 1,
			Application: text.Draw(t, "application"), Snippet: text.Draw(t, "snippet"), Why: text.Draw(t, "why"),
			Help: text.Draw(t, "help"), Page: "https://example.com/p",
		}
	}), 0, 4).Draw(t, "findings")
	return report.Subject{Path: text.Draw(t, "path"), Base: "base", Repository: text.Draw(t, "repository"), Report: api.Report{Commit: "c", Findings: findings}}
}

// hostile strings together what has a meaning in Markdown and HTML.
func hostile() *rapid.Generator[string] {
	parts := []string{
		"<script>", "</details>", "<img src=x onerror=y>", "<!-- ", " -->", "@jane", "#1", "acme/tax#2", "GH-3", "![a](https://evil.example)",
		"[b](javascript:x)", "**c**", "`", "``", "```", "~~~", "\n", "\n\n", "# h", "> q", "- l", "1. n", "|", "\\", "&lt;", "https://evil.example/x",
		"www.evil.example", "a@evil.example", "$x$", "---", "===", "    code", "<https://evil.example>", ":smile:", "\u202e", "[^1]", "<a\nhref=x>", " ", "word",
	}
	return rapid.Custom(func(t *rapid.T) string {
		text := ""
		for _, p := range rapid.SliceOfN(rapid.SampledFrom(parts), 0, 8).Draw(t, "parts") {
			text += p
		}
		return text
	})
}
