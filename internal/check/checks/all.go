// Package checks lists the checks of a connector's tree. Each family has a folder
// of its own, with one file for each check.
package checks

import (
	"slices"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks/documents"
	"github.com/greenroom-registry/greenroom/internal/check/checks/environment"
	"github.com/greenroom-registry/greenroom/internal/check/checks/hygiene"
	"github.com/greenroom-registry/greenroom/internal/check/checks/layout"
	"github.com/greenroom-registry/greenroom/internal/check/checks/scripts"
	"github.com/greenroom-registry/greenroom/internal/check/checks/secrets"
)

// All lists the checks in the order in which they run. A new check is one file in
// the folder of its family, one line in the family's Checks, and good and bad
// trees under testdata; a new family is a line here too.
func All() []check.Check {
	return slices.Concat(
		layout.Checks(),
		secrets.Checks(),
		documents.Checks(),
		environment.Checks(),
		scripts.Checks(),
		hygiene.Checks(),
	)
}

// Prepare loads what the checks need, for which the first run would wait. It may be
// called while something runs.
func Prepare() { secrets.Prepare() }
