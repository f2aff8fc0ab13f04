// Package nearest guesses what a person meant to write.
package nearest

import "strings"

// maxLength is how long a name can be that somebody mistyped.
const maxLength = 256

// Name is the candidate that a person most likely meant by name: one that
// differs in case, dashes, underscores, dots and spaces alone, else one that is
// at most two edits away, and no more than a third of the name. It is "" when
// none is near.
func Name(name string, candidates []string) string {
	if len(name) > maxLength {
		return ""
	}
	best, bestDistance := "", min(2, len(name)/3)+1
	for _, c := range candidates {
		if d := editDistance(plain(name), plain(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

var unmarked = strings.NewReplacer("-", "", "_", "", ".", "", " ", "")

func plain(s string) string { return unmarked.Replace(strings.ToLower(s)) }

// editDistance counts the edits that turn a into b: a character inserted,
// deleted or replaced, or two neighbors swapped.
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before, last := make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := range from {
		row := make([]int, len(to)+1)
		row[0] = i + 1
		for j := range to {
			row[j+1] = min(last[j]+cost(from[i] != to[j]), last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(to)]
}

func cost(edited bool) int {
	if edited {
		return 1
	}
	return 0
}
