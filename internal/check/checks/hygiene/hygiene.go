// Package hygiene has the checks of what is left in code by accident, and of what a
// released application should have beside its code. Nothing here stops a
// deployment.
package hygiene

import (
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

// Checks lists the family.
func Checks() []check.Check {
	return []check.Check{
		hardCodedHost,
		hardCodedToken,
		debugLogging,
		openTodo,
		sessionInMemory,
		apiClientScopes,
		testsPresent,
	}
}

// released visits the source files that are part of the application as it runs.
func released(p *check.Pass, visit func(source.File)) error {
	_, err := source.Visit(p, func(f source.File) error {
		if f.Role == source.Released && f.Language != 0 {
			visit(f)
		}
		return p.Context.Err()
	})
	return err
}
