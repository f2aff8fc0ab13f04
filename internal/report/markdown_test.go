package report_test

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	unsafe "github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/report"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	subjects := example()
	subjects[0].Report.Findings[0].Message = "expected `text` from @jane, see #1\nor <b>GH-2</b>"
	subjects[0].Report.Findings[0].Snippet = "default: ```19"
	subjects[0].Report.Findings[2].Help = "Put a dash before each item, as in\n  - key: value"
	subjects = append(subjects, report.Subject{Report: api.Report{Valid: true}, Applications: 1})
	golden.Compare(t, "testdata/example.md", string(report.Markdown(subjects)))
}

// tags are those that a comment may have.
var tags = []string{
	"h2", "p", "strong", "code", `code class="language-text"`, "pre", "table", "thead", "tbody", "tr", "th", "td", "th style=\"text-align:right\"",
	"td style=\"text-align:right\"", "details", "details open", "summary", `a href="https://example.com/p"`, "a",
}

var (
	tag       = regexp.MustCompile(`<[^>]*>`)
	verbatim  = regexp.MustCompile(`(?s)<pre>.*?</pre>|<code>.*?</code>`)
	mentioned = regexp.MustCompile(`(?i)@[a-z0-9]|#[0-9]|gh-[0-9]`)
)

// Whatever strangers write stays text: it makes no mark, no HTML, no link, and
// mentions nobody.
func TestMarkdownIsHarmless(t *testing.T) {
	t.Parallel()
	gitHub := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(unsafe.WithUnsafe()))
	rapid.Check(t, func(t *rapid.T) {
		s := subject(t)
		source := report.Markdown([]report.Subject{s})
		var page bytes.Buffer
		if err := gitHub.Convert(source, &page); err != nil {
			t.Fatal(err)
		}
		for _, found := range tag.FindAllString(page.String(), -1) {
			if name := strings.Trim(found, "</>"); !slices.Contains(tags, name) {
				t.Fatalf("has the tag %s:\n%s\nof\n%s", found, &page, source)
			}
		}
		applications := map[string]bool{}
		for _, f := range s.Report.Findings {
			applications[f.Application] = true
		}
		for _, name := range []string{"<details", "</details>", "<summary>", "</summary>"} {
			if n := strings.Count(page.String(), name); n != len(applications) {
				t.Fatalf("has %d %s, want %d:\n%s\nof\n%s", n, name, len(applications), &page, source)
			}
		}
		text := html.UnescapeString(tag.ReplaceAllString(verbatim.ReplaceAllString(page.String(), ""), ""))
		if found := mentioned.FindString(text); found != "" {
			t.Fatalf("refers to %s:\n%s\nof\n%s", found, text, source)
		}
	})
}

// What has no room is left out, and counted in the last line.
func TestMarkdownIsBounded(t *testing.T) {
	t.Parallel()
	subjects := make([]report.Subject, 300)
	total := 0
	for i := range subjects {
		subjects[i] = report.Subject{Path: fmt.Sprintf("connector-%d", i)}
		for j := range 20 {
			total++
			subjects[i].Report.Findings = append(subjects[i].Report.Findings, api.Finding{
				Rule: "a/b", Type: api.EntryError, Application: fmt.Sprintf("app-%d", j%3), File: "f", Message: strings.Repeat("*", 5000), Help: "h",
			})
		}
	}
	for _, n := range []int{1, 2, 300} {
		text := string(report.Markdown(subjects[:n]))
		if len(text) > report.MaxMarkdown || n > 2 && len(text) < report.MaxMarkdown-10_000 {
			t.Errorf("%d results: %d bytes", n, len(text))
		}
		if open, closed := strings.Count(text, "<details"), strings.Count(text, "</details>"); open != closed {
			t.Errorf("%d results: %d groups are opened, %d closed", n, open, closed)
		}
		shown := strings.Count(text, "**Error**")
		left := 20*n - shown
		if last := fmt.Sprintf("has no room for more:** %d findings", left); (left > 0) != strings.Contains(text, last) {
			t.Errorf("%d results: %d findings are shown, and the end is\n%s", n, shown, text[len(text)-200:])
		}
	}
	if total != 6000 {
		t.Errorf("%d findings", total)
	}
}
