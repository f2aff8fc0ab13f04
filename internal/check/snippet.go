package check

import (
	"bytes"
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
	redacted       = "[redacted]"
)

// addSnippets gives each finding the line at which it stands, where it has none of
// its own.
func addSnippets(tree fs.FS, findings []api.Finding) error {
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
		addSnippet(f, lines)
	}
	return nil
}

// addSnippet takes the snippet of a finding from the lines of its file.
func addSnippet(f *api.Finding, lines [][]byte) {
	if f.Line > 0 && f.Line <= len(lines) && f.Snippet == "" {
		f.Snippet = snippet(string(lines[f.Line-1]), f.Column)
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

// redact takes secrets out of everything that findings say. The longest go first:
// one may be a part of another.
func redact(findings []api.Finding, secrets []string) {
	if len(secrets) == 0 {
		return
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range secrets {
		pairs = append(pairs, s, redacted)
	}
	r := strings.NewReplacer(pairs...)
	for i := range findings {
		f := &findings[i]
		f.Message, f.Snippet, f.Help = r.Replace(f.Message), r.Replace(f.Snippet), r.Replace(f.Help)
		if f.Fix != nil && slices.ContainsFunc(f.Fix.Edits, func(e api.Edit) bool { return r.Replace(e.Text) != e.Text }) {
			f.Fix = nil // what it would write has the secret
		}
	}
}
