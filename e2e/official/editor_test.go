package official_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// cursor marks in a file where a completion is asked for.
const cursor = "‸"

// TestEditor opens the files of testdata/editor as an editor does, and compares
// what the language server proposes and complains about with a golden file.
func TestEditor(t *testing.T) {
	requireOfficial(t)
	s := startLanguageServer(t)
	files, err := filepath.Glob(filepath.Join("testdata", "editor", "*.yaml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("files %q, error %v", files, err)
	}
	var got strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "== %s\n%s\n", filepath.Base(name), text)
		s.describe(t, &got, "file:///"+strings.TrimPrefix(filepath.ToSlash(file(t, name)), "/"), string(text))
	}
	golden.Compare(t, filepath.Join("testdata", "editor.golden"), got.String())
}

// describe writes what the server says about a file with a cursor.
func (s *languageServer) describe(t *testing.T, w *strings.Builder, uri, text string) {
	t.Helper()
	before, after, found := strings.Cut(text, cursor)
	if !found {
		t.Fatalf("%s has no cursor %s", uri, cursor)
	}
	s.notify(t, "textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": 1, "text": before + after},
	})
	line := before[strings.LastIndex(before, "\n")+1:]
	at := position{Line: strings.Count(before, "\n"), Character: len(utf16.Encode([]rune(line)))}
	var proposed struct{ Items []completionItem }
	s.request(t, "textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": uri}, "position": at}, &proposed)
	if len(proposed.Items) == 0 {
		t.Errorf("%s: nothing is proposed", uri)
	}
	for _, item := range proposed.Items {
		fmt.Fprintf(w, "proposes %s: %s\n", item.Label, item.documentation(t))
	}
	for s.diagnostics[uri] == nil {
		s.receive(t)
	}
	if len(s.diagnostics[uri]) == 0 {
		t.Errorf("%s: there is no error", uri)
	}
	slices.SortStableFunc(s.diagnostics[uri], func(a, b diagnostic) int { return a.Range.Start.Line - b.Range.Start.Line })
	for _, d := range s.diagnostics[uri] {
		fmt.Fprintf(w, "%d:%d: %s\n", d.Range.Start.Line+1, d.Range.Start.Character+1, d.Message)
	}
	w.WriteByte('\n')
}

// documentation is a text, or an object with one.
func (c completionItem) documentation(t *testing.T) string {
	t.Helper()
	var text string
	if c.Documentation == nil || json.Unmarshal(c.Documentation, &text) == nil {
		return text
	}
	var markup struct{ Value string }
	if err := json.Unmarshal(c.Documentation, &markup); err != nil {
		t.Fatal(err)
	}
	return markup.Value
}
