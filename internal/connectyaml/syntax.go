package connectyaml

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// complaint is what the library says about a text that is no YAML, in words
// that say what to do. The first one whose part is found in the message counts.
type complaint struct {
	part    string
	message string // with the line of the context for %d, the text there for %s
	help    string
	// atContext says that the finding belongs where the trouble began.
	atContext bool
}

const quotingHelp = "Quote the text, as in schedule: '*/5 * * * *'. Without quotes, %s means something else in YAML."

var complaints = []complaint{
	{"mapping values are not allowed", "a colon and a space, where no key can stand",
		"Quote the text if the colon belongs to it, as in description: 'Format: JSON'. " +
			"If it ends a key, check the indentation of this line and of the one above.", false},
	{"did not find expected key", "this line fits neither the object that begins in line %d nor anything around it",
		"Check its indentation: the keys of one object begin in one column, and so do the dashes of one list.", false},
	{"did not find expected '-'", "this line fits neither the list that begins in line %d nor anything around it",
		"Check its indentation: the dashes of one list stand in one column.", false},
	{"could not find expected ':'", "a key without a colon",
		"Write a colon and a space behind the key. If the line goes on with the text above, indent it more than the key of that text.", true},
	{"cannot start any token", "a text cannot begin with %s without quotes", "", false},
	{"expected alphabetic or numeric character", "a text cannot begin with %s without quotes", "", true},
	{"unexpected end of stream", "the quotation mark is not closed", "Close it at the end of the text, with the same mark.", true},
	{"unexpected document indicator", "the quotation mark is not closed", "Close it at the end of the text, with the same mark.", true},
	{"unknown escape character", "a backslash in double quotes begins an escape, and this is none",
		"Use single quotes, in which a backslash is a character like any other, or write two backslashes.", false},
	{"expected hexadecimal number", "the escape lacks digits",
		"Write \\x with two, \\u with four or \\U with eight hexadecimal digits, or use single quotes.", false},
	{"tab character", "a tab where only spaces may stand", "Indent with spaces: YAML forbids tabs there.", false},
	{"expected ',' or ']'", "a comma or the ] that closes the bracket of line %d is missing",
		"Close the bracket, or put a comma between the items.", false},
	{"expected ',' or '}'", "a comma or the } that closes the bracket of line %d is missing",
		"Close the bracket, or put a comma between the keys.", false},
	{"block sequence entries are not allowed", "a list cannot begin here", "Begin it on a line of its own, below its key.", false},
	{"comment without preceding whitespace", "a # directly behind something else",
		"Write a space in front of the #, or quote the text if the # belongs to it.", false},
	{"expected comment or line break", "the text of a block begins on the line below its | or >", "Begin the text on a line of its own.", false},
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
			r.complain(c, said, pos, text)
			return
		}
	}
	r.fail(ruleSyntax, place{}, pos, "the file is not YAML: "+said.Message, otherHelp)
}

func (r *report) complain(c complaint, said *yaml.LoadError, pos Position, text *lines) {
	context := positionOf(said.ContextMark)
	if c.atContext {
		pos = context
	}
	message, help := c.message, c.help
	switch {
	case strings.Contains(message, "%d"):
		message = fmt.Sprintf(message, context.Line)
	case strings.Contains(message, "%s"):
		sign := text.from(pos, 1)
		if sign == "\t" {
			r.complain(complaint{message: "a tab where only spaces may stand", help: "Indent with spaces: YAML forbids tabs there."}, said, pos, text)
			return
		}
		message, help = fmt.Sprintf(message, sign), fmt.Sprintf(quotingHelp, sign)
	}
	r.fail(ruleSyntax, place{}, pos, message, help)
}

func positionOf(m yaml.Mark) Position { return Position{max(m.Line, 1), max(m.Column, 1)} }
