package recovery

import (
	"regexp"
	"strings"
)

// walk goes through the tree in the order of the official reader and lists the
// mistakes.
type walk struct {
	mistakes []Mistake
	done     bool // there is one that is no duplicate key
	// directives says that some came since the last document.
	directives bool
	found      bool // the first document
	behind     []Mistake
	tags       map[string]bool // the handles that %TAG declares
	// merges says that the keys << are those of YAML 1.1, which may stand twice.
	merges bool
	// inCollection says that the document holds no text alone.
	inCollection bool
}

func (w *walk) fail(m Mistake) {
	if w.done {
		return
	}
	w.mistakes = append(w.mistakes, m)
	w.done = m.Kind != DuplicateKey
}

func (w *walk) failAt(k Kind, offset int) { w.fail(Mistake{Kind: k, Offset: offset, Other: -1}) }

func (w *walk) failToken(k Kind, t token) {
	w.fail(Mistake{Kind: k, Offset: t.offset, Other: -1, Token: t.source})
}

func (w *walk) failOther(k Kind, offset, other int) {
	w.fail(Mistake{Kind: k, Offset: offset, Other: other})
}

// next takes a part of the stream. What is wrong with directives behind the
// document counts only when no other document follows.
func (w *walk) next(n *node) {
	switch n.kind {
	case directive:
		w.directive(n.token)
	case document:
		if w.found {
			w.failToken(SecondDocument, n.token)
			w.done = true
			return
		}
		w.document(n)
	case failure:
		w.failToken(Unexpected, n.token)
	case documentEnd:
		if !w.found {
			w.failToken(Unexpected, n.token)
			return
		}
		w.tail(n.tail, n.end(), true)
	}
}

func (w *walk) finish(end int) {
	if !w.found && w.directives {
		w.failAt(NoDocumentStart, end)
	}
	for _, m := range w.behind {
		w.fail(m)
	}
}

var numberedVersion = regexp.MustCompile(`^\d+\.\d+$`)

func (w *walk) directive(t token) {
	w.directives = true
	words := strings.FieldsFunc(t.source, func(c rune) bool { return c == ' ' || c == '\t' })
	m := Mistake{Kind: BadDirective, Offset: t.offset, Other: -1, Token: t.source}
	switch words[0] {
	case "%TAG":
		if len(words) > 2 {
			w.declare(words[1])
		}
		if len(words) == 3 {
			return
		}
	case "%YAML":
		if len(words) == 2 {
			if numberedVersion.MatchString(words[1]) {
				w.merges = words[1] == "1.1" || w.merges && words[1] != "1.2"
				return
			}
			m.Offset += len("%YAML ")
		}
	default:
		return
	}
	if w.found {
		w.behind = append(w.behind, m)
	} else {
		w.fail(m)
	}
}

func (w *walk) declare(handle string) {
	if w.tags == nil {
		w.tags = map[string]bool{}
	}
	w.tags[handle] = true
}

func (w *walk) document(n *node) {
	w.found = true
	first := n.value
	if first == nil && len(n.tail) > 0 {
		first = &node{token: n.tail[0]}
	}
	p := w.properties(n.start, around{indicator: documentStart, next: first, offset: n.offset, newline: true})
	if p.found != nil && n.value != nil && (n.value.kind == blockMap || n.value.kind == blockList) && !p.newline {
		w.failAt(CollectionBehindMarker, p.end)
	}
	v := w.value(n.value, p, p.end, n.start, 0)
	w.tail(n.tail, v.end, false)
	if w.directives && p.found == nil {
		w.failToken(NoDocumentStart, n.token)
	}
	w.directives = false
}

// extent is where a value stands in the text. A key has also what tells it from
// other keys.
type extent struct {
	start, end int
	name       string
	named      bool
}

// value walks through one, with what stands in front of it. Without a value there
// is an empty text, behind the tokens or at the offset.
func (w *walk) value(n *node, p properties, offset int, before []token, depth int) extent {
	if n == nil {
		return w.empty(p, emptyOffset(offset, before))
	}
	if w.done || depth > maxDepth {
		return extent{start: n.offset, end: n.end()}
	}
	var v extent
	switch {
	case n.kind == alias:
		v = w.alias(n)
		if p.anchor != nil || p.tag != nil {
			w.failToken(PropertyOfAlias, n.token)
		}
	case isScalar(n.kind):
		v = w.text(n)
		w.tag(p.tag)
	case n.kind == blockText:
		v = w.blockText(n)
		w.tag(p.tag)
	case n.kind == blockMap, n.kind == blockList, n.kind == flow:
		w.tag(p.tag)
		v = w.collection(n, p, depth)
	default:
		w.failToken(Unexpected, n.token)
		v = w.empty(p, n.offset)
	}
	w.emptyAnchor(p)
	return v
}

func (w *walk) collection(n *node, p properties, depth int) extent {
	switch n.kind {
	case blockMap:
		return w.blockMap(n, depth)
	case blockList:
		w.dashBehindProperty(p)
		return w.blockList(n, depth)
	default:
		return w.flow(n, depth)
	}
}

func (w *walk) empty(p properties, offset int) extent {
	w.tag(p.tag)
	w.emptyAnchor(p)
	v := extent{start: offset, end: offset, named: true, name: nameless}
	if p.comment {
		v.end = p.end
	}
	return v
}

func (w *walk) emptyAnchor(p properties) {
	if p.anchor != nil && len(p.anchor.source) == 1 {
		w.failToken(EmptyName, *p.anchor)
	}
}

// emptyOffset is behind the last token that is not blank, and its spaces.
func emptyOffset(offset int, before []token) int {
	for i := len(before) - 1; i >= 0; i-- {
		if isBlank(before[i].kind) {
			offset -= len(before[i].source)
			continue
		}
		for i++; i < len(before) && before[i].kind == space; i++ {
			offset += len(before[i].source)
		}
		break
	}
	return offset
}

func (w *walk) alias(n *node) extent {
	if len(n.source) == 1 {
		w.failToken(EmptyName, n.token)
	}
	return extent{start: n.offset, end: w.tail(n.tail, n.end(), true)}
}

// tag finds out whether a tag can be resolved.
func (w *walk) tag(t *token) {
	if t == nil || t.source == "!" {
		return
	}
	if verbatim, ok := strings.CutPrefix(t.source, "!<"); ok {
		if !strings.HasSuffix(verbatim, ">") || verbatim == "!>" || verbatim == "!!>" {
			w.failToken(BadTag, *t)
		}
		return
	}
	at := strings.LastIndexByte(t.source, '!') + 1
	handle := t.source[:at]
	if at == len(t.source) || handle != "!" && handle != "!!" && !w.tags[handle] {
		w.failToken(BadTag, *t)
	}
}

// tail is what follows a value on its line. It returns the end.
func (w *walk) tail(tokens []token, end int, needSpace bool) int {
	spaced := false
	for _, t := range tokens {
		switch t.kind {
		case space, newline:
			spaced = true
		case comment:
			if needSpace && !spaced {
				w.failToken(NoSpaceBeforeComment, t)
			}
		default:
			w.failToken(Unexpected, t)
		}
		end += len(t.source)
	}
	return end
}
