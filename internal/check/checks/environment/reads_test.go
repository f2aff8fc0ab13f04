package environment

import (
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

// Whatever the code is, an access bears a name that could be a key, inside the file.
func FuzzAccesses(f *testing.F) {
	for _, seed := range []string{
		"const {A, B: b = 1, ...c} = process.env", "}=process.env", "process.env[", "if (!process.env.AB) throw", "a = process.env.AB; a || b",
		"os.environ['AB'] if", "'AB' in os.environ", "os.getenv(", "System.getenv(\"AB\")", "os.Getenv(`AB`)", "f(g(process.env.AB as string | a, 1))",
	} {
		for language := source.JavaScript; language <= source.Go; language++ {
			f.Add(int(language), seed)
		}
	}
	f.Fuzz(func(t *testing.T, language int, text string) {
		found, _ := accesses(source.File{Language: source.Language(language), Text: text})
		for _, a := range found {
			if !isName.MatchString(a.key) || a.need < optional || a.need > written || a.line < 1 || a.line > 1+strings.Count(text, "\n") || a.column < 1 {
				t.Errorf("%+v", a)
			}
		}
	})
}
