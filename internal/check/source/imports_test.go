package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

func TestImports(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"import a from 'x'":                               "x@1:15",
		"import type from 'x'":                            "x@1:18",
		"import type A from 'x'":                          "",
		"import type, { A } from 'x'":                     "x@1:25",
		"import { type A, b } from 'x'":                   "x@1:27",
		"export type { A } from 'x'":                      "",
		"export * as a\n  from \"@x/y/z\"":                "@x/y/z@2:8",
		"import 'x'; import './y.css'":                    "x@1:8 ./y.css@1:20",
		"const a = require('x')":                          "x@1:19",
		"const a = await import(`x`)":                     "x@1:24",
		"await import(`x/${y}`)":                          "",
		"require(name); a.require('x'); require('x', 1)":  "",
		"try { a = require('x') } catch {}":               "",
		"try { f() } catch {}\na = require('x')":          "x@2:13",
		"Array.from('x'); const from = 'x'; import.meta":  "",
		"// import 'x'\nconst a = \"import b from 'x'\";": "",
	} {
		var got []string
		for _, i := range source.Imports(source.File{Name: "a.ts", Language: source.JavaScript, Text: text}) {
			got = append(got, fmt.Sprintf("%s@%d:%d", i.Name, i.Line, i.Column))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if got := source.Imports(source.File{Language: source.Python, Text: "import 'x'"}); got != nil {
		t.Errorf("of Python: %v", got)
	}
}
