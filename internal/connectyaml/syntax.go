package connectyaml

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// complaint is what the library says about a text that is no YAML, in words
// that say what to do. The first one whose part is found in the message counts.
type complaint struct {
	part    string
	message string // with the line of the context for %d, the text there for %s
	help    string
	where   func(said *yaml.LoadError, text *lines) Position
}

// Where a complaint belongs: where the official reader sees it, which is not
// always where the library stopped.

func atMark(said *yaml.LoadError, _ *lines) Position    { return positionOf(said.Mark) }
func atContext(said *yaml.LoadError, _ *lines) Position { return positionOf(said.ContextMark) }

// atLine is the beginning of a line that fits nowhere, unless something in front
// of the mark fits.
func atLine(said *yaml.LoadError, text *lines) Position {
	pos := positionOf(said.Mark)
	start := Position{pos.Line, 1}
	if len(bytes.TrimLeft(text.text[text.offset(start):text.offset(pos)], " ")) > 0 {
		return pos
	}
	return start
}

// atDash is a dash in another column than those of its list.
func atDash(said *yaml.LoadError, text *lines) Position {
	if pos := positionOf(said.Mark); dash.Match(text.text[text.offset(pos):]) {
		return pos
	}
	return atLine(said, text)
}

func atEnd(_ *yaml.LoadError, text *lines) Position { return text.position(len(text.text)) }

// atValue is where the text begins that goes on up to a colon, on a line above
// if it is one of several lines.
func atValue(said *yaml.LoadError, text *lines) Position {
	begin := positionOf(said.Mark)
	colon := text.offset(begin)
	dashed := -1 // the column of the dash in front of the text
	for line := begin.Line; line > 0; line-- {
		start := text.starts[line-1]
		content := text.text[start:min(start+lineLength(text.text[start:]), colon)]
		lead := len(lineLead.Find(content))
		rest := bytes.TrimRight(content[lead:], " \t\r")
		if len(rest) == 0 || rest[0] == '#' {
			continue
		}
		key := keyLead.Find(rest)
		switch {
		case key != nil && (dashed < 0 || lead < dashed):
			return text.position(start + lead + len(key))
		case dashed >= 0, rest[len(rest)-1] == ':':
			return begin
		}
		begin = text.position(start + lead)
		dashed = bytes.IndexByte(content[:lead], '-')
	}
	return begin
}

var (
	dash = regexp.MustCompile(`^-(?:[ \t\r\n]|$)`)
	// lineLead are the spaces and dashes in front of an item or a key.
	lineLead = regexp.MustCompile(`^[ \t]*(?:-[ \t]+)*`)
	// keyLead is a key and its colon in front of a value.
	keyLead = regexp.MustCompile(`^[^#]*?:[ \t]+`)
)

const quotingHelp = "Quote the text, as in schedule: '*/5 * * * *'. Without quotes, %s means something else in YAML."

var complaints = []complaint{
	{"mapping values are not allowed", "the text that begins here goes on to a colon and a space, where no key can stand",
		"Quote the text if the colon belongs to it, as in description: 'Format: JSON'. " +
			"If it ends a key, check the indentation of this line and of the one above.", atValue},
	{"did not find expected key", "this line fits neither the object that begins in line %d nor anything around it",
		"Check its indentation: the keys of one object begin in one column, and so do the dashes of one list.", atLine},
	{"did not find expected '-'", "this line fits neither the list that begins in line %d nor anything around it",
		"Check its indentation: the dashes of one list stand in one column.", atDash},
	{"could not find expected ':'", "a key without a colon",
		"Write a colon and a space behind the key. If the line goes on with the text above, indent it more than the key of that text.", atContext},
	{"cannot start any token", "a text cannot begin with %s without quotes", "", atMark},
	{"expected alphabetic or numeric character", "a text cannot begin with %s without quotes", "", atContext},
	{"unexpected end of stream", "the quotation mark of line %d is not closed", "Close it at the end of the text, with the same mark.", atEnd},
	{"unexpected document indicator", "the quotation mark is not closed", "Close it at the end of the text, with the same mark.", atContext},
	{"unknown escape character", "a backslash in double quotes begins an escape, and this is none",
		"Use single quotes, in which a backslash is a character like any other, or write two backslashes.", atMark},
	{"expected hexadecimal number", "the escape lacks digits",
		"Write \\x with two, \\u with four or \\U with eight hexadecimal digits, or use single quotes.", atMark},
	{"tab character", "a tab where only spaces may stand", "Indent with spaces: YAML forbids tabs there.", atMark},
	{"expected ',' or ']'", "a comma or the ] that closes the bracket of line %d is missing",
		"Close the bracket, or put a comma between the items.", atMark},
	{"expected ',' or '}'", "a comma or the } that closes the bracket of line %d is missing",
		"Close the bracket, or put a comma between the keys.", atMark},
	{"block sequence entries are not allowed", "a list cannot begin here", "Begin it on a line of its own, below its key.", atMark},
	{"comment without preceding whitespace", "a # directly behind something else",
		"Write a space in front of the #, or quote the text if the # belongs to it.", atMark},
	{"expected comment or line break", "the text of a block begins on the line below its | or >", "Begin the text on a line of its own.", atMark},
}

// otherHelp is for what is left.
const otherHelp = "Check the quotes, the brackets and the indentation here and in the line above."

// syntax reports that the library found no YAML.
func (r *report) syntax(err error, text *lines) {
	var said *yaml.LoadError
	if !errors.As(err, &said) {
		r.fail(ruleSyntax, place{}, Position{1, 1}, "the file is not YAML", otherHelp)
		return
	}
	pos := positionOf(said.Mark)
	if name, found := strings.CutPrefix(said.Message, "unknown anchor '"); found {
		name = strings.TrimSuffix(name, "' referenced")
		r.fail(ruleAlias, place{}, pos, fmt.Sprintf("there is no anchor %s for the alias %s", quote("&"+name), quote("*"+name)),
			fmt.Sprintf(quotingHelp, "a star at the beginning"))
		return
	}
	for _, c := range complaints {
		if strings.Contains(said.Message, c.part) {
			r.complain(c, said, text)
			return
		}
	}
	r.fail(ruleSyntax, place{}, pos, "the file is not YAML: "+said.Message, otherHelp)
}

func (r *report) complain(c complaint, said *yaml.LoadError, text *lines) {
	context := positionOf(said.ContextMark)
	pos := c.where(said, text)
	message, help := c.message, c.help
	switch {
	case strings.Contains(message, "%d"):
		message = fmt.Sprintf(message, context.Line)
	case strings.Contains(message, "%s"):
		sign := text.from(pos, 1)
		if sign == "\t" {
			r.fail(ruleSyntax, place{}, pos, "a tab where only spaces may stand", "Indent with spaces: YAML forbids tabs there.")
			return
		}
		message, help = fmt.Sprintf(message, sign), fmt.Sprintf(quotingHelp, sign)
	}
	r.fail(ruleSyntax, place{}, pos, message, help)
}

func positionOf(m yaml.Mark) Position { return Position{max(m.Line, 1), max(m.Column, 1)} }
