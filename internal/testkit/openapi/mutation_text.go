package openapi

import (
	"slices"
	"strings"
)

// textMutations make of a body what is no JSON, or none of the strict kind.
var textMutations = []mutation{
	{"no body", badRequest, rawBody(func(d *sketch, _ []byte) []byte { return []byte(d.choose("", " ", "\n\t")) })},
	{"a body that is no object", badRequest, rawBody(func(d *sketch, _ []byte) []byte {
		return []byte(d.choose("null", "[]", `"text"`, "1", "true", "[{}]"))
	})},
	{"a body that ends too early", badRequest, rawBody(func(d *sketch, body []byte) []byte { return body[:d.IntN(len(body))] })},
	{"text after the body", badRequest, rawBody(func(d *sketch, body []byte) []byte {
		return append(body, d.choose("{}", "x", "]", "}", ",", "null", "\x00", "//")...)
	})},
	{"a byte order mark", badRequest, rawBody(func(_ *sketch, body []byte) []byte { return append([]byte("\ufeff"), body...) })},
	{"another encoding", badRequest, rawBody(func(_ *sketch, body []byte) []byte {
		wide := make([]byte, 0, 2*len(body))
		for _, b := range body {
			wide = append(wide, b, 0)
		}
		return wide
	})},
	{"a name twice", badRequest, atNode(func(d *sketch, body *node) (string, bool) {
		n := d.among(body, func(n *node) bool { return n.kind == object && len(n.parts) > 0 })
		if n == nil {
			return "", false
		}
		n.parts = append(n.parts, n.parts[d.IntN(len(n.parts))])
		return n.path, true
	})},
	{"a value that is no JSON", badRequest, inserted("NaN", "Infinity", "01", "+1", ".5", "1.", "0x10", "'a'", "undefined", "TRUE", "{a:1}",
		"[1,]", `{"a":1,}`, "/* */ 1", `"a`+"\n"+`b"`, `"\x41"`, `"\u12"`, `"\q"`, "-", "1e", "[", "{")},
	{"NUL", badRequest, inserted(`"\u0000"`, `"a\u0000b"`, `{"\u0000":1}`, `["\u0000"]`, "\"\x00\"")},
	{"invalid UTF-8", badRequest, inserted("\"\xff\"", "\"a\xc3\"", "\"\xed\xa0\x80\"", "\"\xc0\x80\"", "{\"\xfe\":1}", "\"\xf5\x80\x80\x80\"")},
	{"a lone surrogate", badRequest, inserted(`"\ud800"`, `"\udfff"`, `"a\ud83d"`, `"\ude00\ud83d"`, `{"\ud800":1}`)},
	{"deep nesting", badRequest, inserted(
		strings.Repeat("[", 101)+strings.Repeat("]", 101),
		strings.Repeat(`{"a":`, 101)+"1"+strings.Repeat("}", 101),
		strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000),
		strings.Repeat("[", 100_000),
	)},
}

// rawBody replaces the whole text of the body.
func rawBody(text func(*sketch, []byte) []byte) func(*sketch) (string, bool) {
	return func(d *sketch) (string, bool) {
		if !d.isJSON() || !d.operation.body.required {
			return "", false
		}
		d.raw = text(d, d.body.append(nil))
		return "$", true
	}
}

// inserted puts one of the texts in the place of a value, or into a member that
// the request does not know: what is ignored must be JSON too.
func inserted(texts ...string) func(*sketch) (string, bool) {
	return atNode(func(d *sketch, body *node) (string, bool) {
		bad := d.choose(texts...)
		if d.IntN(3) > 0 {
			return d.replaced(body, func(*node) bool { return true }, func(*node) string { return bad })
		}
		n := d.among(body, func(n *node) bool { return n.kind == object })
		if n == nil {
			return "", false
		}
		unknown := &node{path: n.path + ".unknown", raw: bad}
		n.parts = slices.Insert(n.parts, d.IntN(len(n.parts)+1), part{name: "unknown", node: unknown})
		return unknown.path, true
	})
}
