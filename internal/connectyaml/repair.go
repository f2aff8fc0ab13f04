package connectyaml

import (
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
)

// offer gives the finding that was reported last a fix, unless there are no edits.
// What is offered is tried before it is given to anybody: see rightFixes.
func (r *report) offer(title string, edits []api.Edit) {
	if len(edits) > 0 && !r.full {
		r.findings[len(r.findings)-1].Fix = &api.Fix{Title: title, Edits: edits}
	}
}

// booleans are the words for true and false, of YAML 1.1 and of people.
var booleans = map[string]string{"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}

var digits = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)

// retype offers to write a value as one of the type that its key needs.
func (w *walker) retype(n *node, want kind) {
	e := w.report.editor
	switch {
	case want == kindText && (n.kind == kindNumber || n.kind == kindBoolean):
		w.report.offer("Quote the value", e.value(n, singleQuoted(n.text)))
	case want == kindText && n.flow:
		w.report.offer("Quote the value", e.brackets(n))
	case want == kindBoolean && n.kind == kindText && booleans[strings.ToLower(n.text)] != "":
		word := booleans[strings.ToLower(n.text)]
		w.report.offer("Write "+word, e.value(n, word))
	case want == kindNumber && n.kind == kindText && digits.MatchString(n.text):
		w.report.offer("Write the number without quotes", e.value(n, n.text))
	}
}

// fill offers to make an optional value that is null or blank what it says anyway:
// nothing.
func (w *walker) fill(e entry, f *field) {
	editor := w.report.editor
	isNull := e.value.kind == kindNull
	if f.required || !isNull && (e.value.kind != kindText || strings.TrimFunc(e.value.text, isSpace) != "") {
		return
	}
	switch f.value.(type) {
	case list:
		if isNull {
			w.report.offer("Write an empty list", editor.nothing(e, "[]"))
		}
	case object:
		if isNull {
			w.report.offer("Write an empty object", editor.nothing(e, "{}"))
		}
	default:
		w.report.offer("Remove the key "+e.key+", which has no value", editor.drop(e))
	}
}

// rekey offers the name of a field for a key. What is wrong with the value comes to
// light by that, so it is repaired at once.
func (w *walker) rekey(e entry, f *field) {
	edits := w.report.editor.word(e.keyPos, e.key, f.key)
	if edits == nil {
		return
	}
	inside := walker{report: &report{editor: w.report.editor}, lines: w.lines}
	inside.below(f.key, e.value, f.value)
	for _, found := range inside.report.findings {
		if found.Fix != nil {
			edits = append(edits, found.Fix.Edits...)
		}
	}
	w.report.offer("Rename "+e.key+" to "+f.key, edits)
}

// The texts that are mended without a doubt.

// variable is how environment variables are named. A text that is one but for its
// marks was meant to be it; others may be descriptions.
var variable = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

func certainKey(s string) string {
	if m := mendKey(s); variable.MatchString(m) {
		return m
	}
	return ""
}

var slashes = regexp.MustCompile(`/{2,}`)

func certainEndpoint(s string) string { return slashes.ReplaceAllString(strings.Trim(s, " "), "/") }

func certainSchedule(s string) string {
	if strings.HasPrefix(s, "@") {
		return strings.ToLower(s)
	}
	return ""
}

// reform offers the right form of a text where there is one without a doubt.
func (w *walker) reform(n *node, f *format) {
	if f.certain == nil {
		return
	}
	if s := f.certain(n.text); s != "" && s != n.text {
		w.report.offer("Write "+s, w.report.editor.word(n.pos, n.text, s))
	}
}

// require offers required: true for an entry of a configuration.
func (r *report) require(e *node) {
	if r.editor != nil {
		r.offer("Make it required", r.editor.required(e))
	}
}

func (e *editor) required(n *node) []api.Edit {
	if old := n.get("required"); old != nil {
		if old.kind == kindBoolean {
			return e.value(old, "true")
		}
		return nil
	}
	last := n.get("description")
	if last.asText() == "" {
		last = n.get("key")
	}
	s, ok := e.scalar(last.pos, last.text)
	if !ok && last != n.get("key") {
		last = n.get("key")
		s, ok = e.scalar(last.pos, last.text)
	}
	switch {
	case !ok:
		return nil
	case n.flow:
		return e.edit(stretch{s.to, s.to}, ", required: true")
	default:
		return e.addLines(last.pos.Line, n.pos.Column-1, "required: true")
	}
}

// renameNeeded offers another key for an entry, which is required then.
func (r *report) renameNeeded(config, key *node, name string) {
	for _, e := range config.get(keyStandard).list() {
		if r.editor == nil || e.get("key") != key {
			continue
		}
		edits := r.editor.word(key.pos, key.text, name)
		if edits != nil && !isTrue(e.get("required")) {
			require := r.editor.required(e)
			if require == nil {
				return
			}
			edits = append(edits, require...)
		}
		r.offer("Rename "+key.text+" to "+name+", and make it required", edits)
	}
}

// declare offers an entry that an application of the Merchant Center lacks.
func (r *report) declare(app *node, key string) {
	if r.editor != nil {
		r.offer("Add "+key, r.editor.declared(app, neededLines(key)))
	}
}

func (e *editor) declared(app *node, lines string) []api.Edit {
	item := "- " + strings.ReplaceAll(lines, "\n", "\n  ")
	config := app.get(keyConfiguration)
	entries := config.get(keyStandard).list()
	word := app.get(keyApplicationType)
	switch {
	case app.flow:
		return nil
	case config == nil:
		if _, ok := e.scalar(word.pos, word.text); !ok {
			return nil
		}
		return e.addLines(word.pos.Line, app.pos.Column-1, keyConfiguration+":\n  "+keyStandard+":\n    "+strings.ReplaceAll(item, "\n", "\n    "))
	case config.kind != kindObject || config.flow || config.get(keyStandard).isFlow():
		return nil
	case len(entries) > 0:
		last := entries[len(entries)-1]
		before := e.dash(last)
		if before == "" {
			return nil
		}
		spaces := strings.IndexByte(before, '-')
		item = strings.TrimLeft(before, " ") + strings.ReplaceAll(lines, "\n", "\n"+strings.Repeat(" ", len(before)-spaces))
		return e.addLines(e.lastLine(last.pos.Line, spaces), spaces, item)
	case config.get(keyStandard) == nil && len(config.entries) > 0:
		// In front of the first key, so that the value of none is taken apart.
		at := e.offset(config.pos)
		if strings.Trim(e.before(at), " ") != "" {
			return nil
		}
		in := "\n" + strings.Repeat(" ", config.pos.Column-1)
		return e.edit(stretch{at, at}, keyStandard+":"+in+"  "+strings.ReplaceAll(item, "\n", in+"  ")+in)
	default:
		return nil
	}
}

func (n *node) isFlow() bool { return n != nil && n.flow }

// same says whether two values are the same, wherever they stand.
func (n *node) same(other *node) bool {
	if n.kind != other.kind || n.text != other.text || n.truth != other.truth ||
		len(n.items) != len(other.items) || len(n.entries) != len(other.entries) {
		return false
	}
	for i := range n.items {
		if !n.items[i].same(other.items[i]) {
			return false
		}
	}
	for _, e := range n.entries {
		if there := other.get(e.key); there == nil || !e.value.same(there) {
			return false
		}
	}
	return true
}

// redundant offers to remove an entry of a configuration if another one says the
// same: one of the same list of a configuration, or that one.
func (c *crossing) redundant(config, e *node, elsewhere, other *node) {
	for _, name := range []string{keyStandard, keySecured} {
		for _, item := range config.get(name).list() {
			if item != e || c.report.editor == nil {
				continue
			}
			for _, there := range elsewhere.get(name).list() {
				if there != e && (other == nil || there == other) && there.same(e) {
					c.report.offer("Remove the second entry", c.report.editor.dropItem(e))
					return
				}
			}
		}
	}
}
