package recovery

import "strings"

// around is where properties stand.
type around struct {
	inFlow    bool
	indicator kind // what may stand among them
	next      *node
	offset    int // when there are none
	indent    int // of what is around
	newline   bool
}

// properties are what stands in front of a value: tags and anchors, an
// indicator, and blanks.
type properties struct {
	comma, found, anchor, tag *token
	comment, newline          bool
	newlineBehind             *token // a tag or an anchor
	start, end                int
}

// reading is the state between two properties.
type reading struct {
	around
	properties
	atNewline, spaced bool
	needSpace         bool // behind a tag or an anchor
	tab               *token
}

func (w *walk) properties(tokens []token, a around) properties {
	r := &reading{around: a, atNewline: a.newline, spaced: a.newline}
	r.start = -1
	for i := range tokens {
		t := &tokens[i]
		if r.needSpace && t.kind != space && t.kind != newline && t.kind != comma {
			w.failToken(NoSpaceBehindProperty, *t)
		}
		r.needSpace = false
		if r.tab != nil && r.atNewline && t.kind != comment && t.kind != newline {
			w.failToken(TabIndent, *r.tab)
		}
		r.tab = nil
		w.property(r, t)
	}
	r.end = a.offset
	if len(tokens) > 0 {
		r.end = tokens[len(tokens)-1].end()
	}
	w.beforeNext(r)
	if r.start < 0 {
		r.start = r.end
	}
	return r.properties
}

func (w *walk) beforeNext(r *reading) {
	n := r.next
	if r.needSpace && n != nil && n.kind != space && n.kind != newline && n.kind != comma && (n.kind != plain || n.source != "") {
		w.failToken(NoSpaceBehindProperty, n.token)
	}
	if r.tab != nil && (r.atNewline && r.tab.indent <= r.indent || n != nil && (n.kind == blockMap || n.kind == blockList)) {
		w.failToken(TabIndent, *r.tab)
	}
}

func (w *walk) property(r *reading, t *token) {
	switch {
	case t.kind == space:
		inFlow := r.inFlow || r.indicator == documentStart && r.next != nil && r.next.kind == flow
		if !inFlow && strings.Contains(t.source, "\t") {
			r.tab = t
		}
		r.spaced = true
	case t.kind == comment:
		if !r.spaced {
			w.failToken(NoSpaceBeforeComment, *t)
		}
		r.comment, r.atNewline = true, false
	case t.kind == newline:
		r.atNewline, r.properties.newline, r.spaced = true, true, true
		if r.anchor != nil || r.tag != nil {
			r.newlineBehind = t
		}
	case t.kind == anchor:
		w.name(r, &r.anchor, t)
	case t.kind == tag:
		w.name(r, &r.tag, t)
	case t.kind == r.indicator:
		if r.anchor != nil || r.tag != nil {
			w.failToken(PropertyOrder, *t)
		}
		if r.found != nil {
			w.failToken(Unexpected, *t)
		}
		r.found, r.spaced = t, false
		r.atNewline = t.kind == dash || t.kind == question
	case t.kind == comma && r.inFlow:
		if r.comma != nil {
			w.failToken(EmptyItem, *t)
		}
		r.comma, r.atNewline, r.spaced = t, false, false
	default:
		w.failToken(Unexpected, *t)
		r.atNewline, r.spaced = false, false
	}
}

// name takes an anchor or a tag.
func (w *walk) name(r *reading, place **token, t *token) {
	if *place != nil {
		w.failToken(TwoProperties, *t)
	}
	*place = t
	if r.start < 0 {
		r.start = t.offset
	}
	r.atNewline, r.spaced, r.needSpace = false, false, true
}

// dashBehindProperty reports a list that begins on the line of its tag or anchor.
func (w *walk) dashBehindProperty(p properties) {
	last := p.anchor
	if last == nil || p.tag != nil && p.tag.offset > last.offset {
		last = p.tag
	}
	if last != nil && (p.newlineBehind == nil || p.newlineBehind.offset < last.offset) {
		w.failToken(PropertyBeforeDash, *last)
	}
}
