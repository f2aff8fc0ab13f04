package secrets

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
)

// form is what one rule of gitleaks looks for. Gitleaks itself would search a whole
// text, twice where it finds something, by expressions of which most begin with up to
// fifty characters of a name: that is most of what they cost. So a form first looks
// where the rest of its expression matches, and gitleaks judges the lines there.
type form struct {
	id string
	// keywords are in lower case; without one of them, nothing matches.
	keywords []string
	// path is that of the files with such secrets, nil for all.
	path *regexp.Regexp
	// core is the expression without the name in front, nil when the rule is about
	// the names of files alone.
	core func() *regexp.Regexp
	// gitleaks knows this rule alone, and searches whatever it is given.
	gitleaks *detect.Detector
}

func newForm(rule config.Rule, allowlists []*config.Allowlist) form {
	f := form{id: rule.RuleID, keywords: rule.Keywords, path: rule.Path}
	if expression := rule.Regex; expression != nil {
		f.core = sync.OnceValue(func() *regexp.Regexp { return withoutName(expression) })
	}
	rule.Keywords = nil
	f.gitleaks = detect.NewDetector(config.Config{Rules: map[string]config.Rule{f.id: rule}, Allowlists: allowlists})
	// Whoever commits a secret must not be the one to wave it through.
	f.gitleaks.IgnoreGitleaksAllow = true
	return f
}

// withoutName leaves out the characters with which an expression begins if it takes as
// few of them as it can, none if need be: what is left ends at the same places.
func withoutName(expression *regexp.Regexp) *regexp.Regexp {
	parsed, err := syntax.Parse(expression.String(), syntax.Perl)
	if err != nil || parsed.Op != syntax.OpConcat {
		return expression
	}
	head := parsed.Sub[0]
	if head.Op != syntax.OpRepeat || head.Min > 0 || head.Flags&syntax.NonGreedy == 0 || regexp.MustCompile("^"+head.Sub[0].String()).MatchString("\n") {
		return expression
	}
	parsed.Sub = parsed.Sub[1:]
	return regexp.MustCompile(parsed.String())
}

func (f form) mayBeIn(file, lower string) bool {
	if f.path != nil && !f.path.MatchString(file) {
		return false
	}
	return len(f.keywords) == 0 || slices.ContainsFunc(f.keywords, func(k string) bool { return strings.Contains(lower, k) })
}

// piece is a part of a text in which a form matches.
type piece struct {
	from, to int
	// matches are those of the core.
	matches []string
}

// Bounds of a piece, in bytes, since gitleaks takes the longer for a match the more
// lines and matches there are. maxReach is how much of a line is there besides a match,
// enough for most lines that people write.
const (
	maxPiece = 2 << 10
	maxReach = 512
)

// pieces are the lines of a text in which the form matches; lower is the text in lower
// case. What gitleaks finds in a piece, it would find in the text. Two pieces may hold
// one match.
func (f form) pieces(file, text, lower string) (pieces []piece) {
	switch {
	case !f.mayBeIn(file, lower):
		return nil
	case f.core == nil:
		return []piece{{}}
	}
	for _, m := range f.core().FindAllStringIndex(text, -1) {
		from, to := around(text, m[0], m[1])
		if last := len(pieces) - 1; last >= 0 && from <= pieces[last].to && to-pieces[last].from <= maxPiece {
			pieces[last].to = max(to, pieces[last].to)
			pieces[last].matches = append(pieces[last].matches, text[m[0]:m[1]])
			continue
		}
		pieces = append(pieces, piece{from, to, []string{text[m[0]:m[1]]}})
	}
	return pieces
}

// around is the part of a text that holds the lines of a match, with the end of the
// last.
func around(text string, from, to int) (start, end int) {
	start = max(from-maxReach, 0)
	start += strings.LastIndexByte(text[start:from], '\n') + 1
	if strings.HasSuffix(text[from:to], "\n") {
		return start, to
	}
	end = min(to+maxReach, len(text))
	if n := strings.IndexByte(text[to:end], '\n'); n >= 0 {
		end = to + n + 1
	}
	return start, end
}

// has tells whether gitleaks found one of the matches, and not what only looks like one
// because the piece ends there.
func (p piece) has(match string) bool {
	return p.matches == nil || slices.ContainsFunc(p.matches, func(m string) bool { return strings.HasSuffix(match, strings.Trim(m, "\n")) })
}
