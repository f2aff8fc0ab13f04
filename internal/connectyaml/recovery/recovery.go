// Package recovery reads a YAML text past its mistakes, to find the one that the
// official reader of connect.yaml reports: the first that the package yaml 2.9.0
// on npm lists. It lists them in the order of the tree that it makes of a broken
// text, which is not the order in which they stand there; so the tree is made
// here, by the same steps: a lexer that never fails, a parser that puts every
// token somewhere, and a walk over what came of it.
//
// The steps are those of that package, which Eemeli Aro wrote and which is under the
// ISC license (NOTICE). It judges nothing that is no mistake of syntax, and makes no values.
package recovery

// Kind says what is wrong.
type Kind int

// The kinds of mistakes.
const (
	Unexpected             Kind = iota // a token where it cannot stand
	BadDirective                       // a directive with too many parts or too few, or of an unknown version
	NoDocumentStart                    // no --- behind the directives
	CollectionBehindMarker             // a list or object on the line of ---
	SecondDocument
	TabIndent
	NoSpaceBeforeComment
	NoSpaceBehindProperty // of an anchor or a tag
	TwoProperties         // two anchors or two tags of one value
	PropertyOrder         // an anchor or a tag in front of a dash or a colon
	PropertyOfAlias
	PropertyBeforeDash // an anchor or a tag on the line of the first dash
	EmptyName          // of an anchor or an alias
	BadTag
	KeyColumn     // a key in another column than the others; Other is the key, if there is one
	DashColumn    // a dash in another column than the others; Other is the first
	DashAsKey     // a list in the place of a key; Other is the dash
	KeyOverLines  // a key of several lines
	KeyTooLong    // a key of more than 1024 characters
	KeyInValue    // a second key and colon on one line
	NoColon       // a key without a colon
	NoDash        // an item without a dash; Other is the item, if it has a value
	DuplicateKey  // Other is the first
	EmptyItem     // two commas in brackets, or one in front
	NoComma       // Other is the bracket
	NoSpaceBehind // a colon in brackets without a space behind it
	OpenBracket   // Other is the bracket
	BlockInFlow   // a block inside of brackets
	TextStart     // a text that begins with a reserved character
	OpenQuote     // Other is the quote
	BadEscape
	BlockHeader // what stands behind | or >
	BlockIndent // a text of a block that is indented too little
)

// Mistake is one place of the text that is wrong.
type Mistake struct {
	Kind   Kind
	Offset int // in bytes
	// Other is the offset of another place that Kind names, or else -1.
	Other int
	// Token is what stands there, "" for nothing.
	Token string
}

// maxDepth is how many values may be open at once: a text that needs more gets
// no mistakes.
const maxDepth = 1000

// Mistakes are the keys that stand twice, up to the first other mistake, and
// that one. A text without mistakes has none.
func Mistakes(text string) []Mistake {
	w := &walk{}
	p := &parser{out: w.next, atNewLine: true}
	l := &lexer{text: text, lineEnd: -1, parser: p}
	l.run()
	if p.tooDeep {
		return nil
	}
	p.finish()
	w.finish(len(text))
	return w.mistakes
}
