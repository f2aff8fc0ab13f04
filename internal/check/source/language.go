// Package source reads the source code of an application as tokens, in which
// comments and texts are told apart from code. It knows as much of each language as
// that needs; it judges nothing.
package source

import (
	"path"
	"strings"
)

// Language is one that the lexer knows.
type Language int

// The languages; JavaScript is TypeScript and JSX too.
const (
	JavaScript Language = iota + 1
	Python
	Java
	Go
)

var byExtension = map[string]Language{
	".js": JavaScript, ".mjs": JavaScript, ".cjs": JavaScript, ".jsx": JavaScript,
	".ts": JavaScript, ".mts": JavaScript, ".cts": JavaScript, ".tsx": JavaScript,
	".py": Python, ".java": Java, ".go": Go,
}

// LanguageOf is that of a file by its name, 0 when it is of none.
func LanguageOf(name string) Language { return byExtension[strings.ToLower(path.Ext(name))] }
