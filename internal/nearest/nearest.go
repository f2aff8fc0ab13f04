// Package nearest guesses what a person meant to write.
package nearest

import "strings"

// Name is the candidate that a person most likely meant by name: one that
// differs in case, dashes, underscores, dots and spaces alone, else one that is
// at most two edits away, and no more than a third of the name. It is "" when
// none is near.
func Name(name string, candidates []string) string {
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

// editDistance counts the insertions, deletions and replacements of one
// character that turn a into b.
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			replaced := diagonal
			if r != s {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
