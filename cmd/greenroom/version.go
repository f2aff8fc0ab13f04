package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
)

type versionCommand struct{}

// Run prints what this binary is, and the rules that it judges by: two binaries
// with one ruleset give one verdict.
func (versionCommand) Run(io streams) error {
	_, err := fmt.Fprintf(io.out, "greenroom %s\nruleset %s\n%s %s/%s\n",
		version(), check.New(checks.All()...).Ruleset(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// stamped is the version that make release and the Dockerfile give the binary.
var stamped string

// version is the one that was stamped, that of the module, or the commit that it
// was built from.
func version() string {
	if stamped != "" {
		return stamped
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown origin"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "commit " + s.Value
		}
	}
	return "development build"
}
