package check

import (
	"strings"
	"unicode"
)

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
