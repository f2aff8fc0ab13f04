package connectyaml

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/nearest"
)

// walker compares the tree with the grammar. It knows where it is.
type walker struct {
	report *report
	lines  *lines
	place  place
}

func (w *walker) fail(rule string, pos Position, message, help string) {
	w.report.fail(rule, w.place, pos, message, help)
}

// below judges the value at a key or an index of the present one.
func (w *walker) below(key string, n *node, s shape) {
	w.place.path = append(w.place.path, key)
	w.walk(n, s)
	w.place.path = w.place.path[:len(w.place.path)-1]
}

func (w *walker) walk(n *node, s shape) {
	if n.kind == kindBroken {
		return
	}
	if n.kind != kindFor(s) {
		w.fail(ruleType, n.pos, fmt.Sprintf("expected %s, found %s", expected(s), w.describe(n)), w.typeHelp(n, s))
		w.retype(n, kindFor(s))
		return
	}
	switch s := s.(type) {
	case object:
		w.object(n, &s)
	case choice:
		w.choice(n, &s)
	case list:
		w.list(n, s)
	case text:
		w.text(n, s.format)
	case whole:
		if n.number != math.Trunc(n.number) || n.number < float64(s.from) || n.number > float64(s.to) {
			w.fail(ruleRange, n.pos, fmt.Sprintf("expected %s, found the number %s", expected(s), quote(n.text)),
				fmt.Sprintf("Write a number from %d to %d.", s.from, s.to))
		}
	}
}

func kindFor(s shape) kind {
	switch s.(type) {
	case object, choice:
		return kindObject
	case list:
		return kindList
	case whole:
		return kindNumber
	case boolean:
		return kindBoolean
	default:
		return kindText
	}
}

func (w *walker) list(n *node, l list) {
	if len(n.items) < l.atLeast {
		w.fail(ruleItems, n.pos, "the list is empty", "Add an item, or remove what the list belongs to.")
	}
	for i, item := range n.items {
		if w.report.full {
			return
		}
		w.below(strconv.Itoa(i), item, l.item)
	}
}

func (w *walker) object(n *node, o *object) {
	if w.isManifest(n) {
		return
	}
	meant := map[string]bool{} // what unknown keys were meant to be
	for _, e := range n.entries {
		if w.report.full {
			return
		}
		if f := o.field(e.key); f != nil {
			w.below(e.key, e.value, f.value)
			w.fill(e, f)
		} else {
			w.unknown(n, o, e, meant)
		}
	}
	for _, f := range o.fields {
		if f.required && n.get(f.key) == nil && !meant[f.key] {
			w.missing(n, o.noun, f.key, "Add it:\n"+indented(f.example))
		}
	}
}

func (w *walker) missing(n *node, noun, key, help string) {
	w.place.path = append(w.place.path, key)
	w.fail(ruleRequired, n.pos, fmt.Sprintf("the key %q is missing from %s", key, noun), help)
	w.place.path = w.place.path[:len(w.place.path)-1]
}

// choice judges by the option that the word chooses. A word, or a key of the
// word, that is nearly right chooses as well: one letter shall not hide the
// other mistakes.
func (w *walker) choice(n *node, c *choice) {
	if c.key == keyApplicationType {
		w.place.application = applicationName(n)
		defer func() { w.place.application = "" }()
	}
	word := n.get(c.key)
	if word != nil && c.option(word.asText()) == nil {
		word = w.wrongWord(word, c)
		if word == nil {
			return
		}
	}
	for _, e := range n.entries {
		if word == nil && c.option(e.value.asText()) != nil && meant(e.key, []string{c.key}) != "" {
			word = e.value
		}
	}
	chosen := c.option(word.asText())
	if chosen == nil {
		w.missing(n, c.noun, c.key, fmt.Sprintf("Add %s with one of %s.", c.key, strings.Join(c.words(), ", ")))
		return
	}
	o := *chosen
	o.fields = append([]field{{key: c.key, required: true, value: text{}}}, chosen.fields...)
	w.object(n, &o)
}

// wrongWord reports a word that is no option, and returns the right one, nil if
// that is unclear.
func (w *walker) wrongWord(word *node, c *choice) *node {
	w.place.path = append(w.place.path, c.key)
	defer func() { w.place.path = w.place.path[:len(w.place.path)-1] }()
	help := "Use one of " + strings.Join(c.words(), ", ") + "."
	if word.kind != kindText {
		w.fail(ruleType, word.pos, fmt.Sprintf("expected a string, found %s", w.describe(word)), help)
		return nil
	}
	near := nearWord(word.text, c.words())
	if near != "" {
		help = "Did you mean " + near + "? " + help
	}
	w.fail(ruleChoice, word.pos, fmt.Sprintf("%s is no %s", quote(word.text), c.what), help)
	if near == "" {
		return nil
	}
	w.report.offer("Write "+near, w.report.editor.word(word.pos, word.text, near))
	return &node{kind: kindText, text: near}
}

// nearWord also knows a word by its end: custom-view.
func nearWord(word string, words []string) string {
	if near := nearest.Name(word, words); near != "" {
		return near
	}
	for _, w := range words {
		if word != "" && strings.HasSuffix(w, "-"+strings.ToLower(word)) {
			return w
		}
	}
	return ""
}

func (w *walker) text(n *node, f *format) {
	switch {
	case n.text == "":
		w.fail(ruleBlank, n.pos, "the text is empty", w.blankHelp())
	case f == nil:
	case f.pattern == nil:
		if strings.TrimFunc(n.text, isSpace) == "" {
			w.fail(ruleBlank, n.pos, fmt.Sprintf("the text %s is only white space", quote(n.text)), w.blankHelp())
		}
	case !f.pattern.MatchString(n.text):
		w.fail(rulePattern, n.pos, fmt.Sprintf("%s is not %s", quote(n.text), f.noun), patternHelp(n.text, f))
		w.reform(n, f)
	case f.excludes != nil && f.excludes.MatchString(n.text):
		w.fail(f.rule, n.pos, fmt.Sprintf("%s %s", quote(n.text), f.reason), excludedHelp(f))
		w.reform(n, f)
	}
}

// isSpace is the white space that trim takes away in JavaScript.
func isSpace(r rune) bool {
	return strings.ContainsRune("\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"+
		"\u2028\u2029\u202f\u205f\u3000\ufeff", r)
}
