package source

// Kind is what a token is.
type Kind int

// The kinds. White space has no tokens.
const (
	// Word is a name, a keyword or a number.
	Word Kind = iota + 1
	// Text is a literal text; Token.Text is what stands between its quotes, as
	// written.
	Text
	// Piece is a part of a template literal that has substitutions.
	Piece
	// Regexp is a regular expression of JavaScript.
	Regexp
	// Comment has its marks.
	Comment
	// Mark is an operator or a bracket of up to three characters; "${" and "}"
	// stand around the substitutions of a template literal.
	Mark
)

// Token is a piece of source code.
type Token struct {
	Kind Kind
	Text string
	// Line and Column are where it begins, from 1; a column counts code points.
	Line, Column int
}

// Is tells whether the token is this word or mark.
func (t Token) Is(text string) bool {
	return (t.Kind == Word || t.Kind == Mark) && t.Text == text
}

// WithoutComments leaves the comments out.
func WithoutComments(tokens []Token) []Token {
	out := make([]Token, 0, len(tokens))
	for _, t := range tokens {
		if t.Kind != Comment {
			out = append(out, t)
		}
	}
	return out
}
