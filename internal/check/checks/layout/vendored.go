package layout

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var vendored = check.Check{
	ID:    "layout/vendored",
	Title: "What tools install or compile is not committed",
	Why: "The build installs dependencies and compiles the code itself. What is committed of that (node_modules, a " +
		"virtual environment of Python, Maven's target, programs and libraries for one machine) goes stale, may not " +
		"fit the machine that the application runs on, and cannot be reviewed.",
	Fix:            "Take it out of the repository (git rm -r --cached PATH) and name it in .gitignore.",
	RunApplication: runVendored,
}

// binaries are the endings of files that a compiler or linker writes.
var binaries = []string{".exe", ".dll", ".so", ".dylib", ".jar", ".war", ".class"}

func runVendored(p *check.Pass) error {
	var found []api.Finding
	err := walkApplication(p, func(file string, entry fs.DirEntry) error {
		var message string
		switch {
		case entry.IsDir():
			filled, err := isVendored(p.Tree, file)
			if err != nil || !filled {
				return err
			}
			message = fmt.Sprintf("%q is committed: a tool fills it", file)
		case entry.Type().IsRegular() && slices.Contains(binaries, path.Ext(file)) && !keptOnPurpose(file):
			message = fmt.Sprintf("%q is committed: it is a compiled file", file)
		default:
			return nil
		}
		found = append(found, api.Finding{Type: api.EntryWarning, Message: message, File: file})
		return nil
	})
	p.ReportFew(p.Application.Name, found)
	return err
}

// vendoredName tells whether a folder of that name is always filled by a tool.
func vendoredName(name string) bool { return name == "node_modules" || name == ".venv" }

// isVendored tells whether a tool fills the folder; target is Maven's only beside
// a pom.xml, and the folder of a virtual environment bears its settings.
func isVendored(tree fs.FS, folder string) (bool, error) {
	switch path.Base(folder) {
	case "node_modules", ".venv":
		return true, nil
	case "target":
		beside, err := fs.ReadDir(tree, path.Dir(folder))
		return check.Find(beside, "pom.xml") != nil, err
	case "venv":
		inside, err := fs.ReadDir(tree, folder)
		return check.Find(inside, "pyvenv.cfg") != nil, err
	}
	return false, nil
}

// keptOnPurpose holds for the wrappers of Gradle and Maven, which their manuals
// ask to commit, for what tests read, and for what is inside a folder that is
// reported as a whole.
func keptOnPurpose(file string) bool {
	switch path.Base(file) {
	case "gradle-wrapper.jar", "maven-wrapper.jar":
		return true
	}
	return isReadBeside(file) || source.Within(below(file), "target", "venv", ".yarn")
}
