package recovery

// kind is what a token or a node is.
type kind uint8

const (
	none kind = iota
	byteOrderMark
	documentMode // no character: a document begins
	flowErrorEnd // no character: the brackets end here, by the indentation
	documentStart
	documentEnd
	newline
	dash
	question
	colon
	openBrace
	closeBrace
	openBracket
	closeBracket
	comma
	space
	comment
	directive
	alias
	anchor
	tag
	singleQuoted
	doubleQuoted
	blockHeader
	plain
	// Nodes only:
	document
	blockText
	blockMap
	blockList
	flow
	failure
)

// token is a part of the text, and the indentation of its line up to there.
type token struct {
	kind           kind
	offset, indent int
	source         string
}

func (t token) end() int { return t.offset + len(t.source) }

var wholeTokens = map[string]kind{
	"\ufeff": byteOrderMark, "---": documentStart, "...": documentEnd, "\n": newline, "\r\n": newline,
	"-": dash, "?": question, ":": colon, "{": openBrace, "}": closeBrace, "[": openBracket, "]": closeBracket, ",": comma,
}

var tokensByStart = map[byte]kind{
	' ': space, '\t': space, '#': comment, '%': directive, '*': alias, '&': anchor, '!': tag,
	'\'': singleQuoted, '"': doubleQuoted, '|': blockHeader, '>': blockHeader,
}

// kindOf is the kind of a token that is no text without quotes. There is none
// for what cannot stand where a line should end.
func kindOf(source string) kind {
	if len(source) <= len("\ufeff") {
		if k, ok := wholeTokens[source]; ok {
			return k
		}
	}
	return tokensByStart[source[0]]
}

func isBlank(k kind) bool { return k == space || k == comment || k == newline }

func isScalar(k kind) bool {
	return k == alias || k == plain || k == singleQuoted || k == doubleQuoted
}

func contains(tokens []token, k kind) bool {
	for _, t := range tokens {
		if t.kind == k {
			return true
		}
	}
	return false
}

// onlyBlank looks from the end, where comments are.
func onlyBlank(tokens []token, comments bool) bool {
	for i := len(tokens) - 1; i >= 0; i-- {
		if !isBlank(tokens[i].kind) || !comments && tokens[i].kind == comment {
			return false
		}
	}
	return true
}

// node is a value of the tree, or what is left of one.
type node struct {
	token
	start []token // a document's before its value, a block text's header, the bracket of a flow
	value *node   // of a document
	items []*item
	tail  []token // what follows on its line; the closing bracket first
}

// item is one of a collection: a list has only values, with what stands before
// them in start.
type item struct {
	start    []token
	key      *node
	sep      []token // between key and value
	keyed    bool    // there is a key or a sep, which may be empty
	explicit bool    // the key has a question mark
	value    *node
}

// takesTail says whether a comment below may be added to the tail.
func (n *node) takesTail() bool { return n != nil && (n.kind == flow || len(n.tail) > 0) }
