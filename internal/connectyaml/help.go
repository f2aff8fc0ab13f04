package connectyaml

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/nearest"
)

// expected names the values that a shape allows.
func expected(s shape) string {
	switch s := s.(type) {
	case object, choice:
		return "an object"
	case list:
		return "a list"
	case whole:
		return fmt.Sprintf("a whole number from %d to %d", s.from, s.to)
	case boolean:
		return "true or false"
	default:
		return "a string"
	}
}

// describe names a value of the file.
func (w *walker) describe(n *node) string {
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
		return w.withLine("a list", n)
	case kindObject:
		return w.withLine("an object", n)
	default:
		return "a value of another kind, " + quote(n.text)
	}
}

func (w *walker) withLine(noun string, n *node) string {
	if line := w.inBrackets(n); line != "" {
		return noun + ", " + quote(line)
	}
	return noun
}

// inBrackets is the line in which a list or an object in brackets begins, from
// its bracket on, and "" for one without brackets.
func (w *walker) inBrackets(n *node) string {
	if !n.flow {
		return ""
	}
	rest := w.lines.text[w.lines.offset(n.pos):]
	return string(bytes.TrimSpace(rest[:lineLength(rest)]))
}

// typeHelp says how to make the value at the place of the walker one of the
// shape.
func (w *walker) typeHelp(n *node, s shape) string {
	key := w.key()
	switch want := kindFor(s); {
	case n.kind == kindNull && key == "":
		return "Remove the dash, or write the item behind it."
	case n.kind == kindNull:
		return "Write a value for " + key + ", or remove the key if it is not needed."
	case want == kindText && (n.kind == kindNumber || n.kind == kindBoolean):
		return "Quote it, since values are strings: " + example(key, singleQuoted(shorten(n.text))) + "."
	case want == kindText && n.flow:
		return "Quote it, since values are strings: in YAML a text cannot begin with a bracket. " +
			"Write " + example(key, singleQuoted(shorten(w.inBrackets(n)))) + "."
	case want == kindText && (n.kind == kindObject || n.kind == kindList):
		return "Write one string: " + example(key, "'…'") + "."
	case want == kindBoolean:
		return "Write true or false, without quotes."
	case want == kindNumber && n.kind == kindText:
		return "Write the number without quotes."
	case want == kindObject && n.kind == kindList && key == keyConfiguration:
		return converted(n.items)
	case want == kindObject && n.kind == kindList && len(w.place.path) == 0:
		return "If these are the applications, write deployAs: on a line in front of them, and indent them."
	case want == kindObject && n.kind == kindList:
		return "Remove the dashes: the keys belong directly below, with more indentation."
	case want == kindList && n.kind == kindObject:
		return "Put a dash before each item, as in\n  - key: value"
	default:
		return keysHelp(s)
	}
}

// keysHelp says what an object is made of.
func keysHelp(s shape) string {
	switch s := s.(type) {
	case object:
		return fmt.Sprintf("Write the keys of %s here, one on each line: %s.", s.noun, strings.Join(s.keys(), ", "))
	case choice:
		return fmt.Sprintf("Write the keys of %s here, one on each line, first of all %s.", s.noun, s.key)
	default:
		return "Write " + expected(s) + " here."
	}
}

// key is that of the present value, "" in a list.
func (w *walker) key() string {
	if len(w.place.path) == 0 {
		return "the file"
	}
	last := w.place.path[len(w.place.path)-1]
	if last[0] >= '0' && last[0] <= '9' {
		return ""
	}
	return last
}

func example(key, value string) string {
	if key == "" {
		return "- " + value
	}
	return key + ": " + value
}

func singleQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (w *walker) blankHelp() string {
	switch w.key() {
	case "description":
		return "Say what the value is for: who deploys the connector reads it."
	case "":
		return "Write the text, or remove the item."
	case "key":
		return "Name the configuration key, or remove the entry."
	default:
		return "Write a text, or remove the key " + w.key() + "."
	}
}

func excludedHelp(f *format) string {
	if f.rule == ruleReserved {
		return "Remove the entry; the application finds the variable in its environment. Or choose another key."
	}
	return f.help
}

func patternHelp(s string, f *format) string {
	if f.mended != nil {
		if m := f.mended(s); m != "" && f.pattern.MatchString(m) {
			return "Did you mean " + m + "? " + f.help
		}
	}
	return f.help
}

// unknown reports a key that the object has not, and adds the key that was meant to
// those that others were, if that is clear.
func (w *walker) unknown(n *node, o *object, e entry, others map[string]bool) {
	if e.key == oldKey {
		w.oldFormat(n, e)
		others[keyConfiguration] = true
		return
	}
	var free []string
	for _, key := range o.keys() {
		if n.get(key) == nil {
			free = append(free, key)
		}
	}
	near := meant(e.key, free)
	help := o.hints[e.key]
	switch {
	case near != "":
		help = "Did you mean " + near + "?"
	case help != "":
	default:
		help = elsewhere(o, e.key)
	}
	w.fail(ruleUnknownKey, e.keyPos, fmt.Sprintf("unknown key %s in %s", quote(e.key), o.noun), help)
	switch {
	case near != "" && !others[near]:
		w.rekey(e, o.field(near))
	case near == "" && e.key == endpointKey && isApplication(o):
		w.report.offer("Remove the endpoint", w.report.editor.drop(e))
	}
	others[near] = true
}

// leastPart is how many letters of a key tell which one it is.
const leastPart = 4

// meant is the key that a person most likely meant: one that is mistyped, or
// the only one that begins or ends like it, as default does for defaultValue, and
// applicationType for type. It is "" when that is unclear.
func meant(key string, keys []string) string {
	if near := nearest.Name(key, keys); near != "" {
		return near
	}
	found := ""
	for _, candidate := range keys {
		k, key := strings.ToLower(candidate), strings.ToLower(key)
		isPart := len(key) >= leastPart && (strings.HasPrefix(k, key) || strings.HasSuffix(k, key))
		if !isPart && (len(k) < leastPart || !strings.HasPrefix(key, k)) {
			continue
		}
		if found != "" {
			return ""
		}
		found = candidate
	}
	return found
}

// elsewhere says where a key belongs that the object lacks.
func elsewhere(o *object, key string) string {
	for _, f := range o.fields {
		if inner, ok := f.value.(object); ok && inner.field(key) != nil {
			return fmt.Sprintf("Write it one level deeper, under %s:\n%s", f.key, indented(f.key+":\n  "+key+": …"))
		}
	}
	var owners []string
	for _, option := range applicationShape.options {
		if option.object.field(key) != nil && option.word != typeUnknown {
			owners = append(owners, option.word)
		}
	}
	known := "Remove it. Known keys here: " + strings.Join(o.keys(), ", ") + "."
	if len(o.fields) == 0 {
		known = "Remove it: there are no other keys here."
	}
	if len(owners) == 0 || !isApplication(o) {
		return known
	}
	if len(owners) == 1 {
		return fmt.Sprintf("Only an application of type %s has it: did you mean applicationType: %s? If not, remove it.", owners[0], owners[0])
	}
	last := len(owners) - 1
	return fmt.Sprintf("Only applications of the types %s and %s have it. Remove it.", strings.Join(owners[:last], ", "), owners[last])
}

func isApplication(o *object) bool {
	return slices.ContainsFunc(applicationShape.options, func(c option) bool { return c.object.noun == o.noun })
}

func indented(lines string) string { return "  " + strings.ReplaceAll(lines, "\n", "\n  ") }

// isManifest reports a file for Kubernetes, which the same name was used for.
func (w *walker) isManifest(n *node) bool {
	if len(w.place.path) > 0 || n.get("apiVersion") == nil || n.get("kind") == nil {
		return false
	}
	w.fail(ruleOtherFormat, n.pos, fmt.Sprintf("the file is a Kubernetes manifest of the kind %s, not a connect.yaml", quote(n.get("kind").asText())),
		"Move the manifest to another file, and list the connector's applications in connect.yaml:\n"+indented(grammar.field("deployAs").example))
	return true
}
