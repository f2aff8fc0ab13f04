package source

import "strings"

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

// Tokens are those of a file, in their order.
type Tokens []Token

// At is the token at an index, the zero one outside of the file.
func (t Tokens) At(i int) Token {
	if i < 0 || i >= len(t) {
		return Token{}
	}
	return t[i]
}

// Are tells whether the tokens from an index on are these words and marks.
func (t Tokens) Are(i int, texts ...string) bool {
	for n, text := range texts {
		if !t.At(i + n).Is(text) {
			return false
		}
	}
	return true
}

// maxReach is how many tokens around one are looked at for a bracket.
const maxReach = 400

// Opening is the index of the bracket that is open at an index, where it may stand
// itself; -1 when none is near.
func (t Tokens) Opening(i int) int {
	depth := 0
	for n := i; n >= 0 && n > i-maxReach; n-- {
		switch {
		case t.isBracket(n, ")]}"):
			depth++
		case t.isBracket(n, "([{"):
			if depth == 0 {
				return n
			}
			depth--
		}
	}
	return -1
}

// Closing is the index of the bracket that ends what the one at an index opens; -1
// when none is near.
func (t Tokens) Closing(open int) int {
	depth := 0
	for n := open; n < len(t) && n < open+maxReach; n++ {
		switch {
		case t.isBracket(n, "([{"):
			depth++
		case t.isBracket(n, ")]}"):
			if depth--; depth == 0 {
				return n
			}
		}
	}
	return -1
}

func (t Tokens) isBracket(i int, brackets string) bool {
	return t.At(i).Kind == Mark && strings.ContainsAny(t.At(i).Text, brackets)
}

// WithoutComments leaves the comments out.
func (t Tokens) WithoutComments() Tokens {
	out := make(Tokens, 0, len(t))
	for _, token := range t {
		if token.Kind != Comment {
			out = append(out, token)
		}
	}
	return out
}
