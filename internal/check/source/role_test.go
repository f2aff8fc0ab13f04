package source_test

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

func TestRoleOf(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]source.Role{
		"index.js":                          source.Released,
		"src/contest.js":                    source.Released,
		"src/connector/actions.ts":          source.Released,
		"src/Contest.java":                  source.Released,
		"src/test/java/Main.java":           source.Test,
		"Tests/a.py":                        source.Test,
		"src/a.spec.ts":                     source.Test,
		"src/MainTest.java":                 source.Test,
		"src/it/java/com/example/Main.java": source.Test,
		"src/integrationTest/java/com/example/Main.java": source.Test,
		"src/main/java/com/example/Main.java":            source.Released,
		"a/src/test/java/com/example/Main.java":          source.Test,
		"src/LoginIT.java":                               source.Test,
		"test_a.py":                                      source.Test,
		"a_test.go":                                      source.Test,
		"jest.config.js":                                 source.Tool,
		"gulpfile.js":                                    source.Tool,
		"webpack.dev.js":                                 source.Tool,
		"src/types.d.ts":                                 source.Tool,
		"scripts/test/a.js":                              source.Tool,
		"docs/a.js":                                      source.Document,
		"examples/plain/src/main.js":                     source.Document,
	} {
		if got := source.RoleOf(file); got != want {
			t.Errorf("%s: %d, want %d", file, got, want)
		}
	}
}
