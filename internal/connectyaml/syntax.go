package connectyaml

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/greenroom-registry/greenroom/internal/connectyaml/recovery"
)

// wording is what to say about a kind of mistake. %s is what stands there, and %d
// the line of the other place: where a person has to look, while the mistake is
// where the official reader sees it.
type wording struct{ message, help string }

const (
	quotingHelp = "Quote the text, as in schedule: '*/5 * * * *'. Without quotes, %s means something else in YAML."
	// otherHelp is for what is left.
	otherHelp  = "Check the quotes, the brackets and the indentation here and in the line above."
	plainHelp  = "Remove it: connect.yaml needs no tags and anchors."
	indentHelp = "Check its indentation: the keys of one object begin in one column, and so do the dashes of one list."
)

var wordings = map[recovery.Kind]wording{
	recovery.BadDirective:           {"%s is no directive of YAML 1.2", "Remove the line: connect.yaml needs no directives."},
	recovery.NoDocumentStart:        {"a document behind directives has to begin with ---", "Write --- on a line of its own behind the directives, or remove them."},
	recovery.CollectionBehindMarker: {"a list or an object cannot begin on the line of the marker ---", "Begin it on a line of its own, below the marker."},
	recovery.TabIndent:              {"a tab where only spaces may stand", "Indent with spaces: YAML forbids tabs there."},
	recovery.NoSpaceBeforeComment:   {"a # directly behind something else", "Write a space in front of the #, or quote the text if the # belongs to it."},
	recovery.NoSpaceBehindProperty:  {"a tag or an anchor ends here without a space behind it", "Quote the text if it begins with the ! or &, or write a space behind the tag or anchor."},
	recovery.TwoProperties:          {"%s is the second tag or anchor of one value", plainHelp},
	recovery.PropertyOrder:          {"a tag or an anchor stands in front of this %s", plainHelp},
	recovery.PropertyOfAlias:        {"the alias %s has a tag or an anchor", "Remove the tag or anchor in front of it: an alias takes over those of the value that it repeats."},
	recovery.PropertyBeforeDash:     {"a list cannot begin on the line of its tag or anchor %s", "Begin the list on a line of its own, or remove the tag or anchor."},
	recovery.EmptyName:              {"a text cannot begin with %s without quotes", quotingHelp},
	recovery.BadTag:                 {"the tag %s is unknown", "Remove it, or quote the text if it begins with the exclamation mark."},
	recovery.KeyColumn:              {"line %d fits neither the object above it nor anything around it", indentHelp},
	recovery.DashColumn:             {"this dash stands in another column than those of the list that begins in line %d", "Check its indentation: the dashes of one list stand in one column."},
	recovery.DashAsKey:              {"line %d begins a list where a key is expected", indentHelp},
	recovery.KeyOverLines: {"a key without a colon on its line",
		"Write a colon and a space behind the key. If the text goes on with the one above, indent it more than the key of that text; " +
			"and quote it if a colon belongs to it."},
	recovery.KeyTooLong: {"the key is longer than 1024 characters", "Shorten it, or quote the text if it is no key."},
	recovery.KeyInValue: {"the text that begins here goes on to a colon and a space, where no key can stand",
		"Quote the text if the colon belongs to it, as in description: 'Format: JSON'. " +
			"If it ends a key, check the indentation of this line and of the one above."},
	recovery.NoColon: {"a key without a colon",
		"Write a colon and a space behind the key. If the line goes on with the text above, indent it more than the key of that text."},
	recovery.NoDash:        {"line %d fits neither the list above it nor anything around it", indentHelp},
	recovery.EmptyItem:     {"a comma without anything in front of it", "Remove the comma, or write what is missing."},
	recovery.NoComma:       {"a comma is missing between the parts of the bracket of line %d", "Close the bracket, or put a comma in front of this."},
	recovery.NoSpaceBehind: {"a colon without a space behind it", "Write a space behind the colon."},
	recovery.OpenBracket: {"the bracket %s of line %d is not closed up to here",
		"Close it, and indent its further lines more than the key that it belongs to. If it begins a text, quote the text."},
	recovery.BlockInFlow: {"a list or an object without brackets cannot begin inside of brackets",
		"Often a comma is missing on this line: put it between the two keys or items. Otherwise write this in brackets as well."},
	recovery.TextStart: {"a text cannot begin with %s without quotes", quotingHelp},
	recovery.OpenQuote: {"the text in quotes that begins in line %d is not closed up to here",
		"Close it at the end of the text, with the same mark, and indent further lines of the text more than its key."},
	recovery.BadEscape: {"a backslash in double quotes begins an escape, and %s is none",
		"Use single quotes, in which a backslash is a character like any other, or write two backslashes."},
	recovery.BlockHeader: {"%s cannot stand on the line of a | or >, which begins a text of several lines", "Begin the text on the line below, or quote it if it begins with the | or >."},
	recovery.BlockIndent: {"the text of a | or > is indented too little here", "Indent all of its lines as much as the first one, and that more than the key."},
}

// unexpected is what to say about what cannot stand where it is, by its first
// character.
var unexpected = map[byte]wording{
	'-': {"a list cannot begin here", "Begin it on a line of its own, below its key. Quote a text that begins with a dash."},
	':': {"a colon that ends no key", "Write the key in front of it, or quote the text if the colon belongs to it."},
	'?': {"a question mark that begins no key", "Quote the text if the question mark belongs to it."},
	',': {"a comma outside of brackets", "Remove it, or quote the text if it belongs to it."},
	'}': {"this } closes no bracket", "Remove it, or quote the text if it belongs to it."},
	']': {"this ] closes no bracket", "Remove it, or quote the text if it belongs to it."},
	'%': {"a text cannot begin with %s without quotes", quotingHelp},
	'|': {"a text of several lines cannot begin here", "Begin it behind a key and a colon, or quote the text if the | belongs to it."},
	'>': {"a text of several lines cannot begin here", "Begin it behind a key and a colon, or quote the text if the > belongs to it."},
	'&': {"an anchor cannot stand here", plainHelp},
	'!': {"a tag cannot stand here", plainHelp},
	'*': {"a * cannot stand here, behind what has ended",
		"Quote the text as a whole, as in schedule: '*/5 * * * *'. Without quotes, a star at the beginning means something else in YAML."},
	'\t': {"a tab where only spaces may stand", "Indent with spaces: YAML forbids tabs there."},
}

// unexpectedText is what to say about any other token.
var unexpectedText = wording{"%s cannot stand here, behind what has ended",
	"If it belongs to the text in front of it, put all of that in single quotes, and write a ' inside of it twice. If it is something new, check the indentation of the line."}

// explain reports why the official reader finds no YAML: the keys that stand
// twice and the first other mistake. Where it sees none, the converter has found
// keys that are written in different ways, or the library an alias of nothing.
func (s *source) explain(said error, r *report) {
	text := newLines(s.file)
	if !r.trial {
		r.editor = &editor{text}
	}
	mistakes := recovery.Mistakes(string(s.file))
	for _, m := range mistakes {
		if r.full {
			return
		}
		if m.Kind == recovery.DuplicateKey {
			r.duplicateKey(duplicate{m.Token, text.position(text.behindBlank(m.Offset)), text.position(text.behindBlank(m.Other)), text.position(m.Offset)})
		} else {
			r.mistake(m, text)
			said = nil
		}
	}
	if len(mistakes) == 0 {
		for _, d := range s.duplicates {
			r.duplicateKey(d)
		}
	}
	if said != nil {
		r.libraryError(said)
	}
}

// duplicate is a key that stands twice in an object. The official reader sees it
// right behind what is in front of it, which may be on the line above.
type duplicate struct {
	key           string
	second, first Position
	official      Position
}

func (r *report) duplicateKey(d duplicate) {
	r.fail(ruleDuplicateKey, place{}, d.official,
		fmt.Sprintf("the key %s stands twice in one object, in line %d and in line %d", quote(d.key), d.first.Line, d.second.Line),
		"Keep one of the two, or check the indentation: the second may belong to another object.")
	r.offer("Remove the repeated key", r.editor.dropRepeated(d.first, d.second))
}

func (r *report) mistake(m recovery.Mistake, text *lines) {
	if m.Kind == recovery.SecondDocument {
		r.fail(ruleDocument, place{}, text.position(m.Offset), "a second document begins here",
			"Keep one document: remove the marker --- or ... and what belongs to the other document.")
		return
	}
	words, ok := wordings[m.Kind]
	if !ok {
		words = unexpectedText
		if m.Token != "" && unexpected[m.Token[0]].message != "" {
			words = unexpected[m.Token[0]]
		}
	}
	other := m.Other
	if other < 0 {
		other = m.Offset
	}
	line := text.position(other).Line
	help := words.help
	if m.Kind != recovery.TabIndent && text.tabIn(line) {
		help = "Indent line " + strconv.Itoa(line) + " with spaces only: it has a tab, which has no width in YAML. " + help
	}
	fill := strings.NewReplacer("%s", token(m), "%d", strconv.Itoa(line))
	r.fail(ruleSyntax, place{}, text.position(m.Offset), fill.Replace(words.message), fill.Replace(help))
	if r.editor == nil {
		return
	}
	switch {
	case m.Kind == recovery.TabIndent || text.tabIn(line):
		r.offer("Indent with spaces", r.editor.spacesForTabs())
	case m.Kind == recovery.DashColumn:
		r.offer("Move the dash to its list", r.editor.moveDash(text.position(m.Offset), text.position(m.Other)))
	default:
		r.offer("Quote the text", r.editor.quoteText(text.position(text.behindBlank(m.Offset)).Line))
	}
}

// token is what a message repeats: a character as it is, and a text in quotes.
func token(m recovery.Mistake) string {
	first, size := utf8.DecodeRuneInString(m.Token)
	if unicode.IsPrint(first) && (len(m.Token) == size || m.Kind == recovery.TextStart) {
		return string(first)
	}
	return quote(m.Token)
}

// libraryError reports what only the library complains about: an alias without
// its anchor, which the official reader finds once it has read the file.
func (r *report) libraryError(err error) {
	var said *yaml.LoadError
	if !errors.As(err, &said) {
		r.fail(ruleSyntax, place{}, Position{1, 1}, "the file is not YAML", otherHelp)
		return
	}
	if name, found := strings.CutPrefix(said.Message, "unknown anchor '"); found {
		name = strings.TrimSuffix(name, "' referenced")
		r.fail(ruleAlias, place{}, positionOf(said.Mark), fmt.Sprintf("there is no anchor %s for the alias %s", quote("&"+name), quote("*"+name)),
			strings.ReplaceAll(quotingHelp, "%s", "a star at the beginning"))
		if r.editor != nil {
			r.offer("Quote the text", r.editor.quoteText(positionOf(said.Mark).Line))
		}
		return
	}
	r.fail(ruleSyntax, place{}, positionOf(said.Mark), "the file is not YAML: "+said.Message, otherHelp)
}

func positionOf(m yaml.Mark) Position { return Position{max(m.Line, 1), max(m.Column, 1)} }
