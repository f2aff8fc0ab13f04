// Package environment has the checks of the variables that the code of an
// application reads, and of those that connect.yaml declares.
package environment

import "github.com/greenroom-registry/greenroom/internal/check"

// Checks lists the family.
func Checks() []check.Check {
	return []check.Check{
		undeclared,
		unused,
		secretInStandard,
		reserved,
	}
}
