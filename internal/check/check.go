// Package check is the engine that judges the tree of a connector: the same on
// a laptop, in CI and on the server. It reads the tree that it is given and
// nothing else: no store, no network, no git.
//
// The checks themselves live in the package checks, one file each; they are
// handed to [New].
package check

import "strings"

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
