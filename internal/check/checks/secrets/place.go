package secrets

import (
	"path"
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

var exampleFile = regexp.MustCompile(`(?i)(?:[._-](?:test|tests|spec|mock|mocks|fixture|fixtures|example|sample|template|dist)(?:\.|$)|\.(?:md|mdx|rst|adoc|txt)$)`)

// isExample tells whether the file is for tests or for readers: what looks like a
// secret there is often made up.
func (l leak) isExample() bool {
	role := source.RoleOf(l.file)
	return role == source.Test || role == source.Document || exampleFile.MatchString(path.Base(l.file))
}

// isEnvironment tells whether the file is one from which a process takes real
// values: .env, .env.local, .env.production.
func (l leak) isEnvironment() bool {
	name := path.Base(l.file)
	return (name == ".env" || strings.HasPrefix(name, ".env.")) && !l.isExample()
}
