package openapi

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// bodyMutations make of a body that the schema allows one that it does not.
var bodyMutations = []mutation{
	{"a required member is missing", badRequest, atNode((*sketch).dropRequired)},
	{"a required member is null", badRequest, atNode((*sketch).nullRequired)},
	{"a value of another type", badRequest, atNode((*sketch).otherType)},
	{"a text that is too long", badRequest, atNode((*sketch).tooLong)},
	{"a text that is too short", badRequest, atNode((*sketch).tooShort)},
	{"a text off its pattern", badRequest, atNode((*sketch).offPattern)},
	{"a value that is not in its enumeration", badRequest, atNode((*sketch).unknownValue)},
	{"a number that is too small", badRequest, atNode((*sketch).tooSmall)},
	{"a number that is too large", badRequest, atNode((*sketch).tooBig)},
	{"a fraction", badRequest, atNode((*sketch).fraction)},
	{"too few elements", badRequest, atNode((*sketch).tooFew)},
	{"too many elements", badRequest, atNode((*sketch).tooMany)},
}

// tries bounds how often a body is sampled until it has the place that a
// mutation needs.
const tries = 20

// atNode applies a mutation that needs a place in the body, which not every
// sample has.
func atNode(mutate func(*sketch, *node) (string, bool)) func(*sketch) (string, bool) {
	return func(d *sketch) (string, bool) {
		if !d.isJSON() || !d.operation.body.required {
			return "", false
		}
		for range tries {
			if place, ok := mutate(d, d.body); ok {
				return place, true
			}
			d.body = d.value("$", d.operation.body.schema)
		}
		return "", false
	}
}

// among picks one of the values of the body that suit; nil when there is none.
func (d *sketch) among(body *node, suits func(*node) bool) *node {
	var found []*node
	body.walk(func(n *node) {
		if suits(n) {
			found = append(found, n)
		}
	})
	if len(found) == 0 {
		return nil
	}
	return found[d.IntN(len(found))]
}

// required picks a required member of some object.
func (d *sketch) required(body *node) (*node, int) {
	parent := d.among(body, func(n *node) bool { return n.firstRequired() >= 0 })
	if parent == nil {
		return nil, 0
	}
	for {
		if i := d.IntN(len(parent.parts)); parent.parts[i].required {
			return parent, i
		}
	}
}

func (n *node) firstRequired() int {
	for i, p := range n.parts {
		if p.required {
			return i
		}
	}
	return -1
}

func (d *sketch) dropRequired(body *node) (string, bool) {
	parent, i := d.required(body)
	if parent == nil {
		return "", false
	}
	place := parent.parts[i].path
	parent.parts = append(parent.parts[:i:i], parent.parts[i+1:]...)
	return place, true
}

func (d *sketch) nullRequired(body *node) (string, bool) {
	parent, i := d.required(body)
	if parent == nil {
		return "", false
	}
	parent.parts[i].replace("null")
	return parent.parts[i].path, true
}

// replaced puts a text in the place of one of the values that suit.
func (d *sketch) replaced(body *node, suits func(*node) bool, text func(*node) string) (string, bool) {
	n := d.among(body, suits)
	if n == nil {
		return "", false
	}
	n.replace(text(n))
	return n.path, true
}

func (d *sketch) otherType(body *node) (string, bool) {
	// null is not among them: it counts as absent, which is no mistake of an
	// optional member.
	samples := map[string]string{"string": `"1"`, "integer": "1", "boolean": "true", "array": "[]", "object": "{}"}
	return d.replaced(body, func(*node) bool { return true }, func(n *node) string {
		own := n.schema.at("type").text()
		if c := n.schema.at("const"); c.exists() {
			own = "string"
			if c.value == true {
				own = "boolean"
			}
		}
		for {
			if kind := d.choose("string", "integer", "boolean", "array", "object"); kind != own {
				return samples[kind]
			}
		}
	})
}

// bound reads a bound of a schema; the value suits when there is one of at least
// least.
func bound(name string, least int64) func(*node) bool {
	return func(n *node) bool {
		v, ok := n.schema.at(name).integer()
		return ok && v >= least
	}
}

func (n *node) bound(name string) int64 {
	v, _ := n.schema.at(name).integer()
	return v
}

func (d *sketch) tooLong(body *node) (string, bool) {
	return d.replaced(body, bound("maxLength", 0), func(n *node) string {
		// Code points are counted, not bytes.
		filling := d.choose("a", "ä", "\U0001F600")
		given := plain(n.raw)
		missing := int(n.bound("maxLength")) + 1 - utf8.RuneCountInString(given)
		return encode(given + strings.Repeat(filling, max(missing, 1)))
	})
}

func (d *sketch) tooShort(body *node) (string, bool) {
	return d.replaced(body, bound("minLength", 1), func(n *node) string {
		return encode(strings.Repeat("a", d.IntN(int(n.bound("minLength")))))
	})
}

// oddTexts are such that each pattern of the document refuses some.
var oddTexts = []string{
	" ", "a b", "\u0001", "line\nbreak", "\u202Eabc", "abc\u2066", "ä ö", "-x", "--upload-pack=touch x", "a..b ~", "refs^{}", "x\\y",
	"javascript:alert(1)", "ftp://example.com/x", "//example.com", "https://", "https://exa mple.com", `https://example.com/"x"`, "http://<x>",
	"file:/etc/passwd", "git@", "ext::sh -c id", "jane", "jane@", "@example.com", "jane@@example.com", "Jane <jane@example.com>", "no-region",
	":key", "a:b c", "europe-west1.gcp:" + strings.Repeat("k", 37),
}

func (d *sketch) offPattern(body *node) (string, bool) {
	return d.replaced(body, func(n *node) bool { return n.schema.at("pattern").exists() }, func(n *node) string {
		pattern := regexp.MustCompile(n.schema.at("pattern").text())
		for {
			if odd := d.choose(oddTexts...); !pattern.MatchString(odd) {
				return encode(odd)
			}
		}
	})
}

func (d *sketch) unknownValue(body *node) (string, bool) {
	return d.replaced(body, func(n *node) bool {
		return n.schema.at("enum").exists() || n.schema.at("const").exists()
	}, func(n *node) string {
		if n.raw == "true" {
			return "false"
		}
		given := plain(n.raw)
		return encode(d.choose("unknown", "", strings.ToUpper(given), given+" ", strings.Repeat("x", 5000), "setPrivate"))
	})
}

func (d *sketch) tooSmall(body *node) (string, bool) {
	return d.replaced(body, bound("minimum", 0), func(n *node) string {
		least := n.bound("minimum")
		return d.choose(strconv.FormatInt(least-1, 10), "-1", "-9223372036854775808", "-0", "0")
	})
}

func (d *sketch) tooBig(body *node) (string, bool) {
	return d.replaced(body, bound("minimum", 0), func(*node) string {
		return d.choose("9223372036854775808", "18446744073709551616", "1e400", "1E+999", strings.Repeat("9", 400))
	})
}

func (d *sketch) fraction(body *node) (string, bool) {
	return d.replaced(body, bound("minimum", 0), func(*node) string { return d.choose("1.5", "0.1", "1e-1", "3.0000001") })
}

func (d *sketch) tooFew(body *node) (string, bool) {
	return d.replaced(body, bound("minItems", 1), func(*node) string { return "[]" })
}

func (d *sketch) tooMany(body *node) (string, bool) {
	n := d.among(body, bound("maxItems", 0))
	if n == nil {
		return "", false
	}
	one := d.value(fmt.Sprintf("%s[0]", n.path), n.schema.at("items"))
	for int64(len(n.parts)) <= n.bound("maxItems") {
		n.parts = append(n.parts, part{node: one})
	}
	return n.path, true
}
