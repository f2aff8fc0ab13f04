package connectyaml

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// layout finds lines that are indented too little to belong to the quoted text
// or the brackets that began above them. The library lets them pass.
type layout struct {
	*lines
	found bool
}

func (l *layout) tooLittle(document *yaml.Node) bool {
	l.check(document, 0)
	return l.found
}

// check takes how many spaces a further line of y needs.
func (l *layout) check(y *yaml.Node, spaces int) {
	switch {
	case y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		if at := l.opening(y); spaces > 0 && at >= 0 {
			l.quoted(at, spaces)
		}
	case y.Style&yaml.FlowStyle != 0:
		if at := l.opening(y); at >= 0 {
			l.brackets(at, spaces)
		}
	case y.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(y.Content); i += 2 {
			if key := y.Content[i]; key.Style != 0 { // one without quotes has no further line
				l.check(key, spaces)
			}
			l.check(y.Content[i+1], l.keyColumn(y.Content[i]))
		}
	case y.Kind == yaml.SequenceNode:
		if y.Style&yaml.TaggedStyle == 0 && y.Anchor == "" {
			spaces = y.Column // of the first dash
		}
		for _, item := range y.Content {
			l.check(item, spaces)
		}
	case y.Kind == yaml.ScalarNode && y.Style == 0 && spaces > 0:
		l.plain(y, spaces)
	}
}

// plain checks a text without quotes: a line of white space that begins with a
// tab ends it, so that the text cannot go on below.
func (l *layout) plain(y *yaml.Node, spaces int) {
	tab := false
	for line := y.Line; line < len(l.starts); line++ {
		text := l.text[l.starts[line]:]
		got := indentOf(text)
		rest := bytes.TrimLeft(text[got:], " \t")
		switch {
		case startsLine(rest):
			tab = tab || got < spaces && bytes.HasPrefix(text[got:], []byte("\t"))
		case got < spaces || rest[0] == '#':
			return
		case tab:
			l.found = true
			return
		}
	}
}

// keyColumn is where a key of a block begins, or the ? in front of it.
func (l *layout) keyColumn(key *yaml.Node) int {
	start := l.starts[key.Line-1]
	before := bytes.TrimRight(l.text[start:l.at(key)], " \t")
	if bytes.HasSuffix(before, []byte("?")) {
		return utf8.RuneCount(before)
	}
	return key.Column
}

func (l *layout) at(y *yaml.Node) int { return l.offset(Position{y.Line, y.Column}) }

// opening is the offset of the quote or bracket, behind tags and anchors.
func (l *layout) opening(y *yaml.Node) int {
	at := l.at(y)
	for at < len(l.text) {
		switch l.text[at] {
		case '"', '\'', '[', '{':
			return at
		case '#':
			at += lineLength(l.text[at:])
		case '&', '!':
			space := bytes.IndexAny(l.text[at:], " \t\n")
			if space < 0 {
				return -1
			}
			at += space
		default:
			at++
		}
	}
	return -1
}

// quoted checks a text in quotes, and returns the offset behind it.
func (l *layout) quoted(at, spaces int) int {
	quote := l.text[at]
	for at++; at < len(l.text); at++ {
		switch c := l.text[at]; {
		case c == '\\' && quote == '"' && at+1 < len(l.text) && l.text[at+1] != '\n':
			at++
		case c == quote && quote == '\'' && at+1 < len(l.text) && l.text[at+1] == quote:
			at++
		case c == quote:
			return at + 1
		case c == '\n':
			got := indentOf(l.text[at+1:])
			l.found = l.found || got < spaces && !startsLine(l.text[at+1+got:])
		}
	}
	return at
}

// brackets checks a list or an object in brackets. Behind the bracket of a part
// the next line cannot begin with a comment.
func (l *layout) brackets(at, spaces int) {
	level, plain := 0, false
	closed := false // nothing but a comment came behind the bracket of a part
	for at < len(l.text) {
		switch c := l.text[at]; c {
		case '[', '{':
			level, plain, closed = level+1, false, false
		case ']', '}':
			if level, plain, closed = level-1, false, true; level == 0 {
				return
			}
		case ',':
			plain, closed = false, false
		case ':':
			plain, closed = plain && !endsKey(l.text[at+1:]), false
		case '#':
			if b := l.text[at-1]; b == ' ' || b == '\t' || b == '\n' {
				at += lineLength(l.text[at:])
				continue
			}
		case '\'', '"':
			closed = false
			if !plain {
				at = l.quoted(at, spaces)
				continue
			}
		case '\n':
			l.found = l.found || closed && bytes.HasPrefix(l.text[at+1:], []byte("#")) || l.leaves(at+1, level, spaces)
			if l.found {
				return
			}
			closed = false
		case ' ', '\t', '\r':
		default:
			plain, closed = true, false
		}
		at++
	}
}

// leaves says whether a further line inside brackets is indented too little. The
// last bracket may stand where the key of the outermost one stands.
func (l *layout) leaves(at, level, spaces int) bool {
	got := indentOf(l.text[at:])
	rest := bytes.TrimLeft(l.text[at+got:], " \t")
	return got < spaces && !startsLine(rest) && rest[0] != '#' &&
		(got != spaces-1 || level != 1 || rest[0] != ']' && rest[0] != '}')
}

func indentOf(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }

// startsLine says whether nothing comes before the next line.
func startsLine(rest []byte) bool {
	return len(rest) == 0 || rest[0] == '\n' || bytes.HasPrefix(rest, []byte("\r\n"))
}

func endsKey(rest []byte) bool {
	return len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n,[]{}"), rest[0]) >= 0
}

// lineLength is the length of a line without its end.
func lineLength(line []byte) int {
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		return end
	}
	return len(line)
}
