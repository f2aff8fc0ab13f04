package source_test

import (
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

func TestBrackets(t *testing.T) {
	t.Parallel()
	tokens := source.Lex(source.JavaScript, "f(a, {b: `c${d}`}, [e]) // )")
	index := func(text string) int {
		for i, token := range tokens {
			if token.Text == text {
				return i
			}
		}
		t.Fatalf("no token %s", text)
		return 0
	}
	for text, want := range map[string]string{"a": "(", "b": "{", "d": "${", "e": "[", ",": "("} {
		open := tokens.Opening(index(text))
		if got := tokens.At(open).Text; got != want {
			t.Errorf("%s stands in %q, want %q", text, got, want)
		}
		if end := tokens.Closing(open); end < index(text) || tokens.Opening(end-1) != open {
			t.Errorf("what %s stands in ends at %d", text, end)
		}
	}
	if open := tokens.Opening(index("f")); open != -1 {
		t.Errorf("f stands in a bracket at %d", open)
	}
	if !tokens.Are(index("d"), "d", "}") || tokens.Are(index("d"), "d", "e") || tokens.At(len(tokens)).Kind != 0 {
		t.Error("tokens are not what they are")
	}
}

// A bracket that is far off is not looked for: a file of open brackets takes no
// longer than any other.
func TestFarBrackets(t *testing.T) {
	t.Parallel()
	tokens := source.Lex(source.JavaScript, "("+strings.Repeat("a ", 1000)+")")
	if open, end := tokens.Opening(1000), tokens.Closing(0); open != -1 || end != -1 {
		t.Errorf("found %d and %d", open, end)
	}
}
