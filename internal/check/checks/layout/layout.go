// Package layout has the checks about where things are in the repository, and
// whether each application can be built and started from its folder.
package layout

import "github.com/greenroom-registry/greenroom/internal/check"

// Checks lists the family.
func Checks() []check.Check {
	return []check.Check{
		applicationFolder,
		buildFile,
		startCommand,
		undeclaredApplication,
		undeclaredPackage,
		lockFile,
		outsideDependency,
		submodule,
		lfsPointer,
		symlink,
		largeFile,
		vendored,
	}
}
