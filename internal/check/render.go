package check

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/greenroom-registry/greenroom/api"
)

// TextOptions of WriteText. The zero value is plain text.
type TextOptions struct {
	// Color marks severities with ANSI escapes, for terminals.
	Color bool
}

// WriteText renders a result for people: each finding where it stands, in the
// form that editors and terminals make a link of, then one line that sums up.
//
//	connect.yaml:12:5: [deployAs.0.name]: application "tax" has no folder
//	    | - name: tax
//	    Error layout/application-folder, application tax
//	    Add the folder tax at the root of the repository.
//	./tax-connector: not valid (1 error)
//
// The path is what the caller was asked to judge. It returns the writer's
// error.
func WriteText(w io.Writer, path string, r Result, opts TextOptions) error {
	var b strings.Builder
	b.WriteString(Text(r.Report.Findings, opts))
	b.WriteString(summary(path, r))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the report of %s: %w", path, err)
	}
	return nil
}

// Text renders findings as WriteText does, without the line that sums up.
func Text(findings []api.Finding, opts TextOptions) string {
	var b strings.Builder
	for _, f := range findings {
		writeFinding(&b, f, opts)
	}
	return b.String()
}

func writeFinding(b *strings.Builder, f api.Finding, opts TextOptions) {
	fmt.Fprintf(b, "%s: %s\n", oneLine(Place(f)), oneLine(f.Message))
	if f.Snippet != "" {
		fmt.Fprintf(b, "    | %s\n", Harmless(f.Snippet))
	}
	fmt.Fprintf(b, "    %s %s", paint(f.Type, opts), f.Rule)
	if f.Application != "" {
		fmt.Fprintf(b, ", application %s", Harmless(f.Application))
	}
	b.WriteByte('\n')
	for line := range strings.Lines(Harmless(f.Help)) {
		fmt.Fprintf(b, "    %s\n", strings.TrimRight(line, "\n"))
	}
}

// Harmless is what strangers wrote, without anything that a terminal would obey:
// control characters but for line ends and tabs, and those that turn the direction
// of text around.
func Harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// oneLine is harmless at the beginning of a line too. A name of a file may hold a
// line end, and GitHub obeys lines that begin with two colons.
func oneLine(text string) string {
	text = strings.ReplaceAll(Harmless(text), "\n", string(unicode.ReplacementChar))
	if strings.HasPrefix(strings.TrimSpace(text), "::") {
		return "./" + text
	}
	return text
}

// Place is where a finding stands: FILE:LINE:COLUMN, or FILE alone where there is
// no position, as for a missing file.
func Place(f api.Finding) string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
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

func summary(path string, r Result) string {
	verdict := "valid"
	if !r.Report.Valid {
		verdict = "not valid"
	}
	var parts []string
	if r.Spec != nil && r.Report.Valid {
		parts = append(parts, count(len(r.Spec.Applications), "application"))
	}
	parts = append(parts, severities(r.Report.Findings)...)
	if len(parts) == 0 {
		return fmt.Sprintf("%s: %s\n", path, verdict)
	}
	return fmt.Sprintf("%s: %s (%s)\n", path, verdict, strings.Join(parts, ", "))
}

// severities counts the findings, most severe first, without the zeros.
func severities(findings []api.Finding) []string {
	n := map[api.ReportEntryType]int{}
	for _, f := range findings {
		n[f.Type]++
	}
	var parts []string
	for _, s := range []struct {
		t    api.ReportEntryType
		noun string
	}{
		{api.EntryError, "error"},
		{api.EntryWarning, "warning"},
		{api.EntryInformation, "note"},
	} {
		if n[s.t] > 0 {
			parts = append(parts, count(n[s.t], s.noun))
		}
	}
	return parts
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
