package source_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

func render(tokens source.Tokens) string {
	names := map[source.Kind]string{
		source.Word: "w", source.Text: "t", source.Piece: "p", source.Regexp: "r", source.Comment: "c", source.Mark: "m",
	}
	var out []string
	for _, t := range tokens {
		out = append(out, names[t.Kind]+":"+t.Text)
	}
	return strings.Join(out, " ")
}

func TestLex(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		language source.Language
		text     string
		want     string
	}{
		{"comments", source.JavaScript, "a // b\n/* 'c */ 'd//'", "w:a c:// b c:/* 'c */ t:d//"},
		{"escapes", source.JavaScript, `'a\'b' "\\" x`, `t:a\'b t:\\ w:x`},
		{"template", source.JavaScript, "`a`", "t:a"},
		{"nested template", source.JavaScript, "`a${b({c: `d${e}`})}f` g", "p:a m:${ w:b m:( m:{ w:c m:: p:d m:${ w:e m:} p: m:} m:) m:} p:f w:g"},
		{"open template", source.JavaScript, "`a\nb", "m:` w:a w:b"},
		{"open quote", source.JavaScript, "'a\nb", "m:' w:a w:b"},
		{"regexp", source.JavaScript, `x = /'[/]"/g; y = a / b / c`, `w:x m:= r:/'[/]"/g m:; w:y m:= w:a m:/ w:b m:/ w:c`},
		{"regexp behind a keyword", source.JavaScript, `return /a/`, `w:return r:/a/`},
		{"JSX", source.JavaScript, "<p>Don't <br/>{x}</p> it's", "m:< w:p m:> w:Don m:' w:t m:< w:br m:/ m:> m:{ w:x m:} m:< m:/ w:p m:> w:it m:' w:s"},
		{"long marks", source.JavaScript, "a?.b ?? c", "w:a m:?. w:b m:?? w:c"},
		{"shebang", source.JavaScript, "#!/usr/bin/env node\nx", "c:#!/usr/bin/env node w:x"},
		{"Python", source.Python, "'''a\n'b''' # c\nrb\"d\" f'e' x", "t:a\n'b c:# c t:d t:e w:x"},
		{"Java", source.Java, "\"\"\"\na \"b\"\"\"\" 'c'", "t:\na \"b m:\" t:c"},
		{"Go", source.Go, "`a\\` + 'b' x := \"c\"", "t:a\\ m:+ t:b w:x m::= t:c"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, render(source.Lex(tc.language, tc.text))); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	got := source.Lex(source.JavaScript, "é = 'größe'; b\n  `x\ny${c}`")
	want := source.Tokens{
		{Kind: source.Word, Text: "é", Line: 1, Column: 1},
		{Kind: source.Mark, Text: "=", Line: 1, Column: 3},
		{Kind: source.Text, Text: "größe", Line: 1, Column: 5},
		{Kind: source.Mark, Text: ";", Line: 1, Column: 12},
		{Kind: source.Word, Text: "b", Line: 1, Column: 14},
		{Kind: source.Piece, Text: "x\ny", Line: 2, Column: 3},
		{Kind: source.Mark, Text: "${", Line: 3, Column: 2},
		{Kind: source.Word, Text: "c", Line: 3, Column: 4},
		{Kind: source.Mark, Text: "}", Line: 3, Column: 5},
		{Kind: source.Piece, Text: "", Line: 3, Column: 6},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

// Every token stands in the text, behind the one before it.
func FuzzLex(f *testing.F) {
	for _, seed := range []string{"`a${`b${c}`}`", "'\\", "\"\"\"", "/[/", "}}`${", "r'", "/*", "é'\xff"} {
		for language := source.JavaScript; language <= source.Go; language++ {
			f.Add(int(language), seed)
		}
	}
	f.Fuzz(func(t *testing.T, language int, text string) {
		lines := strings.Split(text, "\n")
		line, column := 1, 0
		for _, token := range source.Lex(source.Language(language), text) {
			if token.Line < line || token.Line == line && token.Column < column {
				t.Fatalf("%+v stands before %d:%d", token, line, column)
			}
			line, column = token.Line, token.Column
			if line > len(lines) || column < 1 || column > utf8.RuneCountInString(lines[line-1])+1 {
				t.Fatalf("%+v stands outside the text", token)
			}
		}
	})
}

// A file of open quotes takes no longer than any other.
func TestOpenQuotes(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"\\`", "x'", "=/", "=/[", "='\\", "'''\\"} {
		for language := source.JavaScript; language <= source.Go; language++ {
			text := strings.Repeat(piece, 20_000)
			if len(source.Lex(language, text)) == 0 {
				t.Errorf("no tokens of %q", piece)
			}
		}
	}
}
