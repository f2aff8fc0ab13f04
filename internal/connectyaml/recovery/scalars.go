package recovery

import "strings"

// further is where a text goes on in the line that begins at an offset, or -1
// if that line is indented too little to belong to it.
func (l *lexer) further(start int) int {
	if l.next == 0 {
		if m := l.text[min(start, len(l.text)):min(start+3, len(l.text))]; (m == "---" || m == "...") && isSpace(l.at(start+3)) {
			return -1
		}
		return start
	}
	i := start
	for l.at(i) == ' ' {
		i++
	}
	switch {
	case l.at(i) == '\r' && l.at(i+1) == '\n':
		return i + 1
	case l.at(i) == '\n', i-start >= l.next:
		return i
	default:
		return -1
	}
}

// quoted ends at the closing quote, or before the line that is indented too
// little if there is one up to there. Without a closing quote all that follows
// belongs to the text.
func (l *lexer) quoted() state {
	end := l.closingQuote()
	if end < 0 {
		l.take(len(l.text))
		return l.behind()
	}
	for i := l.pos; ; {
		n := strings.IndexByte(l.text[i:end], '\n')
		if n < 0 {
			break
		}
		feed := i + n
		if i = l.further(feed + 1); i < 0 {
			if end = feed - 1; l.at(end) == '\r' {
				end--
			}
			break
		}
		if i > end {
			break
		}
	}
	l.take(end + 1)
	return l.behind()
}

func (l *lexer) closingQuote() int {
	quote := l.text[l.pos]
	for i := l.pos + 1; i < len(l.text); i++ {
		switch {
		case quote == '"' && l.text[i] == '\\':
			i++
		case l.text[i] != quote:
		case quote == '\'' && l.at(i+1) == '\'':
			i++
		default:
			return i
		}
	}
	return -1
}

func (l *lexer) takeBlockHeader() {
	l.blockIndent, l.blockKeep = -1, false
	i := l.pos + 1
loop:
	for ; ; i++ {
		switch c := l.at(i); {
		case c == '+':
			l.blockKeep = true
		case c > '0' && c <= '9':
			l.blockIndent = c - '1'
		case c != '-':
			break loop
		}
	}
	for !isSpace(l.at(i)) && l.at(i) != '#' {
		i++
	}
	l.take(i)
}

// block reads the lines of a block text.
func (l *lexer) block() state {
	feed, indent := l.blankLines()
	if indent >= l.next {
		if l.blockIndent < 0 {
			l.next = indent
		} else {
			l.next = l.blockIndent + max(l.next, 1)
		}
		for {
			i := l.further(feed + 1)
			if i < 0 {
				break
			}
			n := strings.IndexByte(l.text[min(i, len(l.text)):], '\n')
			if n < 0 {
				feed = len(l.text)
				break
			}
			feed = i + n
		}
	}
	l.takePlain(l.blockEnd(feed, indent) + 1)
	return l.lineStart()
}

// blankLines returns the last line feed in front of the text, and the
// indentation behind it.
func (l *lexer) blankLines() (feed, indent int) {
	feed = l.pos - 1
	for i := l.pos; ; i++ {
		switch {
		case l.at(i) == ' ':
			indent++
		case l.at(i) == '\n':
			feed, indent = i, 0
		case l.at(i) == '\r' && l.at(i+1) == '\n':
		default:
			return feed, indent
		}
	}
}

// blockEnd adds lines that begin with a tab, which are a mistake, to a text that
// ends at a line feed, or leaves out the blank lines at its end.
func (l *lexer) blockEnd(feed, indent int) int {
	i := feed + 1
	for l.at(i) == ' ' {
		i++
	}
	if l.at(i) == '\t' {
		for l.at(i) != absent && isSpace(l.at(i)) {
			i++
		}
		return i - 1
	}
	for !l.blockKeep {
		i := feed - 1
		if l.at(i) == '\r' {
			i--
		}
		last := i
		for l.at(i) == ' ' {
			i--
		}
		if l.at(i) != '\n' || i < l.pos || i+1+indent <= last {
			break
		}
		feed = i
	}
	return feed
}

// plain reads a text without quotes.
func (l *lexer) plain() state {
	inFlow := l.flowLevel > 0
	end := l.pos // behind the last character that is no white space
	for i := l.pos; i < len(l.text); i++ {
		c, next := l.at(i), l.at(i+1)
		switch {
		case c == ':' && (isSpace(next) || inFlow && isFlowSign(next)), inFlow && isFlowSign(c):
			l.takePlain(end)
			return l.behind()
		case !isSpace(c):
			end = i + 1
			continue
		case c == '\r' && next == '\n':
			i++
			c, next = '\n', l.at(i+1)
		case c == '\r':
			end = i + 1
		}
		if next == '#' || inFlow && isFlowSign(next) {
			break
		}
		if c == '\n' {
			further := l.further(i + 1)
			if further < 0 {
				break
			}
			i = max(i, further-2) // one back, for a # behind a space
		}
	}
	l.takePlain(end)
	return l.behind()
}
