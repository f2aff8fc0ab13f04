// Package documents has the checks about what a reader finds beside the code: the
// license, how to install, what changed, and whom to tell about a hole.
package documents

import "github.com/greenroom-registry/greenroom/internal/check"

// Checks lists the family.
func Checks() []check.Check {
	return []check.Check{
		license,
		readme,
		changelog,
		security,
	}
}
