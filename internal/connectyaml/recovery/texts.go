package recovery

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// nameless is the name of a key that is nothing. The first character of a name
// tells texts with quotes, which are never numbers, from those without.
const nameless = "0"

func hasLineFeed(s string) bool { return strings.Contains(s, "\n") }

// text checks a text on one line or several.
func (w *walk) text(n *node) extent {
	v := extent{start: n.offset, named: true}
	switch n.kind {
	case singleQuoted:
		w.closed(n)
		v.name = "'" + strings.ReplaceAll(unquoted(n.source), "''", "'")
	case doubleQuoted:
		w.escapes(n)
		w.closed(n)
		v.name = "'" + unquoted(n.source)
	default:
		if n.source != "" && strings.IndexByte("\t,%|>@`", n.source[0]) >= 0 {
			w.failToken(TextStart, n.token)
		}
		v.name, v.named = plainName(n.source), n.source != "<<" || !w.merges
	}
	v.end = w.tail(n.tail, n.end(), true)
	return v
}

func unquoted(source string) string { return source[1:max(1, len(source)-1)] }

// plainName takes for a text what does not look like a value of another type.
func plainName(source string) string {
	switch {
	case source == "":
		return nameless
	case strings.IndexByte("~nNtTfF0123456789+-.", source[0]) >= 0 && looksTyped(source):
		return "0" + source
	default:
		return "'" + source
	}
}

func looksTyped(source string) bool {
	switch strings.ToLower(source) {
	case "~", "null", "true", "false":
		return true
	}
	_, err := strconv.ParseFloat(source, 64)
	return err == nil
}

// closed reports a text whose quotes are not closed.
func (w *walk) closed(n *node) {
	if len(n.source) == 1 || n.source[len(n.source)-1] != n.source[0] {
		w.failOther(OpenQuote, n.end(), n.offset)
	}
}

// escapeSigns are what may follow a backslash.
const escapeSigns = "0abefnrtvN_LP \"/\\\t\n"

func (w *walk) escapes(n *node) {
	for i := 1; i < len(n.source)-1; i++ {
		if n.source[i] != '\\' {
			continue
		}
		at := i
		i++
		switch c := n.source[i]; {
		case strings.IndexByte(escapeSigns, c) >= 0:
		case c == '\r' && strings.HasPrefix(n.source[i+1:], "\n"):
		case c == 'x' || c == 'u' || c == 'U':
			digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			if !isCharacter(n.source[i+1:], digits) {
				w.failEscape(n, at)
			}
			i += digits
		default:
			w.failEscape(n, at)
		}
	}
}

// isCharacter says whether so many hexadecimal digits follow, and are one.
func isCharacter(s string, digits int) bool {
	if len(s) < digits {
		return false
	}
	code, err := strconv.ParseUint(s[:digits], 16, 32)
	return err == nil && code <= utf8.MaxRune
}

func (w *walk) failEscape(n *node, at int) {
	_, size := utf8.DecodeRuneInString(n.source[at+1:])
	w.fail(Mistake{Kind: BadEscape, Offset: n.offset + at, Other: -1, Token: n.source[at : at+1+size]})
}

// blockText checks the header and the indentation of the lines.
func (w *walk) blockText(n *node) extent {
	indent, length := w.blockHeader(n)
	v := extent{start: n.offset, end: n.offset + length + len(n.source)}
	needed, offset := n.indent+indent, n.offset+length
	begun := false // a line that is not blank came
	text := strings.TrimRight(n.source, " \r\n")
	for line := range strings.Lines(text) {
		content := strings.TrimSuffix(line, "\n")
		got := len(content) - len(strings.TrimLeft(content, " "))
		blank := content[got:] == "" || content[got:] == "\r"
		switch {
		case blank && !begun && indent == 0:
			needed = max(needed, got)
		case blank:
		case begun && got < needed:
			w.failAt(BlockIndent, offset+got)
		case !begun:
			if got < needed { // a blank line above is indented more
				w.failAt(BlockIndent, offset+got)
			}
			if begun = true; indent == 0 {
				needed = got
			}
			if needed == 0 && w.inCollection {
				w.failAt(BlockIndent, offset)
			}
		}
		offset += len(line)
	}
	return v
}

// blockHeader returns the indentation that the header of a block text asks for,
// and how long it is with what follows on its line.
func (w *walk) blockHeader(n *node) (indent, length int) {
	header := n.start[0].source
	chomp, bad := false, -1
	for i := 1; i < len(header); i++ {
		switch c := header[i]; {
		case !chomp && (c == '-' || c == '+'):
			chomp = true
		case indent == 0 && c >= '1' && c <= '9':
			indent = int(c - '0')
		case bad < 0:
			bad = i
		}
	}
	if bad >= 0 {
		w.fail(Mistake{Kind: BlockHeader, Offset: n.offset + bad, Other: -1, Token: header})
	}
	spaced := false
	length = len(header)
	for _, t := range n.start[1:] {
		switch t.kind {
		case space:
			spaced = true
		case newline:
		case comment:
			if !spaced {
				w.failToken(NoSpaceBeforeComment, t)
			}
		default:
			w.fail(Mistake{Kind: BlockHeader, Offset: t.offset, Other: -1, Token: t.source})
		}
		length += len(t.source)
	}
	return indent, length
}
