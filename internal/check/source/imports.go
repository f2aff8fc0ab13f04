package source

// Import is a module that code loads by a name that stands in it.
type Import struct {
	// Name is as written: "./price.js", "express", "@acme/tax/rates".
	Name string
	// Line and Column are where the name begins.
	Line, Column int
}

const (
	// maxClause is how many tokens an import may name before from.
	maxClause = 400
	// maxGuard is how many tokens before a call may be those of a try.
	maxGuard = 12
)

// Imports are those of a file in JavaScript, in the order of the text. What is for
// types alone is left out, since it is not loaded, and so is what is tried: the code
// does without it.
func Imports(f File) (all []Import) {
	if f.Language != JavaScript {
		return nil
	}
	tokens := f.Tokens().WithoutComments()
	for i, t := range tokens {
		if t.Kind == Text && t.Text != "" && tokens.isImported(i) {
			all = append(all, Import{Name: t.Text, Line: t.Line, Column: t.Column})
		}
	}
	return all
}

// isImported tells whether the text at an index is the name of a module.
func (t Tokens) isImported(i int) bool {
	switch before := t.At(i - 1); {
	case before.Is("import"):
		return true
	case before.Is("from"):
		return t.loads(i - 1)
	case before.Is("(") && t.At(i+1).Is(")"):
		call := t.At(i - 2)
		return (call.Is("require") || call.Is("import")) && !t.At(i-3).Is(".") && !t.isTried(i-2)
	default:
		return false
	}
}

// loads tells whether the from at an index ends a clause that is for more than types.
func (t Tokens) loads(from int) bool {
	for i := from - 1; i >= max(0, from-maxClause); i-- {
		if t.At(i).Is("import") || t.At(i).Is("export") {
			// import type { A } from, but not import type from.
			return !t.At(i+1).Is("type") || i+2 == from || t.At(i+2).Is(",")
		}
	}
	return false
}

// isTried tells whether a call is the first thing of a try, or near it.
func (t Tokens) isTried(call int) bool {
	for i := call - 1; i >= max(0, call-maxGuard); i-- {
		if t.At(i).Is("}") {
			return false
		}
		if t.Are(i, "try", "{") {
			return true
		}
	}
	return false
}
