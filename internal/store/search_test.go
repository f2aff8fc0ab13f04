package store_test

import (
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestFoldText(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"strasse", "Straße", "STRASSE", "STRAẞE"},
		{"caf\u00e9", "CAFE\u0301", "Caf\u00c9"},
		{"\u1ea5", "a\u0302\u0301", "\u00e2\u0301", "A\u0302\u0301"},
		{"σοφοσ", "ΣΟΦΟΣ", "σοφος", "Σοφος"},
		{"i\u0307", "İ"},
		{"%_'\\ 1\n\t", "%_'\\ 1\n\t"},
		{""},
	} {
		for _, text := range same {
			if got := store.FoldText(text); got != same[0] {
				t.Errorf("%q is folded to %q, want %q", text, got, same[0])
			}
		}
	}
	for _, pair := range [][2]string{{"e", "é"}, {"ı", "i"}, {"ﬁ", "f"}, {"²", "2"}, {"a b", "a  b"}} {
		if store.FoldText(pair[0]) == store.FoldText(pair[1]) {
			t.Errorf("%q and %q are the same", pair[0], pair[1])
		}
	}
}

// Every letter meets those that Unicode takes for it in another case.
func TestFoldTextOfEveryLetter(t *testing.T) {
	t.Parallel()
	for r := range unicode.MaxRune {
		other := unicode.SimpleFold(r)
		if other != r && store.FoldText(string(other)) != store.FoldText(string(r)) {
			t.Errorf("%q is folded to %q, %q to %q", r, store.FoldText(string(r)), other, store.FoldText(string(other)))
		}
	}
}

func TestFoldTextTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once := store.FoldText(rapid.String().Draw(t, "text"))
		if twice := store.FoldText(once); twice != once {
			t.Fatalf("%q is folded to %q", once, twice)
		}
	})
}
