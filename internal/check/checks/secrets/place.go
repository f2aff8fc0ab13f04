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

var madeUpWord = regexp.MustCompile(`(?i)dummy|example|sample|change[-_]?me|placeholder|your[-_]`)

// isMadeUp tells whether nobody would have such a secret: it says so itself, or runs
// through the keyboard like 1234567890abcdef.
func (l leak) isMadeUp() bool {
	if madeUpWord.MatchString(l.secret) {
		return true
	}
	inOrder := 0
	for i := 1; i < len(l.secret); i++ {
		before, c := l.secret[i-1], l.secret[i]
		if c == before || c == before+1 || before == '9' && c == '0' || before == '0' && (c == 'a' || c == 'A') {
			inOrder++
		}
	}
	return 4*inOrder >= 3*(len(l.secret)-1)
}
