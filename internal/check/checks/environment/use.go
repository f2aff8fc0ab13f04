package environment

import (
	"regexp"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

// maxOuter is how many calls around a variable are looked at, and maxLocal how many
// tokens around an access. A local name is not followed to another one.
const (
	maxOuter = 4
	maxLocal = 400
)

// use says what the code does with the value of an expression, whose tokens are
// those from start to before end. Where that is in doubt, it is optional.
func (r *reader) use(start, end int) need { return r.useIn(start, end, maxOuter) }

func (r *reader) useIn(start, end, outer int) need {
	end = r.behindType(end)
	before, next := r.At(start-1), r.At(end)
	switch {
	case next.Is("=") || next.Is(":="):
		return written
	case before.Is("!") || before.Is("not"):
		return r.negated(start-1, end)
	case next.Kind != source.Text && slices.Contains(testsBehind, next.Text), slices.Contains(testsBefore, before.Text):
		return optional
	case before.Is(":") && !r.isProperty(start-1), next.Is(":"):
		return optional // a part of a condition
	case before.Is(":") && r.isChecked(start-1):
		return optional
	case (before.Is("=") || before.Is(":=")) && outer > 1:
		return r.assigned(start-2, end)
	case (before.Is("(") || before.Is(",")) && outer > 0:
		return r.argument(start, end, outer)
	}
	return bare
}

// testsBehind and testsBefore are what stands around a value that is tested, or has
// another to fall back to.
var (
	testsBehind = []string{"??", "||", "&&", "?.", "?", "===", "==", "!==", "!=", ">", "<", "??=", "||=", "or", "and", "if", "is", "in", "+="}
	testsBefore = []string{"??", "||", "&&", "===", "==", "!==", "!=", "typeof", "delete", "if", "elif", "while", "and", "or", "is", "?"}
)

// behindType goes past what TypeScript says about a type: !, as string.
func (r *reader) behindType(end int) int {
	if r.At(end).Is("!") {
		end++
	}
	for r.At(end).Is("as") && r.At(end+1).Kind == source.Word {
		for end += 2; r.At(end).Is("|"); end += 2 {
		}
	}
	return end
}

// negated is a value behind the mark at an index: what follows if it is missing
// tells whether that is a failure. Others may be tested beside it: if (!a || !b).
func (r *reader) negated(mark, end int) need {
	if open := r.Opening(mark - 1); r.At(open).Is("(") && r.At(open-1).Is("if") && !r.At(mark-1).Is("!") {
		closing := r.Closing(open)
		if closing < 0 || slices.ContainsFunc(r.Tokens[open:closing], func(t source.Token) bool { return t.Is("&&") || t.Is("?") }) {
			return optional
		}
		end = closing
	} else if !r.At(mark - 1).Is("if") {
		return optional
	}
	for r.At(end).Is(")") || r.At(end).Is("{") || r.At(end).Is(":") {
		end++
	}
	if r.At(end).Is("throw") || r.At(end).Is("raise") {
		return strict
	}
	return optional
}

// isProperty tells whether the colon at an index stands behind the name of a member
// of an object.
func (r *reader) isProperty(colon int) bool {
	name, before := r.At(colon-1), r.At(colon-2)
	return (name.Kind == source.Word || name.Kind == source.Text) && (before.Is("{") || before.Is(","))
}

// checking are functions that compare an object with a schema, which may have
// defaults.
var checking = regexp.MustCompile(`(?i)^(safe)?parse|^validate`)

// isChecked tells whether the member whose colon stands at an index is one of an
// object that such a function gets.
func (r *reader) isChecked(colon int) bool {
	open := r.Opening(colon - 1)
	return r.At(open).Is("{") && r.At(open-1).Is("(") && checking.MatchString(r.At(open-2).Text)
}

// fallbacks calls yield with the names of the members for which the code has
// another value, or which it tests: options.host ?? "localhost".
func fallbacks(tokens source.Tokens, yield func(string)) {
	for i, t := range tokens {
		if (t.Is(".") || t.Is("?.")) && tokens.At(i+1).Kind == source.Word && slices.Contains(testsMember, tokens.At(i+2).Text) {
			yield(tokens.At(i + 1).Text)
		}
	}
}

// testsMember are what stands behind a member that need not be there.
var testsMember = []string{"??", "||", "&&", "?.", "?", "??=", "||="}

// assigned is a value that the name at an index gets.
func (r *reader) assigned(name, end int) need {
	t := r.At(name)
	if t.Kind != source.Word || r.At(name-1).Is(".") {
		return bare
	}
	return r.useOfLocal(t.Text, end, bare)
}

// useOfLocal is what becomes of a local name behind an index; without a use, it is
// what is said otherwise.
func (r *reader) useOfLocal(name string, from int, otherwise need) need {
	found := otherwise
	for i := from; i < min(len(r.Tokens), from+maxLocal); i++ {
		if !r.At(i).Is(name) || r.At(i-1).Is(".") {
			continue
		}
		switch r.useIn(i, i+1, 1) {
		case strict:
			return strict
		case optional, written:
			found = optional
		}
	}
	return found
}

// forgiving are the names of functions that take a missing value.
var forgiving = regexp.MustCompile(`(?i)optional|maybe|nullable|default|fallback|boolean|bool|defined|exists|isset|else|or$|parse$|coalesce`)

// argument is a value that a call gets.
func (r *reader) argument(start, end, outer int) need {
	open := r.Opening(start - 1)
	callee := r.At(open - 1)
	if !r.At(open).Is("(") || callee.Kind != source.Word {
		if open == start-1 && r.At(end).Is(")") {
			return r.useIn(open, end+1, outer-1) // brackets around the value alone
		}
		return bare
	}
	if slices.Contains([]string{"if", "while", "switch"}, callee.Text) || forgiving.MatchString(callee.Text) {
		return optional
	}
	number := strings.HasPrefix(callee.Text, "parse")
	if r.At(end).Is(",") && isLiteral(r.At(end+1)) && !number {
		return optional // what to take otherwise
	}
	if number && r.At(end).Is(",") {
		end += 2 // the base
	}
	if !r.At(end).Is(")") || open != start-1 {
		return bare
	}
	first := open - 1
	for r.At(first-1).Is(".") && r.At(first-2).Kind == source.Word {
		first -= 2
	}
	return r.useIn(first, end+1, outer-1)
}

func isLiteral(t source.Token) bool {
	return t.Kind == source.Text || t.Kind == source.Word && (slices.Contains([]string{"true", "false", "null", "undefined", "None", "True", "False", "nil"}, t.Text) ||
		t.Text[0] >= '0' && t.Text[0] <= '9')
}
