package recovery_test

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/internal/connectyaml/recovery"
)

var kinds = map[string]recovery.Kind{
	"Unexpected": recovery.Unexpected, "BadDirective": recovery.BadDirective, "NoDocumentStart": recovery.NoDocumentStart,
	"CollectionBehindMarker": recovery.CollectionBehindMarker, "SecondDocument": recovery.SecondDocument,
	"TabIndent": recovery.TabIndent, "NoSpaceBeforeComment": recovery.NoSpaceBeforeComment,
	"NoSpaceBehindProperty": recovery.NoSpaceBehindProperty, "TwoProperties": recovery.TwoProperties,
	"PropertyOrder": recovery.PropertyOrder, "PropertyOfAlias": recovery.PropertyOfAlias,
	"PropertyBeforeDash": recovery.PropertyBeforeDash, "EmptyName": recovery.EmptyName, "BadTag": recovery.BadTag,
	"KeyColumn": recovery.KeyColumn, "DashColumn": recovery.DashColumn, "DashAsKey": recovery.DashAsKey,
	"KeyOverLines": recovery.KeyOverLines, "KeyTooLong": recovery.KeyTooLong, "KeyInValue": recovery.KeyInValue,
	"NoColon": recovery.NoColon, "NoDash": recovery.NoDash, "DuplicateKey": recovery.DuplicateKey,
	"EmptyItem": recovery.EmptyItem, "NoComma": recovery.NoComma, "NoSpaceBehind": recovery.NoSpaceBehind,
	"OpenBracket": recovery.OpenBracket, "BlockInFlow": recovery.BlockInFlow, "TextStart": recovery.TextStart,
	"OpenQuote": recovery.OpenQuote, "BadEscape": recovery.BadEscape, "BlockHeader": recovery.BlockHeader,
	"BlockIndent": recovery.BlockIndent,
}

// Each text of the archive has the mistake that it is named by.
func TestMistakes(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "mistakes.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[recovery.Kind]bool{}
	for _, f := range archive.Files {
		at, name, _ := strings.Cut(f.Name, " ")
		name, _, _ = strings.Cut(name, ",")
		kind, known := kinds[name]
		if !known {
			t.Errorf("%s: there is no such kind", f.Name)
		}
		seen[kind] = true
		mistakes := recovery.Mistakes(string(f.Data))
		if len(mistakes) == 0 {
			t.Errorf("%s: no mistake", f.Name)
			continue
		}
		if m := mistakes[0]; m.Kind != kind || place(string(f.Data), m.Offset) != at {
			t.Errorf("%s: found %+v at %s", f.Name, m, place(string(f.Data), m.Offset))
		}
	}
	for name, kind := range kinds {
		if !seen[kind] {
			t.Errorf("no text has the mistake %s", name)
		}
	}
}

// Every text has mistakes of its own places, and one at most that is no
// duplicate key, the last.
func TestAnyText(t *testing.T) {
	t.Parallel()
	pieces := strings.Split("a b : - ? , [ ] { } ' \" | > # & * ! % @ ` \\ --- ... \r \t \ufeff é 😀 \x00 |2 >- !!str &a *a a: b: \"a\"", " ")
	pieces = append(pieces, " ", "  ", "\n", "\n ", "\n  ", "\n- ", "\r\n")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, "text"), "")
		mistakes := recovery.Mistakes(text)
		for i, m := range mistakes {
			if m.Offset < 0 || m.Offset > len(text) || m.Other < -1 || m.Other > len(text) {
				t.Fatalf("%+v is not in %q", m, text)
			}
			if m.Kind != recovery.DuplicateKey && i != len(mistakes)-1 {
				t.Fatalf("%+v is not the last mistake of %q", m, text)
			}
		}
		if !slices.Equal(recovery.Mistakes(text), mistakes) {
			t.Fatalf("other mistakes the second time in %q", text)
		}
	})
}

// place is a line and a column, both from 1.
func place(text string, offset int) string {
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return strconv.Itoa(strings.Count(before, "\n")+1) + ":" + strconv.Itoa(utf8.RuneCountInString(before[start:])+1)
}
