package connectyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
)

const (
	// maxFindings bounds a report: the first ones tell what is wrong.
	maxFindings = 500
	// maxName is how long an application's name can be, in bytes.
	maxName = 256
	// maxQuoted is how many characters of a value a message repeats.
	maxQuoted = 200
)

// report collects findings.
type report struct {
	findings []api.Finding
	failed   bool // there is an Error
	full     bool // findings were left out
	// end is that of the file. The library may look for more behind it.
	end Position
	// editor makes the edits of fixes, nil when there can be none.
	editor *editor
	// trial says that nobody wants fixes: one is tried.
	trial bool
}

func (p Position) before(q Position) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

// place is what a finding is about: the path of a value from the root, and the
// application that it belongs to, if any.
type place struct {
	path        []string
	application string
}

// at is the place of a value below p.
func (p place) at(keys ...string) place {
	p.path = slices.Concat(p.path, keys)
	return p
}

// ofFile is where the official parser sees what concerns several parts.
func (p place) ofFile() place {
	p.path = nil
	return p
}

// String is how the official parser prints a path.
func (p place) String() string {
	if len(p.path) == 0 {
		return "file content"
	}
	return strings.Join(p.path, ".")
}

func (r *report) fail(rule string, p place, pos Position, message, help string) {
	r.failed = true
	r.add(api.EntryError, rule, p, pos, message, help)
}

func (r *report) warn(rule string, p place, pos Position, message, help string) {
	r.add(api.EntryWarning, rule, p, pos, message, help)
}

func (r *report) add(t api.ReportEntryType, rule string, p place, pos Position, message, help string) {
	if len(r.findings) == maxFindings-1 { // one place is kept, to say so
		r.full = true
		return
	}
	if r.end.before(pos) {
		pos = r.end
	}
	r.findings = append(r.findings, api.Finding{
		Rule: rule, Type: t, Message: fmt.Sprintf("[%s]: %s", shorten(p.String()), message), Help: help,
		File: FileName, Line: pos.Line, Column: pos.Column, Application: p.application,
	})
}

// sorted are the findings by their place in the file.
func (r *report) sorted() []api.Finding {
	slices.SortStableFunc(r.findings, func(a, b api.Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Rule, b.Rule))
	})
	if !r.full {
		return r.findings
	}
	last := r.findings[len(r.findings)-1]
	return append(r.findings, api.Finding{
		Rule: ruleTooMany, Type: api.EntryInformation, File: FileName, Line: last.Line, Column: last.Column,
		Message: fmt.Sprintf("[file content]: there are more than %d findings; the others are left out", maxFindings-1),
		Help:    "Repair the findings above, then check again.",
	})
}

// applicationName is what a finding names an application, "" when it has no
// name. A name that is too long to be one is cut.
func applicationName(app *node) string {
	name := app.get("name").asText()
	if len(name) > maxName {
		return shorten(name)
	}
	return name
}

// quote repeats a text of the file in a message.
func quote(s string) string { return strconv.Quote(shorten(s)) }

// shorten cuts a text of the file at maxQuoted characters.
func shorten(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxQuoted {
			return s[:i] + "…"
		}
	}
	return s
}
