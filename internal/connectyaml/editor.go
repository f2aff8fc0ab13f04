package connectyaml

import (
	"bytes"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
)

// editor makes the edits that repair a file. Each changes as little as it can, and
// where the text is not written in the plain way that an edit takes for granted
// there is none. A nil editor has no edits: it is that of a file whose tree is no
// image of its text, since it has aliases, tags or what the library cannot read.
type editor struct{ *lines }

// stretch is where something is written, its quotes included.
type stretch struct{ from, to int }

func (e *editor) edit(s stretch, text string) []api.Edit {
	from, to := e.position(s.from), e.position(s.to)
	return []api.Edit{{File: FileName, Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column, Text: text}}
}

// rest is the line from an offset on, without its end.
func (e *editor) rest(at int) []byte {
	line := e.text[at:]
	return bytes.TrimSuffix(line[:lineLength(line)], []byte("\r"))
}

// before is the line up to an offset.
func (e *editor) before(at int) string {
	return string(e.text[e.starts[e.position(at).Line-1]:at])
}

// scalar is where a text is written that begins at pos: on one line, and without
// escapes.
func (e *editor) scalar(pos Position, text string) (stretch, bool) {
	if e == nil {
		return stretch{}, false
	}
	at := e.offset(pos)
	rest, written := e.rest(at), text
	if len(rest) > 0 && (rest[0] == '\'' || rest[0] == '"') {
		written = string(rest[0]) + text + string(rest[0])
	}
	if !bytes.HasPrefix(rest, []byte(written)) || strings.ContainsAny(text, "\r\n\\'\"") {
		return stretch{}, false
	}
	return stretch{at, at + len(written)}, endsScalar(rest[len(written):])
}

// endsScalar says whether nothing follows that belongs to a scalar.
func endsScalar(rest []byte) bool {
	next := bytes.TrimLeft(rest, " \t")
	switch {
	case len(next) == 0:
		return true
	case next[0] == '#':
		return len(next) < len(rest)
	default:
		return strings.IndexByte(",]}", next[0]) >= 0 || next[0] == ':' && (len(next) == 1 || next[1] == ' ' || next[1] == '\t')
	}
}

// value writes a scalar anew, as it stands then in the file.
func (e *editor) value(n *node, text string) []api.Edit {
	if s, ok := e.scalar(n.pos, n.text); ok {
		return e.edit(s, text)
	}
	return nil
}

// word writes a scalar anew inside its quotes, if it has them.
func (e *editor) word(pos Position, old, text string) []api.Edit {
	s, ok := e.scalar(pos, old)
	if !ok {
		return nil
	}
	if c := e.text[s.from]; c == '\'' || c == '"' {
		s = stretch{s.from + 1, s.to - 1}
	}
	return e.edit(s, text)
}

// brackets quotes a list or an object that is written in brackets on one line, with
// nothing behind it.
func (e *editor) brackets(n *node) []api.Edit {
	if e == nil {
		return nil
	}
	at := e.offset(n.pos)
	line := string(e.rest(at))
	if line == "" || line[0] != '{' && line[0] != '[' || !strings.HasSuffix(e.before(at), ": ") {
		return nil
	}
	if before := strings.TrimLeft(e.before(at), " -"); strings.ContainsAny(before, "{[") {
		return nil // inside of brackets
	}
	if i := strings.Index(line, " #"); i >= 0 {
		line = line[:i]
	}
	line = strings.TrimRight(line, " \t")
	if last := line[len(line)-1]; last != '}' && last != ']' {
		return nil
	}
	return e.edit(stretch{at, at + len(line)}, singleQuoted(line))
}

// nothing writes a text for a value that is missing behind its key, or null.
func (e *editor) nothing(key entry, text string) []api.Edit {
	s, ok := e.scalar(key.keyPos, key.key)
	if !ok {
		return nil
	}
	rest := e.rest(s.to)
	if len(rest) == 0 || rest[0] != ':' {
		return nil
	}
	colon := s.to + 1
	if written := strings.TrimLeft(string(rest[1:]), " \t"); key.value.text != "" && strings.HasPrefix(written, key.value.text) {
		from := colon + len(rest) - 1 - len(written)
		return e.edit(stretch{from, from + len(key.value.text)}, text)
	}
	return e.edit(stretch{colon, colon}, " "+text)
}

// drop removes a key with its value, which stand on a line without a comment. Where
// the line begins with the dash of the object, the next key takes the place.
func (e *editor) drop(key entry) []api.Edit {
	s, ok := e.scalar(key.keyPos, key.key)
	if !ok {
		return nil
	}
	rest := string(e.rest(s.to))
	value, isKey := strings.CutPrefix(rest, ":")
	if value = strings.Trim(value, " \t"); !isKey || !e.isWhole(value, key.value) {
		return nil
	}
	line := key.keyPos.Line
	before := e.before(s.from)
	if strings.Trim(before, " ") == "" {
		return e.dropLines(line, line)
	}
	if line == len(e.starts) || strings.Trim(before, " -") != "" {
		return nil
	}
	next := e.rest(e.starts[line])
	if in := indentOf(next); in != key.keyPos.Column-1 || len(next) == in || next[in] == '#' || next[in] == '-' {
		return nil
	}
	return e.edit(stretch{s.from, e.starts[line] + key.keyPos.Column - 1}, "")
}

// isWhole says whether a line writes all of a scalar and nothing else.
func (e *editor) isWhole(written string, n *node) bool {
	switch n.kind {
	case kindText:
		return written == n.text || written == "'"+n.text+"'" || written == `"`+n.text+`"`
	case kindNull, kindBoolean, kindNumber:
		return written == n.text
	default:
		return false
	}
}

// dropLines removes whole lines, both named ones included.
func (e *editor) dropLines(first, last int) []api.Edit {
	from := e.starts[first-1]
	if last < len(e.starts) {
		return e.edit(stretch{from, e.starts[last]}, "")
	}
	if first == 1 {
		return nil
	}
	return e.edit(stretch{e.endOfLine(first - 1), len(e.text)}, "")
}

// endOfLine is the offset right in front of a line's end.
func (e *editor) endOfLine(line int) int {
	return e.starts[line-1] + len(e.rest(e.starts[line-1]))
}

// lastLine is the last line of what begins on a line and whose parts are indented
// by more than these spaces. Comments belong to it if they are indented so, too.
func (e *editor) lastLine(line, spaces int) int {
	last := line
	for next := line + 1; next <= len(e.starts); next++ {
		text := e.rest(e.starts[next-1])
		in := indentOf(text)
		switch {
		case len(bytes.TrimLeft(text, " \t")) == 0:
		case in > spaces:
			last = next
		case text[in] != '#':
			return last
		}
	}
	return last
}

// dash is the prefix of the line on which an item of a list begins, "" when there is
// more in front of it than spaces and its dash.
func (e *editor) dash(item *node) string {
	if e == nil || item.flow {
		return ""
	}
	before := e.before(e.offset(item.pos))
	if strings.Count(before, "-") != 1 || strings.Trim(before, " -") != "" {
		return ""
	}
	return before
}

// dropItem removes an item of a list, with the comments inside of it.
func (e *editor) dropItem(item *node) []api.Edit {
	before := e.dash(item)
	if before == "" {
		return nil
	}
	return e.dropLines(item.pos.Line, e.lastLine(item.pos.Line, strings.IndexByte(before, '-')))
}

// addLines writes lines below a line, each with these spaces in front.
func (e *editor) addLines(line, spaces int, text string) []api.Edit {
	in := "\n" + strings.Repeat(" ", spaces)
	at := e.endOfLine(line)
	return e.edit(stretch{at, at}, in+strings.ReplaceAll(text, "\n", in))
}
