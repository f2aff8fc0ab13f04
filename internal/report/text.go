package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// TextOptions of Text. The zero value is plain text.
type TextOptions struct {
	// Color marks severities with ANSI escapes, for terminals.
	Color bool
}

// Text renders a result for people: each finding where it stands, in the form that
// editors and terminals make a link of, first those about the whole and then
// application by application; then one line that sums up. With the first finding of a
// rule it is said why that exists, in one sentence, and where there is more.
//
//	connect.yaml:12:5: [deployAs.0.name]: application "tax" has no folder
//	    | - name: tax
//	    Error layout/application-folder, application tax
//	    Add the folder tax at the root of the repository.
//	    Why: Connect takes the code of an application from that folder.
//	    https://github.com/…/docs/checks/layout/application-folder.md
//	./tax-connector: not valid (1 error)
func Text(s Subject, opts TextOptions) string {
	return TextOfFindings(s.Report.Findings, opts) + Summary(s)
}

// Summary is the line of Text that sums up.
func Summary(s Subject) string {
	return check.Harmless(s.Path) + ": " + s.verdict() + "\n"
}

// TextOfFindings renders findings as Text does, without the line that sums up.
func TextOfFindings(findings []api.Finding, opts TextOptions) string {
	var b strings.Builder
	explained := map[string]bool{}
	for _, g := range groups(findings) {
		for _, f := range g.findings {
			writeFinding(&b, f, opts)
			if !explained[f.Rule] {
				explained[f.Rule] = true
				writeRule(&b, f)
			}
		}
	}
	return b.String()
}

func writeFinding(b *strings.Builder, f api.Finding, opts TextOptions) {
	fmt.Fprintf(b, "%s: %s\n", oneLine(Place(f)), oneLine(f.Message))
	if f.Snippet != "" {
		fmt.Fprintf(b, "    | %s\n", check.Harmless(f.Snippet))
	}
	fmt.Fprintf(b, "    %s %s", paint(f.Type, opts), f.Rule)
	if f.Application != "" {
		fmt.Fprintf(b, ", application %s", check.Harmless(f.Application))
	}
	b.WriteByte('\n')
	for line := range strings.Lines(check.Harmless(f.Help)) {
		fmt.Fprintf(b, "    %s\n", strings.TrimRight(line, "\n"))
	}
}

// oneLine is harmless at the beginning of a line too. A name of a file may hold a
// line end, and GitHub obeys lines that begin with two colons.
func oneLine(text string) string {
	text = strings.ReplaceAll(check.Harmless(text), "\n", string(unicode.ReplacementChar))
	if strings.HasPrefix(strings.TrimSpace(text), "::") {
		return "./" + text
	}
	return text
}

func writeRule(b *strings.Builder, f api.Finding) {
	if f.Why != "" {
		sentence, _, _ := strings.Cut(strings.TrimSuffix(f.Why, "."), ". ")
		fmt.Fprintf(b, "    Why: %s.\n", check.Harmless(sentence))
	}
	if f.Page != "" {
		fmt.Fprintf(b, "    %s\n", check.Harmless(f.Page))
	}
}

func paint(t api.ReportEntryType, opts TextOptions) string {
	if !opts.Color {
		return string(t)
	}
	color := map[api.ReportEntryType]string{api.EntryError: "31", api.EntryWarning: "33"}[t]
	if color == "" {
		color = "36"
	}
	return "\x1b[" + color + "m" + string(t) + "\x1b[0m"
}

// Skipped collects which families of checks were skipped, over many subjects, so
// that people are told once.
type Skipped struct {
	reasons []string
	titles  map[string][]string // by reason
}

// Add notes what was skipped of a subject.
func (k *Skipped) Add(outcomes []check.Outcome) {
	for _, o := range outcomes {
		if o.State != check.Skipped {
			continue
		}
		if k.titles == nil {
			k.titles = map[string][]string{}
		}
		titles := k.titles[o.Reason]
		if titles == nil {
			k.reasons = append(k.reasons, o.Reason)
		}
		if !slices.Contains(titles, o.Title) {
			k.titles[o.Reason] = append(titles, o.Title)
		}
	}
}

// Text is a line for each reason, "" when nothing was skipped.
func (k *Skipped) Text() string {
	var b strings.Builder
	for _, reason := range k.reasons {
		fmt.Fprintf(&b, "skipped: %s. %s\n", strings.Join(k.titles[reason], ", "), reason)
	}
	return b.String()
}
