// Package check is the engine that judges the tree of a connector: the same on
// a laptop, in CI and on the server. It reads the tree that it is given and
// nothing else: no store, no network, no git.
//
// The checks themselves live in the package checks, one file each; they are
// handed to [New].
package check

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// Check is one rule about a tree whose connect.yaml obeys the grammar.
type Check struct {
	// ID is the stable name of the rule, a family and a name:
	// "layout/application-folder". People filter by it, so it never changes.
	ID string
	// Title says in one line what holds when the check is content.
	Title string
	// Why says what goes wrong otherwise, and where the rule comes from.
	Why string
	// Fix says how to repair it; it is the help of findings that bring none.
	Fix string
	// Data names what the verdict depends on beside our own code, such as the rules
	// of a library and their version: "gitleaks v8.30.1". It is part of the ruleset.
	Data string
	// Run judges the tree as a whole, RunApplication one application of it: a
	// check has one of them. They return an error only for trouble of our own,
	// such as a tree that cannot be read: whatever is wrong with the connector is
	// a finding.
	//
	// RunApplication sees the application's folder, the names at the root and the
	// files there; so its findings hold as long as those stay the same.
	Run            func(*Pass) error
	RunApplication func(*Pass) error
}

// Family is the part of the id before the slash.
func (c Check) Family() string { return familyOf(c.ID) }

func familyOf(rule string) string {
	family, _, _ := strings.Cut(rule, "/")
	return family
}

// Pass is one run of one check on one tree, or on one application of it.
type Pass struct {
	// Context ends when the run has to. The tree fails to read from then on,
	// so only a check that computes for long has to look at it.
	Context context.Context
	// Tree is the repository at the commit, its root the repository's.
	Tree fs.FS
	// Spec is the connect.yaml of the tree.
	Spec *connectyaml.Spec
	// Application is the one to judge, and Index its place in Spec.Applications;
	// nil in a Run of the whole tree.
	Application *connectyaml.Application
	Index       int

	check    Check
	findings []api.Finding
	// left counts those beyond the bound; worst is the most severe of them.
	left    int
	worst   api.Finding
	secrets []string
}

// Bounds of what one check says of one tree or application.
const (
	maxFindings = 200
	maxMessage  = 2000 // in bytes
)

// Report adds a finding. The rule is the check's, and so are the application and
// the help where the finding has none. The engine adds the snippet, unless the
// finding brings one. Of more than 200 findings the rest is counted, and of a
// message the first 2000 bytes are kept.
func (p *Pass) Report(f api.Finding) {
	f.Rule = p.check.ID
	f.Help = cmp.Or(f.Help, p.check.Fix)
	if p.Application != nil {
		f.Application = cmp.Or(f.Application, p.Application.Name)
	}
	if len(f.Message) > maxMessage {
		f.Message = strings.ToValidUTF8(f.Message[:maxMessage], "") + "…"
	}
	if len(p.findings) < maxFindings {
		p.findings = append(p.findings, f)
		return
	}
	if p.left == 0 || rank(f.Type) < rank(p.worst.Type) {
		p.worst = f
	}
	p.left++
}

// reported are the findings, the last of which tells of those that were left out,
// as severe as the worst of them.
func (p *Pass) reported() []api.Finding {
	if p.left == 0 {
		return p.findings
	}
	rest := p.worst
	rest.Message = fmt.Sprintf("%d more findings of this rule are left out, of which this is one: %s", p.left, rest.Message)
	return append(p.findings, rest)
}

func rank(severity api.ReportEntryType) int {
	return slices.Index([]api.ReportEntryType{api.EntryError, api.EntryWarning, api.EntryInformation}, severity)
}

// Redact keeps a text out of everything that the run says: no message and no
// snippet of any check repeats it.
func (p *Pass) Redact(secret string) { p.secrets = append(p.secrets, secret) }
