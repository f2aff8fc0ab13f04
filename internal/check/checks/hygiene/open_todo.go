package hygiene

import (
	"fmt"
	"regexp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var openTodo = check.Check{
	ID:    "hygiene/open-todo",
	Title: "Released code has no open notes",
	Why: "A comment that begins with TODO, FIXME or XXX says that something is unfinished or known to be wrong. Whoever " +
		"judges or deploys the release cannot tell whether it matters. It is told once for each file.",
	Fix:            "Do what the note asks, or move it to the tracker and link to it from the README.",
	RunApplication: runOpenTodo,
}

// openNote is a mark at the beginning of a line, or what is written like one. Not
// meant is a part of a word or form: TODO-list, XXX-XX-XXXX.
var openNote = regexp.MustCompile(`(?m)(?:^|/\*|//|#)[\s/*#@!-]*(TODO|FIXME|XXX)(?:[^\w.,/-]|[.,/-]\W|[.,/-]?$)|\b(TODO|FIXME|XXX)(?:\([^)\n]*\))?:`)

func runOpenTodo(p *check.Pass) error {
	var found []api.Finding
	err := released(p, func(f source.File) {
		var open places
		mark := ""
		for _, t := range f.Tokens() {
			if t.Kind != source.Comment {
				continue
			}
			for _, m := range openNote.FindAllStringSubmatchIndex(t.Text, -1) {
				from, to := max(m[2], m[4]), max(m[3], m[5])
				if open.count == 0 {
					mark = t.Text[from:to]
				}
				open.add(f, within(t, from))
			}
		}
		if open.count > 0 {
			found = append(found, open.finding(fmt.Sprintf("application %q has an open %s in %s", p.Application.Name, mark, &open)))
		}
	})
	p.ReportFew(p.Application.Name, found)
	return err
}

// within is the place at an offset of a token's text, which begins where the token
// does.
func within(t source.Token, offset int) source.Token {
	for _, r := range t.Text[:offset] {
		if r == '\n' {
			t.Line++
			t.Column = 1
		} else {
			t.Column++
		}
	}
	return t
}
