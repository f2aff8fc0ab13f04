package connectyaml

import (
	"fmt"
	"math"
	"strings"
)

// walk reports what in n is not of the shape.
func (r *report) walk(n *node, s shape, p place) {
	switch s := s.(type) {
	case object:
		if r.typed(n, kindObject, s, p) {
			r.object(n, s, p)
		}
	case choice:
		if r.typed(n, kindObject, s, p) {
			r.choice(n, s, p)
		}
	case list:
		if r.typed(n, kindList, s, p) {
			r.list(n, s, p)
		}
	case text:
		if r.typed(n, kindText, s, p) {
			r.text(n, s.format, p)
		}
	case integer:
		if r.typed(n, kindNumber, s, p) {
			r.integer(n, s, p)
		}
	case boolean:
		r.typed(n, kindBoolean, s, p)
	}
}

func (r *report) typed(n *node, want kind, s shape, p place) bool {
	if n.kind == want {
		return true
	}
	r.fail(ruleType, p, n.pos, fmt.Sprintf("expected %s, found %s", s.what(), describe(n)), "")
	return false
}

func describe(n *node) string {
	switch n.kind {
	case kindNull:
		return "nothing"
	case kindBoolean:
		return "the boolean " + quote(n.text)
	case kindNumber:
		return "the number " + quote(n.text)
	case kindText:
		return "the string " + quote(n.text)
	case kindList:
		return "a list"
	case kindObject:
		return "an object"
	default:
		return quote(n.text)
	}
}

func (r *report) object(n *node, o object, p place) {
	for _, e := range n.entries {
		if f := o.field(e.key); f != nil {
			r.walk(e.value, f.value, p.at(e.key))
		} else {
			r.fail(ruleUnknownKey, p, e.keyPos, fmt.Sprintf("unknown key %s in %s", quote(e.key), o.noun), "")
		}
	}
	for _, f := range o.fields {
		if f.required && n.get(f.key) == nil {
			r.fail(ruleRequired, p.at(f.key), n.pos, fmt.Sprintf("%s lacks its %s", o.noun, f.key), "")
		}
	}
}

func (o object) field(key string) *field {
	for i := range o.fields {
		if o.fields[i].key == key {
			return &o.fields[i]
		}
	}
	return nil
}

func (r *report) choice(n *node, c choice, p place) {
	if c.key == "applicationType" {
		p.application = n.get("name").asText()
	}
	word := n.get(c.key)
	for _, o := range c.options {
		if o.word == word.asText() {
			object := o.object
			object.fields = append([]field{optional(c.key, text{})}, object.fields...)
			r.object(n, object, p)
			return
		}
	}
	pos := n.pos
	if word != nil {
		pos = word.pos
	}
	r.fail(ruleChoice, p.at(c.key), pos, "not a known "+c.key, "")
}

func (r *report) list(n *node, l list, p place) {
	if len(n.items) < l.atLeast {
		r.fail(ruleItems, p, n.pos, "the list is empty", "")
	}
	for i, item := range n.items {
		r.walk(item, l.of, p.index(i))
	}
}

func (r *report) text(n *node, f *format, p place) {
	switch {
	case n.text == "", f != nil && f.pattern == nil && strings.TrimFunc(n.text, isSpace) == "":
		r.fail(ruleBlank, p, n.pos, "blank", "")
	case f == nil || f.pattern == nil:
	case !f.pattern.MatchString(n.text):
		r.fail(rulePattern, p, n.pos, fmt.Sprintf("%s is not %s", quote(n.text), f.noun), f.help)
	case f.excludes != nil && f.excludes.MatchString(n.text):
		r.fail(f.rule, p, n.pos, fmt.Sprintf("%s %s", quote(n.text), f.reason), f.help)
	}
}

// isSpace is the white space that JavaScript's trim takes away.
func isSpace(r rune) bool {
	return strings.ContainsRune("\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff", r)
}

func (r *report) integer(n *node, i integer, p place) {
	if n.number != math.Trunc(n.number) || n.number < float64(i.from) || n.number > float64(i.to) {
		r.fail(ruleRange, p, n.pos, fmt.Sprintf("%s is not a whole number from %d to %d", quote(n.text), i.from, i.to), "")
	}
}
