// Package check is the engine that judges the tree of a connector: the same on
// a laptop, in CI and on the server. It reads the tree that it is given and
// nothing else: no store, no network, no git.
//
// The checks themselves live in the package checks, one file each; they are
// handed to [New].
package check

import (
	"context"
	"io/fs"
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
	// Run reports what it finds. It returns an error only for trouble of our
	// own, such as a tree that cannot be read: whatever is wrong with the
	// connector is a finding.
	Run func(*Pass) error
}

// Family is the part of the id before the slash.
func (c Check) Family() string { return familyOf(c.ID) }

func familyOf(rule string) string {
	family, _, _ := strings.Cut(rule, "/")
	return family
}

// Pass is one run of one check on one tree.
type Pass struct {
	// Context ends when the run has to. The tree fails to read from then on,
	// so only a check that computes for long has to look at it.
	Context context.Context
	// Tree is the repository at the commit, its root the repository's.
	Tree fs.FS
	// Spec is the connect.yaml of the tree.
	Spec *connectyaml.Spec

	check    Check
	findings []api.Finding
}

// Report adds a finding. The rule is the check's, and so is the help where the
// finding has none.
func (p *Pass) Report(f api.Finding) {
	f.Rule = p.check.ID
	if f.Help == "" {
		f.Help = p.check.Fix
	}
	p.findings = append(p.findings, f)
}
