package store

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// ConnectorQuery selects a page of the production Connectors that are listed and
// that a project may see.
type ConnectorQuery struct {
	// Viewer is the project that looks: it sees what is public, what is its own,
	// and what it was given.
	Viewer string
	// OnlyPrivate leaves out what is public.
	OnlyPrivate bool
	// Terms are folded texts, each of which SearchText must contain.
	Terms []string
	// Types are sets that a Connector must all meet.
	Types []TypeMask
	// Company, when set, is that of the creator, letter for letter.
	Company *string
	// IDs and Keys, when not empty, hold what is wanted.
	IDs, Keys []string
	// Sort, Limit and Offset are as in DraftQuery.
	Sort          []Sort
	Limit, Offset int
}

// FoldText is the form in which texts are compared in a search: without regard
// to case, and to how a letter with marks is put together (NFC). Folding a folded
// text changes nothing.
func FoldText(text string) string {
	// The library folds a Cherokee letter to its other case, whichever it has: all
	// must have the same before.
	lower := cases.Lower(language.Und).String(norm.NFC.String(text))
	return norm.NFC.String(cases.Fold().String(lower))
}
