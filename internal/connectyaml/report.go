package connectyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/greenroom-registry/greenroom/api"
)

const (
	// maxFindings bounds a report: the first ones tell what is wrong.
	maxFindings = 500
	// maxQuoted is how many characters of a value a message repeats.
	maxQuoted = 200
)

// report collects findings.
type report struct {
	findings []api.Finding
	failed   bool // an Error was added
	full     bool
}

// place is where a finding is: its path in the object tree, and its
// application.
type place struct {
	path        []string
	application string
}

// at is the place of a part of the value at p.
func (p place) at(key string) place {
	p.path = append(slices.Clip(p.path), key)
	return p
}

func (p place) index(i int) place { return p.at(strconv.Itoa(i)) }

// String is the official way to print a path.
func (p place) String() string {
	if len(p.path) == 0 {
		return "file content"
	}
	return strings.Join(p.path, ".")
}

// fail adds an Error at a position of the file.
func (r *report) fail(rule string, p place, pos Position, message, help string) {
	r.failed = true
	r.add(api.EntryError, rule, p, pos, message, help)
}

func (r *report) warn(rule string, p place, pos Position, message, help string) {
	r.add(api.EntryWarning, rule, p, pos, message, help)
}

func (r *report) add(t api.ReportEntryType, rule string, p place, pos Position, message, help string) {
	if len(r.findings) == maxFindings-1 {
		r.full = true
		return
	}
	r.findings = append(r.findings, api.Finding{
		Rule: rule, Type: t, Message: fmt.Sprintf("[%s]: %s", p, message), Help: help,
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
		Rule: ruleTooMany, Type: api.EntryError, File: FileName, Line: last.Line, Column: last.Column,
		Message: fmt.Sprintf("[file content]: more than %d findings; the others are left out", maxFindings-1),
		Help:    "Fix the findings above first.",
	})
}

// quote repeats a value of the file in a message.
func quote(s string) string {
	if utf8.RuneCountInString(s) > maxQuoted {
		s = string([]rune(s)[:maxQuoted]) + "…"
	}
	return strconv.Quote(s)
}
