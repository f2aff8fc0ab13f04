package recovery

import "strings"

// lexer cuts the text into tokens. It never fails: what fits nowhere becomes a
// token as well.
type lexer struct {
	text   string
	pos    int
	parser *parser
	// lineEnd is the offset of the line feed that ends the line, or of the end.
	lineEnd int
	// flowLevel is how many brackets are open. flowKey says that a colon may
	// follow directly.
	flowLevel int
	flowKey   bool
	// indent is that of the line, next what a further line of a value needs.
	indent, next int
	// blockIndent is what the header of a block text asks for, less one, or -1.
	blockIndent int
	blockKeep   bool
}

// state reads on, and returns what comes next.
type state func() state

func (l *lexer) run() {
	for next := l.stream; next != nil && l.pos < len(l.text) && !l.parser.tooDeep; {
		next = next()
	}
}

// absent is what follows the text.
const absent = -1

func (l *lexer) at(i int) int {
	if i < 0 || i >= len(l.text) {
		return absent
	}
	return int(l.text[i])
}

// ahead is the character so many behind the current one.
func (l *lexer) ahead(n int) int { return l.at(l.pos + n) }

func isSpace(c int) bool { return c == absent || c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func isFlowSign(c int) bool { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}' }

func endsName(c int) bool { return isSpace(c) || isFlowSign(c) }

// endOfLine is where the line ends, without its carriage return.
func (l *lexer) endOfLine() int {
	if l.lineEnd < l.pos {
		l.lineEnd = len(l.text)
		if n := strings.IndexByte(l.text[l.pos:], '\n'); n >= 0 {
			l.lineEnd = l.pos + n
		}
	}
	if l.lineEnd < len(l.text) && l.lineEnd > l.pos && l.text[l.lineEnd-1] == '\r' {
		return l.lineEnd - 1
	}
	return l.lineEnd
}

// here is the current character, absent at the end of a line.
func (l *lexer) here() int {
	if l.pos >= l.endOfLine() {
		return absent
	}
	return l.at(l.pos)
}

// take makes a token of the text up to an offset.
func (l *lexer) take(end int) int {
	end = min(end, len(l.text))
	if end <= l.pos {
		return 0
	}
	source := l.text[l.pos:end]
	l.pos = end
	l.parser.take(kindOf(source), source)
	return len(source)
}

func (l *lexer) takePlain(end int) {
	end = min(max(end, l.pos), len(l.text))
	source := l.text[l.pos:end]
	l.pos = end
	l.parser.take(plain, source)
}

func (l *lexer) takeSpaces(tabs bool) int {
	end := l.pos
	for l.at(end) == ' ' || tabs && l.at(end) == '\t' {
		end++
	}
	return l.take(end)
}

func (l *lexer) takeNewline() int {
	switch {
	case l.ahead(0) == '\n':
		return l.take(l.pos + 1)
	case l.ahead(0) == '\r' && l.ahead(1) == '\n':
		return l.take(l.pos + 2)
	}
	return 0
}

func (l *lexer) takeName() int {
	end := l.pos
	for !endsName(l.at(end)) {
		end++
	}
	return l.take(end)
}

func (l *lexer) marker() string {
	if m := l.text[l.pos:min(l.pos+3, len(l.text))]; (m == "---" || m == "...") && isSpace(l.ahead(3)) {
		return m
	}
	return ""
}

// stream is what stands around documents.
func (l *lexer) stream() state {
	if strings.HasPrefix(l.text[l.pos:], "\ufeff") {
		l.take(l.pos + len("\ufeff"))
	}
	end := l.endOfLine()
	if l.here() == '%' {
		l.take(l.directiveEnd(end))
		l.takeSpaces(true)
		l.take(end)
		return l.stream
	}
	i := l.pos
	for i < end && (l.text[i] == ' ' || l.text[i] == '\t') {
		i++
	}
	if i >= end || l.text[i] == '#' {
		l.takeSpaces(true)
		l.take(end)
		l.takeNewline()
		return l.stream
	}
	l.parser.take(documentMode, "")
	return l.lineStart()
}

func (l *lexer) directiveEnd(end int) int {
	for i := l.pos; i < end; i++ {
		if l.text[i] == '#' && (l.text[i-1] == ' ' || l.text[i-1] == '\t') {
			end = i - 1
			break
		}
	}
	for l.text[end-1] == ' ' || l.text[end-1] == '\t' {
		end--
	}
	return end
}

func (l *lexer) lineStart() state {
	if m := l.marker(); m != "" {
		l.take(l.pos + len(m))
		l.indent, l.next = 0, 0
		if m == "---" {
			return l.document
		}
		return l.stream
	}
	l.indent = l.takeSpaces(false)
	if l.next > l.indent && !isSpace(l.ahead(1)) {
		l.next = l.indent
	}
	return l.blockStart()
}

// blockStart reads the indicators that a line begins with.
func (l *lexer) blockStart() state {
	if c := l.ahead(0); (c == '-' || c == '?' || c == ':') && isSpace(l.ahead(1)) {
		n := l.take(l.pos+1) + l.takeSpaces(true)
		l.next = l.indent + 1
		l.indent += n
		return l.blockStart
	}
	return l.document
}

func (l *lexer) document() state {
	l.takeSpaces(true)
	l.takeIndicators()
	end := l.endOfLine()
	switch l.here() {
	case '#', absent:
		l.take(end)
		l.takeNewline()
		return l.lineStart()
	case '{', '[':
		l.take(l.pos + 1)
		l.flowKey, l.flowLevel = false, 1
		return l.flow
	case '}', ']':
		l.take(l.pos + 1)
		return l.document
	case '*':
		l.takeName()
		return l.document
	case '"', '\'':
		return l.quoted()
	case '|', '>':
		l.takeBlockHeader()
		l.takeSpaces(true)
		l.take(end)
		l.takeNewline()
		return l.block()
	default:
		return l.plain()
	}
}

// takeIndicators reads tags and anchors, and indicators, which may be mistakes.
func (l *lexer) takeIndicators() {
	for {
		switch c := l.ahead(0); c {
		case '!':
			l.takeTag()
		case '&':
			l.takeName()
		case '-', '?', ':':
			next := l.ahead(1)
			if !isSpace(next) && (l.flowLevel == 0 || !isFlowSign(next)) {
				return
			}
			if l.flowLevel == 0 {
				l.next = l.indent + 1
			} else {
				l.flowKey = false
			}
			l.take(l.pos + 1)
		default:
			return
		}
		l.takeSpaces(true)
	}
}

const tagSigns = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-#;/?:@&=+$_.!~*'()"

func (l *lexer) takeTag() {
	end := l.pos + 1
	if l.at(end) == '<' {
		for !isSpace(l.at(end)) && l.at(end) != '>' {
			end++
		}
		if l.at(end) == '>' {
			end++
		}
		l.take(end)
		return
	}
	for end < len(l.text) {
		switch c := l.text[end]; {
		case strings.IndexByte(tagSigns, c) >= 0:
			end++
		case c == '%' && isHex(l.at(end+1)) && isHex(l.at(end+2)):
			end += 3
		default:
			l.take(end)
			return
		}
	}
	l.take(end)
}

func isHex(c int) bool {
	return c != absent && strings.IndexByte("0123456789abcdefABCDEF", byte(c)) >= 0
}

func (l *lexer) flow() state {
	indent := -1 // of the line that has begun
	for {
		n := l.takeNewline()
		if n > 0 {
			indent = l.takeSpaces(false)
			l.indent = indent
			n += indent
		}
		if n += l.takeSpaces(true); n == 0 {
			break
		}
	}
	if l.leavesFlow(indent) {
		l.flowLevel = 0
		l.parser.take(flowErrorEnd, "")
		return l.lineStart()
	}
	for l.here() == ',' {
		l.take(l.pos + 1)
		l.takeSpaces(true)
		l.flowKey = false
	}
	l.takeIndicators()
	return l.flowValue()
}

// leavesFlow says whether a line is indented too little to be inside of the
// brackets. The last bracket may stand where their line begins.
func (l *lexer) leavesFlow(indent int) bool {
	c := l.here()
	if indent == l.next-1 && l.flowLevel == 1 && (c == ']' || c == '}') {
		return false
	}
	return indent >= 0 && indent < l.next && c != '#' || indent == 0 && l.marker() != ""
}

func (l *lexer) flowValue() state {
	switch c := l.here(); c {
	case absent:
		return l.flow
	case '#':
		l.take(l.endOfLine())
		return l.flow
	case '{', '[':
		l.take(l.pos + 1)
		l.flowKey = false
		l.flowLevel++
		return l.flow
	case '}', ']':
		l.take(l.pos + 1)
		l.flowKey = true
		if l.flowLevel--; l.flowLevel == 0 {
			return l.document
		}
		return l.flow
	case '*':
		l.takeName()
		return l.flow
	case '"', '\'':
		l.flowKey = true
		return l.quoted()
	case ':':
		if next := l.ahead(1); l.flowKey || isSpace(next) || next == ',' {
			l.flowKey = false
			l.take(l.pos + 1)
			l.takeSpaces(true)
			return l.flow
		}
	}
	l.flowKey = false
	return l.plain()
}

// behind is the state behind a text.
func (l *lexer) behind() state {
	if l.flowLevel > 0 {
		return l.flow
	}
	return l.document
}
