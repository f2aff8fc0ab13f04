// Package report renders the result of a validation in the forms in which it is
// shown: one file for each. Given the same it gives the same bytes.
//
// What a repository holds was written by strangers, and so was much of what
// findings say: no form lets it be more than text.
package report

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
)

// Subject is what was judged, and the result.
type Subject struct {
	// Path is what the caller named it by; "": it needs no name, as the one run that
	// a server was asked about.
	Path string
	// Base is put before the files of findings where a form needs them as seen from
	// the root of the caller's repository: "connectors/tax". It has forward slashes.
	Base string
	// Repository and Tag are of a release; "" for what is on this machine.
	Repository, Tag string
	Report          api.Report
	// Applications is how many a valid connect.yaml has.
	Applications int
	// Outcomes are those of the families of checks; nil: they are not known.
	Outcomes []check.Outcome
}

// Place is where a finding stands: FILE:LINE:COLUMN, or FILE alone where there is
// no position, as for a missing file.
func Place(f api.Finding) string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
}

// file is where a finding's file is, as seen from the root of the caller's
// repository, with forward slashes also where the caller named a file by others; ""
// for a finding about no file.
func (s Subject) file(name string) string {
	name = filepath.ToSlash(name)
	if name == "" || s.Base == "" {
		return name
	}
	return path.Join(s.Base, name)
}

// group is what there is to say about one application, or about the whole.
type group struct {
	application string // "": the whole
	findings    []api.Finding
}

// groups takes findings apart by application: first those about the whole, then
// the applications in the order in which they are found. Within a group the
// findings keep their order.
func groups(findings []api.Finding) []group {
	var all []group
	for _, f := range findings {
		i := slices.IndexFunc(all, func(g group) bool { return g.application == f.Application })
		if i < 0 {
			i = len(all)
			all = append(all, group{application: f.Application})
		}
		all[i].findings = append(all[i].findings, f)
	}
	slices.SortStableFunc(all, func(a, b group) int {
		return cmp.Compare(min(1, len(a.application)), min(1, len(b.application)))
	})
	return all
}

// levels are what people and SARIF call the severities, the worst first.
var levels = [...]string{"error", "warning", "note"}

// levelOf is the index in levels of a severity. One that this version does not know
// is a note: it fails no run.
func levelOf(t api.ReportEntryType) int {
	switch t {
	case api.EntryError:
		return 0
	case api.EntryWarning:
		return 1
	default:
		return 2
	}
}

// tally counts findings by their levels.
func tally(findings []api.Finding) (counts [len(levels)]int) {
	for _, f := range findings {
		counts[levelOf(f.Type)]++
	}
	return counts
}

// Counts says how many findings there are of each type, the most severe first: "1
// error, 2 warnings"; "" when there are none.
func Counts(findings []api.Finding) string { return strings.Join(counted(findings), ", ") }

// counted says how many findings of which severity there are, without the zeros.
func counted(findings []api.Finding) []string {
	var parts []string
	for i, n := range tally(findings) {
		if n > 0 {
			parts = append(parts, count(n, levels[i]))
		}
	}
	return parts
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// verdict is the result in a few words: "not valid (1 error, 2 warnings)".
func (s Subject) verdict() string {
	text := "not valid"
	var parts []string
	if s.Report.Valid {
		text = "valid"
		if s.Applications > 0 {
			parts = append(parts, count(s.Applications, "application"))
		}
	}
	if parts = append(parts, counted(s.Report.Findings)...); len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	return text
}
