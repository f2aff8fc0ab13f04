package secrets

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zricethezav/gitleaks/v8/detect"
	"pgregory.net/rapid"
)

// spoken is a text in which much looks like a secret.
func spoken() *rapid.Generator[string] {
	random := func(alphabet string, least, most int) *rapid.Generator[string] {
		return rapid.StringOfN(rapid.RuneFrom([]rune(alphabet)), least, most, -1)
	}
	const hex, letters = "0123456789abcdef", "abcdefghijkLMNOPQRSTUVwxyz0123456789"
	prefixed := func(prefix, alphabet string, n int) *rapid.Generator[string] {
		return rapid.Map(random(alphabet, n, n), func(s string) string { return prefix + s })
	}
	word := rapid.OneOf(
		rapid.SampledFrom([]string{
			"key", "apiKey", "API_KEY", "random_access", "secret", "my.token", "password", "publicKey", "authority", "access", "\u212Aey", "\u017Fecret",
			"import { key } from 'secret-token-store'", "kind: secret", "data:", "twitter", "heroku", "aws", "curl -u", "Authorization: Bearer", "s.", "\\n",
		}),
		rapid.SampledFrom([]string{" ", "\n", "\n\n", "=", ": ", ":=", "=>", " = '", "'", "\"", "\t", ";", ",", "`", "\r\n", "{", "}", "ü", "\xff"}),
		random(letters, 8, 60), random(hex, 30, 66), random(hex[:1]+letters+".-_=", 8, 160),
		prefixed("gh"+"p_", letters, 36), prefixed("AK"+"IA", "ABCDEFGHIJKLMNOP234567", 16), prefixed("ey"+"J", letters, 30), prefixed("npm"+"_", letters, 36),
		prefixed("-----BEGIN RSA "+"PRIVATE KEY-----\n", letters, 80), rapid.Just("\n-----END RSA PRIVATE KEY-----\n"),
	)
	return rapid.Map(rapid.SliceOfN(word, 0, 120), func(words []string) string { return strings.Join(words, "") + "\n" })
}

// What is found in pieces is what gitleaks finds in the whole.
func TestPiecesAgainstGitleaks(t *testing.T) {
	t.Parallel()
	r, err := detector()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		t.Fatal(err)
	}
	theirs.IgnoreGitleaksAllow = true
	for id := range theirs.Config.Rules {
		if !slices.ContainsFunc(r.forms, func(f form) bool { return f.id == id }) {
			delete(theirs.Config.Rules, id)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := spoken().Draw(t, "text")
		file := rapid.SampledFrom([]string{"app/index.js", "app/main.tf", "app/secret.yaml"}).Draw(t, "file")
		//nolint:staticcheck // v8 takes no other type.
		whole := search{text: text, starts: lineStarts(text), findings: theirs.DetectContext(t.Context(), detect.Fragment{FilePath: file, Raw: text, StartLine: 1})}
		if diff := cmp.Diff(describe(whole.leaks()), describe(r.find(t.Context(), file, text).leaks)); diff != "" {
			t.Fatalf("gitleaks on the whole text, and on pieces:\n%s", diff)
		}
	})
}

func describe(leaks []leak) (lines []string) {
	for _, l := range leaks {
		lines = append(lines, fmt.Sprintf("%s %d:%d %s %v", l.rule, l.line, l.column, l.secret, l.guessed))
	}
	return lines
}

// Gitleaks would let the import in the first line excuse the secret in the last.
func TestLastLineWithoutAnEnd(t *testing.T) {
	t.Parallel()
	r, err := detector()
	if err != nil {
		t.Fatal(err)
	}
	text := "import { a } from 'b'\nconst apiKey = 'q7Rk2VbX9tLm4ZsW8nYc6HfJ1gPe5Ua0'"
	for _, end := range []string{"", "\n"} {
		if leaks := r.find(t.Context(), "app/index.js", text+end).leaks; len(leaks) != 1 || leaks[0].line != 2 || leaks[0].column != 17 {
			t.Errorf("with the end %q: %v", end, describe(leaks))
		}
	}
}

// What is not judged any more is hidden all the same.
func TestTooManyPlaces(t *testing.T) {
	t.Parallel()
	r, err := detector()
	if err != nil {
		t.Fatal(err)
	}
	const more = 100
	var text strings.Builder
	for n := range maxMatches + more {
		fmt.Fprintf(&text, "API_KEY=q7Rk2VbX9tLm4ZsW8nYc6HfJ%d\n", n)
	}
	found := r.find(t.Context(), "app/.env", text.String())
	if judged := len(found.leaks); judged > maxMatches || judged+len(found.unjudged) != maxMatches+more {
		t.Errorf("%d leaks, %d texts that are not judged", judged, len(found.unjudged))
	}
	if last := fmt.Sprintf("HfJ%d", maxMatches+more-1); !strings.Contains(found.unjudged[len(found.unjudged)-1], last) {
		t.Errorf("the last text is %q", found.unjudged[len(found.unjudged)-1])
	}
}
