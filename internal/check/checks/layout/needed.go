package layout

import (
	"path"
	"slices"
	"strings"
)

// readBeside are names of folders whose files people and tests read, not the
// application.
var readBeside = []string{"doc", "docs", "test", "tests", "__tests__", "e2e", "fixtures"}

// neededToBuild is false of documents, of what tests read, and of hidden files,
// save those that package managers read. What is wrong with them does not stop a
// deployment.
func neededToBuild(file string) bool {
	if inFolderOf(file, readBeside) {
		return false
	}
	name := path.Base(file)
	if strings.HasPrefix(name, ".") {
		return slices.Contains([]string{".npmrc", ".yarnrc", ".yarnrc.yml", ".env"}, name)
	}
	stem := strings.ToUpper(strings.TrimSuffix(name, path.Ext(name)))
	return path.Ext(name) != ".md" && !slices.Contains([]string{"LICENSE", "NOTICE", "README", "CHANGELOG"}, stem)
}

// inFolderOf tells whether one of the folders on the way to a file of an
// application has one of the names; the application's own does not count.
func inFolderOf(file string, names []string) bool {
	_, below, _ := strings.Cut(path.Dir(file), "/")
	return slices.ContainsFunc(strings.Split(below, "/"), func(part string) bool { return slices.Contains(names, part) })
}
