package check

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
)

const (
	// maxSnippet is how many characters of a line a snippet has.
	maxSnippet = 160
	// maxSnippetFile is the size of the largest file that snippets come from.
	maxSnippetFile = 1 << 20
	// Redacted stands where a secret was.
	Redacted = "[redacted]"
)

// addSnippets gives each finding the line at which it stands, where it has none of
// its own. Secrets are hidden before a line is cut: half a secret is found no more.
func addSnippets(tree fs.FS, findings []api.Finding, hide func(string) string) error {
	files := map[string][][]byte{}
	for i := range findings {
		f := &findings[i]
		if f.Line == 0 || f.Snippet != "" {
			continue
		}
		lines, ok := files[f.File]
		if !ok {
			data, _, err := ReadBounded(tree, f.File, maxSnippetFile)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			lines = bytes.Split(data, []byte("\n"))
			files[f.File] = lines
		}
		addSnippet(f, lines, hide)
	}
	return nil
}

// addSnippet takes the snippet of a finding from the lines of its file.
func addSnippet(f *api.Finding, lines [][]byte, hide func(string) string) {
	if f.Line > 0 && f.Line <= len(lines) && f.Snippet == "" {
		f.Snippet = snippet(hide(string(lines[f.Line-1])), f.Column)
	}
}

// snippet is the part of a line around a column, fit to be printed.
func snippet(line string, column int) string {
	text := []rune(strings.ToValidUTF8(strings.TrimRight(line, "\r"), "\uFFFD"))
	start := 0
	if column > maxSnippet {
		start = min(column-maxSnippet/2, len(text))
	}
	cut := text[start:min(len(text), start+maxSnippet)]
	return Harmless(strings.TrimSpace(string(cut)))
}

// redactor returns what takes secrets out of a text. The longest go first: one may
// be a part of another.
func redactor(secrets []string) func(string) string {
	if len(secrets) == 0 {
		return func(text string) string { return text }
	}
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, s := range slices.Compact(secrets) {
		pairs = append(pairs, s, Redacted)
	}
	return strings.NewReplacer(pairs...).Replace
}

// redact takes secrets out of everything that findings say.
func redact(findings []api.Finding, hide func(string) string) {
	for i := range findings {
		f := &findings[i]
		f.Message, f.Snippet, f.Help = hide(f.Message), hide(f.Snippet), hide(f.Help)
		if f.Fix != nil && slices.ContainsFunc(f.Fix.Edits, func(e api.Edit) bool { return hide(e.Text) != e.Text }) {
			f.Fix = nil // what it would write has the secret
		}
	}
}
