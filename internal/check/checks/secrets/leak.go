package secrets

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/zricethezav/gitleaks/v8/report"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// leak is what looks like a secret, and where.
type leak struct {
	rule, description string
	file              string
	line, column      int // 0 where the name of the file is all there is
	secret, snippet   string
	// guessed is whether the rule goes by the names around a value, or finds what
	// is often meant to be public.
	guessed bool
}

func newLeak(f report.Finding, text string, starts []int) leak {
	l := leak{
		rule: f.RuleID, description: f.Description, file: f.File, secret: f.Secret,
		guessed: slices.Contains(guessing, f.RuleID),
	}
	if f.Secret == "" {
		return l
	}
	l.line, l.column, l.snippet = locate(text, starts, f.StartLine, f.Secret)
	return l
}

// maxBeginning is how many bytes before a secret are shown: enough for its name.
const maxBeginning = 80

// beginning is the part of a line that stands before a secret, cut from the left.
func beginning(before string) string {
	before = strings.TrimLeft(before, " \t")
	return strings.ToValidUTF8(before[max(0, len(before)-maxBeginning):], "")
}

// lineStarts are the offsets at which lines begin.
func lineStarts(text string) []int {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// locate finds a secret from a line on, which is where its match begins: gitleaks
// counts columns in bytes, and from the match.
func locate(text string, starts []int, from int, secret string) (line, column int, snippet string) {
	start := starts[min(max(from, 1), len(starts))-1]
	at := strings.Index(text[start:], secret)
	if at < 0 {
		return from, 1, check.Redacted
	}
	at += start
	line = sort.SearchInts(starts, at+1)
	before := text[starts[line-1]:at]
	column = utf8.RuneCountInString(before) + 1
	return line, column, check.Harmless(beginning(before)) + check.Redacted
}
