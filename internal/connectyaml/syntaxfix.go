package connectyaml

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/fix"
)

// keyAndText is a line with a key and a text without quotes, and a comment.
var keyAndText = regexp.MustCompile(`^( *(?:- +)?)([A-Za-z_]+:[ \t]+)([^ \t'"|>&!\[{#].*?)((?:[ \t]+#.*)?[ \t]*)$`)

var (
	// prose are the keys whose texts may say anything, a colon too.
	prose = regexp.MustCompile(`^(?:description|default|postDeploy|preUndeploy):`)
	// joined is a key in a text: rather a line end is missing there than quotes.
	joined = regexp.MustCompile(`\b(?:key|description|required|default|name|applicationType|endpoint|configuration|scripts|postDeploy|preUndeploy): `)
	anchor = regexp.MustCompile(`(?m)(?:^|[ \t\[{,])&[^ \t\r\n]`)
)

// quoteText quotes the text of a line that YAML takes for something else: one that
// begins with a sign or has a colon inside. It does not if the text goes on below, if
// it may be part of brackets, or if there are anchors, so that an alias was meant.
func (e *editor) quoteText(line int) []api.Edit {
	start := e.starts[line-1]
	m := keyAndText.FindSubmatchIndex(e.rest(start))
	if m == nil {
		return nil
	}
	at := stretch{start + m[6], start + m[7]}
	text := string(e.text[at.from:at.to])
	sign := strings.IndexByte("*@`%", text[0]) >= 0
	colon := strings.Contains(text, ": ") && prose.Match(e.text[start+m[4]:at.from]) && !joined.MatchString(text)
	if !sign && !colon || strings.IndexByte(",]}", text[len(text)-1]) >= 0 || anchor.Match(e.text) || e.lastLine(line, m[3]) != line {
		return nil
	}
	return e.edit(at, singleQuoted(text))
}

// tabWidths are how wide a tab may have been meant to be.
var tabWidths = []int{2, 4, 8}

// spacesForTabs indents with spaces. It does so where every width of a tab gives the
// same tree, or no tree at all.
func (e *editor) spacesForTabs() []api.Edit {
	var edits []api.Edit
	var tree *node
	for _, width := range tabWidths {
		with, text := e.withTabsOf(width)
		root, _ := read(text, &report{trial: true})
		if root == nil {
			continue
		}
		if tree != nil && !tree.same(root) {
			return nil
		}
		if tree == nil {
			tree, edits = root, with
		}
	}
	return edits
}

func (e *editor) withTabsOf(width int) ([]api.Edit, []byte) {
	var edits []api.Edit
	var text []byte
	for i, start := range e.starts {
		end := len(e.text)
		if i+1 < len(e.starts) {
			end = e.starts[i+1]
		}
		line := e.text[start:end]
		in := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
		if bytes.IndexByte(in, '\t') >= 0 && len(bytes.TrimSpace(line)) > 0 {
			spaces := strings.ReplaceAll(string(in), "\t", strings.Repeat(" ", width))
			edits = append(edits, e.edit(stretch{start, start + len(in)}, spaces)...)
			text = append(text, spaces...)
			line = line[len(in):]
		}
		text = append(text, line...)
	}
	return edits, text
}

// moveDash moves an item to the column of the list that begins at the other place.
// The dash stands between that of the list and what is behind it, so that no other
// list can be meant. Either its line alone is out of place or all of the item is.
func (e *editor) moveDash(dash, list Position) []api.Edit {
	behind := bytes.TrimLeft(bytes.TrimPrefix(e.rest(e.offset(list)), []byte("-")), " ")
	by, width := dash.Column-list.Column, len(e.rest(e.offset(list)))-len(behind)
	if by <= 0 || by >= width || strings.Trim(e.before(e.offset(dash)), " ") != "" {
		return nil
	}
	var edits []api.Edit
	var tree *node
	for _, last := range []int{dash.Line, e.lastLine(dash.Line, list.Column-1)} {
		moved := e.outdented(dash.Line, last, by)
		text, err := fix.Text(e.text, moved)
		if err != nil {
			continue
		}
		root, _ := read(text, &report{trial: true})
		switch {
		case root == nil:
		case tree == nil:
			tree, edits = root, moved
		case !tree.same(root):
			return nil
		}
	}
	return edits
}

// outdented takes spaces away from lines, both named ones included.
func (e *editor) outdented(first, last, by int) []api.Edit {
	var edits []api.Edit
	for line := first; line <= last; line++ {
		start := e.starts[line-1]
		if indentOf(e.text[start:]) >= by {
			edits = append(edits, e.edit(stretch{start, start + by}, "")...)
		}
	}
	return edits
}

// simpleLine is a key and a value that are written on one line.
var simpleLine = regexp.MustCompile(`^[A-Za-z_]+:[ \t]+[^ \t|>&!*\[{#]`)

// dropRepeated removes the line of a key that stands twice, if both lines say the
// same.
func (e *editor) dropRepeated(first, second Position) []api.Edit {
	if e == nil {
		return nil
	}
	one, two := e.rest(e.offset(first)), e.rest(e.offset(second))
	line := second.Line
	if !bytes.Equal(one, two) || !simpleLine.Match(two) || strings.Trim(e.before(e.offset(second)), " ") != "" ||
		e.lastLine(line, second.Column-1) != line {
		return nil
	}
	return e.dropLines(line, line)
}
