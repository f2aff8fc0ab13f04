package hygiene

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var testsPresent = check.Check{
	ID:    "hygiene/tests-present",
	Title: "Each application with code has tests",
	Why: "A connector runs in the orders and carts of many shops. Without a test nobody can tell whether a release still " +
		"does what the last one did. Files count as tests by the names that test runners look for, such as *.test.ts or a " +
		"folder test; a folder of tests at the root of the repository counts for every application.",
	Fix:            "Add a test of what the application computes, and a command that runs it, such as \"test\": \"node --test\" under scripts.",
	RunApplication: runTestsPresent,
}

// buildFiles tell an application that is built from code.
var buildFiles = []string{"package.json", "pom.xml", "build.gradle", "build.gradle.kts", "requirements.txt", "pyproject.toml", "go.mod"}

func runTestsPresent(p *check.Pass) error {
	folder, err := check.Folder(p.Tree, p.Application.Name)
	if err != nil {
		return err
	}
	build := slices.IndexFunc(folder, func(e fs.DirEntry) bool { return slices.Contains(buildFiles, e.Name()) })
	if build < 0 {
		return nil
	}
	root, err := fs.ReadDir(p.Tree, ".")
	if err != nil || slices.ContainsFunc(root, holdsTests) {
		return err
	}
	code, tests := 0, 0
	whole, err := source.Visit(p, func(f source.File) error {
		switch {
		case f.Role == source.Test:
			tests++
		case f.Role == source.Released && f.Language != 0:
			code++
		}
		return p.Context.Err()
	})
	if err != nil || !whole || tests > 0 || code == 0 {
		return err
	}
	p.Report(api.Finding{
		Type:    api.EntryInformation,
		Message: fmt.Sprintf("application %q has code and no test", p.Application.Name),
		File:    path.Join(p.Application.Name, folder[build].Name()),
	})
	return nil
}

// holdsTests tells whether an entry is a folder of tests.
func holdsTests(e fs.DirEntry) bool {
	return e.IsDir() && source.RoleOf(e.Name()+"/index.js") == source.Test
}
