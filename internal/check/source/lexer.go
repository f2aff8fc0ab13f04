package source

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lex cuts a text into tokens. It never fails: what it does not understand, such as
// an open quote, is a mark, and reading goes on behind it.
func Lex(language Language, text string) Tokens {
	l := &lexer{language: language, text: text, line: 1, column: 1, open: map[string]int{}}
	l.tokens = make(Tokens, 0, len(text)/bytesPerToken)
	for l.offset < len(l.text) {
		l.next()
	}
	return l.tokens
}

// bytesPerToken is how many there are on average, in code that people write.
const bytesPerToken = 5

type lexer struct {
	language Language
	text     string
	offset   int
	// line and column are those of the offset.
	line, column int
	tokens       Tokens
	// templates has the depth of braces inside each open substitution.
	templates []int
	// open says for each quote up to where none ends a text, so that a file of
	// open quotes is not read again for each.
	open map[string]int
}

func (l *lexer) rest() string { return l.text[l.offset:] }

// advance goes n bytes on.
func (l *lexer) advance(n int) {
	for _, r := range l.text[l.offset : l.offset+n] {
		if r == '\n' {
			l.line++
			l.column = 1
		} else {
			l.column++
		}
	}
	l.offset += n
}

// emit adds the token of the next n bytes, of which the text leaves out those
// before from and from to on.
func (l *lexer) emit(kind Kind, n, from, to int) {
	l.tokens = append(l.tokens, Token{Kind: kind, Text: l.rest()[from:to], Line: l.line, Column: l.column})
	l.advance(n)
}

func (l *lexer) next() {
	rest := l.rest()
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case unicode.IsSpace(r) || r == '\uFEFF':
		l.advance(size)
	case l.comment(rest):
	case isWord(r):
		l.word(rest)
	case r == '"' || r == '\'' || r == '`':
		l.quoted(rest, 0)
	case r == '/' && l.regexpMayStart() && l.regexp(rest):
	case r == '}' && l.endsSubstitution():
		l.emit(Mark, 1, 0, 1)
		l.template(0)
	default:
		l.mark(rest, size)
	}
}

func isWord(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func (l *lexer) comment(rest string) bool {
	line, open := "//", "/*"
	if l.language == Python {
		line, open = "#", ""
	}
	var n int
	switch {
	case strings.HasPrefix(rest, line), l.offset == 0 && strings.HasPrefix(rest, "#!"):
		if n = strings.IndexByte(rest, '\n'); n < 0 {
			n = len(rest)
		}
	case open != "" && strings.HasPrefix(rest, open):
		if end := strings.Index(rest[2:], "*/"); end >= 0 {
			n = end + 4
		} else {
			n = len(rest)
		}
	default:
		return false
	}
	l.emit(Comment, n, 0, n)
	return true
}

func (l *lexer) word(rest string) {
	n := strings.IndexFunc(rest, func(r rune) bool { return !isWord(r) })
	if n < 0 {
		n = len(rest)
	}
	if l.language == Python && n <= 2 && n < len(rest) && (rest[n] == '"' || rest[n] == '\'') &&
		strings.Trim(strings.ToLower(rest[:n]), "rbuft") == "" {
		l.quoted(rest, n)
		return
	}
	l.emit(Word, n, 0, n)
}

// quoted reads a text whose quote stands behind a prefix.
func (l *lexer) quoted(rest string, prefix int) {
	quote := rest[prefix : prefix+1]
	if quote == "`" && l.language == JavaScript {
		l.template(1)
		return
	}
	triple := strings.Repeat(quote, 3)
	long := strings.HasPrefix(rest[prefix:], triple) && (l.language == Python || l.language == Java && quote == `"`)
	if long {
		quote = triple
	}
	raw := quote == "`"
	start := prefix + len(quote)
	end := -1
	if (quote != "'" || !l.isApostrophe()) && l.offset >= l.open[quote] {
		var read int
		if end, read = closing(rest[start:], quote, long || raw, !raw); end < 0 {
			l.open[quote] = l.offset + start + read
		}
	}
	if end < 0 {
		l.emit(Mark, prefix+1, 0, prefix+1)
		return
	}
	l.emit(Text, start+end+len(quote), start, start+end)
}

// closing is the offset of the quote that ends a text, -1 when none does; read is
// how far it looked then.
func closing(s, quote string, manyLines, escapes bool) (end, read int) {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && escapes:
			i++
		case s[i] == '\n' && !manyLines:
			return -1, i
		case strings.HasPrefix(s[i:], quote):
			return i, i
		}
	}
	return -1, len(s)
}

// isApostrophe tells whether a quote stands right behind a word that is no
// keyword, as in the text of a JSX element.
func (l *lexer) isApostrophe() bool {
	if l.language != JavaScript || len(l.tokens) == 0 {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(l.text[:l.offset])
	last := l.tokens[len(l.tokens)-1]
	return isWord(r) && last.Kind == Word && !slices.Contains(beforeValue, last.Text)
}

// template reads a part of a template literal; skip is the length of the quote that
// opens it, 0 behind a substitution.
func (l *lexer) template(skip int) {
	rest := l.rest()
	for i := skip; l.open["`"] == 0 && i < len(rest); i++ {
		switch {
		case rest[i] == '\\':
			i++
		case rest[i] == '`':
			kind := Piece
			if skip == 1 {
				kind = Text
			}
			l.emit(kind, i+1, skip, i)
			return
		case strings.HasPrefix(rest[i:], "${"):
			l.emit(Piece, i, skip, i)
			l.emit(Mark, 2, 0, 2)
			l.templates = append(l.templates, 0)
			return
		}
	}
	l.open["`"] = len(l.text)
	if skip == 0 {
		return // the rest is read as code
	}
	l.emit(Mark, skip, 0, skip)
}

// endsSubstitution tells whether a closing brace ends one, and forgets that it was
// open.
func (l *lexer) endsSubstitution() bool {
	last := len(l.templates) - 1
	if last < 0 || l.templates[last] > 0 {
		return false
	}
	l.templates = l.templates[:last]
	return true
}

// beforeValue are the keywords of JavaScript behind which a value begins.
var beforeValue = []string{
	"return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw", "case", "do", "else",
	"yield", "await", "from", "import", "export", "default", "as", "extends", "keyof",
}

// regexpMayStart guesses by the token before: behind a value, a slash divides.
func (l *lexer) regexpMayStart() bool {
	if l.language != JavaScript {
		return false
	}
	for _, t := range slices.Backward(l.tokens) {
		switch t.Kind {
		case Comment:
			continue
		case Mark:
			return !slices.Contains([]string{")", "]", "}", "<", "++", "--"}, t.Text)
		default:
			return t.Kind == Word && slices.Contains(beforeValue, t.Text)
		}
	}
	return true
}

func (l *lexer) regexp(rest string) bool {
	class := false
	for i := 1; l.offset >= l.open["/"] && i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '\n':
			l.open["/"] = l.offset + i
			return false
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if class {
				continue
			}
			flags := 0
			for i+1+flags < len(rest) && rest[i+1+flags] >= 'a' && rest[i+1+flags] <= 'z' {
				flags++
			}
			l.emit(Regexp, i+1+flags, 0, i+1+flags)
			return true
		}
	}
	l.open["/"] = len(l.text)
	return false
}

// longMarks are the operators of more than one character, the longest first.
var longMarks = []string{
	"===", "!==", "...", "??=", "||=", "&&=", "**=",
	"=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "|=", "&=", ":=", "->", "::",
}

// inLongMarks are the second characters of those.
const inLongMarks = "=>.&|?+-*:"

func (l *lexer) mark(rest string, size int) {
	if len(rest) > 1 && strings.IndexByte(inLongMarks, rest[1]) >= 0 {
		for _, m := range longMarks {
			if strings.HasPrefix(rest, m) {
				l.emit(Mark, len(m), 0, len(m))
				return
			}
		}
	}
	if last := len(l.templates) - 1; last >= 0 {
		switch rest[0] {
		case '{':
			l.templates[last]++
		case '}':
			l.templates[last]--
		}
	}
	l.emit(Mark, size, 0, size)
}
