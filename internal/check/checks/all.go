// Package checks holds the checks about a connector's tree, one file each.
package checks

import "github.com/greenroom-registry/greenroom/internal/check"

// All lists the checks in the order in which they run. A new check is one file
// here, one line below, and good and bad trees under testdata.
func All() []check.Check {
	return []check.Check{
		applicationFolder,
		buildFile,
		startCommand,
	}
}
