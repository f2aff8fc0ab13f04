package layout

import (
	"path"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

// neededToBuild is false of documents, of what tests read, and of hidden files,
// save those that package managers read. What is wrong with them does not stop a
// deployment.
func neededToBuild(file string) bool {
	if isReadBeside(file) {
		return false
	}
	name := path.Base(file)
	if strings.HasPrefix(name, ".") {
		return slices.Contains([]string{".npmrc", ".yarnrc", ".yarnrc.yml", ".env"}, name)
	}
	stem := strings.ToUpper(strings.TrimSuffix(name, path.Ext(name)))
	return path.Ext(name) != ".md" && !slices.Contains([]string{"LICENSE", "NOTICE", "README", "CHANGELOG"}, stem)
}

// isReadBeside tells whether people and tests read a file of an application, not
// the application.
func isReadBeside(file string) bool {
	role := source.RoleOf(below(file))
	return role == source.Test || role == source.Document
}

// below is the path of a file inside the folder of its application.
func below(file string) string {
	_, below, _ := strings.Cut(file, "/")
	return below
}
