package recovery

// longestKey is how many characters a key may have in front of its colon.
const longestKey = 1024

// keys are those of an object, and where they stand.
type keys map[string]int

func (w *walk) unique(seen keys, key extent, offset int) {
	if !key.named {
		return
	}
	if first, ok := seen[key.name]; ok {
		w.fail(Mistake{Kind: DuplicateKey, Offset: offset, Other: first, Token: key.name[1:]})
		return
	}
	seen[key.name] = offset
}

func (w *walk) blockMap(m *node, depth int) extent {
	w.inCollection = true
	end, commentEnd := m.offset, -1
	seen := keys{}
	for _, i := range m.items {
		if w.done {
			break
		}
		p := w.properties(i.start, around{indicator: question, next: i.afterStart(), offset: end, indent: m.indent, newline: true})
		if p.found == nil && p.anchor == nil && p.tag == nil && !i.keyed {
			w.keyColumn(m, i, end)
			commentEnd = p.end
			continue
		}
		end = w.blockEntry(m, i, p, end, seen, depth)
	}
	v := extent{start: m.offset, end: end}
	if commentEnd >= 0 {
		v.end = commentEnd
	}
	return v
}

// afterStart is what follows the start of an item.
func (i *item) afterStart() *node {
	switch {
	case i.key != nil:
		return i.key
	case len(i.sep) > 0:
		return &node{token: i.sep[0]}
	default:
		return nil
	}
}

func (w *walk) keyColumn(m *node, i *item, end int) {
	switch {
	case i.key == nil:
	case i.key.kind == blockList:
		w.failOther(DashAsKey, end, i.key.offset)
	case i.key.kind != failure && i.key.indent != m.indent:
		w.failOther(KeyColumn, end, i.key.offset)
	}
}

// blockEntry walks through a key and its value, and returns where they end.
func (w *walk) blockEntry(m *node, i *item, p properties, end int, seen keys, depth int) int {
	implicit := p.found == nil
	switch {
	case implicit:
		w.keyColumn(m, i, end)
		if p.newlineBehind != nil || i.key.overLines() {
			w.failAt(KeyOverLines, i.offset())
		}
	case p.found.indent != m.indent:
		w.failOther(KeyColumn, end, p.found.offset)
	}
	key := w.value(i.key, p, p.end, i.start, depth+1)
	w.unique(seen, key, p.end)
	v := w.properties(i.sep, around{
		indicator: colon, next: i.value, offset: key.end, indent: m.indent, newline: i.key == nil || i.key.kind == blockText,
	})
	if v.found == nil {
		if implicit {
			w.failOther(NoColon, key.start, m.offset)
		}
		return v.end
	}
	if implicit && i.value != nil && i.value.kind == blockMap && !v.newline {
		w.failOther(KeyInValue, v.end, key.start)
	}
	if implicit && p.start < v.found.offset-longestKey {
		w.failAt(KeyTooLong, key.start)
	}
	return w.value(i.value, v, v.end, i.sep, depth+1).end
}

// offset is where the item begins.
func (i *item) offset() int {
	if i.key != nil {
		return i.key.offset
	}
	return i.start[len(i.start)-1].offset
}

// overLines says whether a key goes over several lines.
func (n *node) overLines() bool {
	switch {
	case n == nil:
		return false
	case isScalar(n.kind):
		return hasLineFeed(n.source) || contains(n.tail, newline)
	case n.kind == flow:
		for _, i := range n.items {
			if contains(i.start, newline) || contains(i.sep, newline) || i.key.overLines() || i.value.overLines() {
				return true
			}
		}
		return false
	default:
		return true
	}
}

func (w *walk) blockList(l *node, depth int) extent {
	w.inCollection = true
	end, commentEnd := l.offset, -1
	for _, i := range l.items {
		if w.done {
			break
		}
		p := w.properties(i.start, around{indicator: dash, next: i.value, offset: end, indent: l.indent, newline: true})
		if p.found == nil {
			switch {
			case i.value != nil && i.value.kind == blockList:
				w.failOther(DashColumn, p.end, l.offset)
			case i.value != nil:
				w.failOther(NoDash, end, i.value.offset)
			case p.anchor != nil || p.tag != nil:
				w.failAt(NoDash, end)
			default:
				commentEnd = p.end
				continue
			}
		}
		end = w.value(i.value, p, p.end, i.start, depth+1).end
	}
	v := extent{start: l.offset, end: end}
	if commentEnd >= 0 {
		v.end = commentEnd
	}
	return v
}

// brackets are what walks through the items of a flow know.
type brackets struct {
	*node
	object bool
	seen   keys
	depth  int
}

func (w *walk) flow(f *node, depth int) extent {
	w.inCollection = true
	b := brackets{f, f.start[0].kind == openBrace, keys{}, depth}
	end := f.start[0].end()
	for n := range f.items {
		if w.done {
			break
		}
		end = w.flowItem(b, n, end)
	}
	return extent{start: f.offset, end: w.flowEnd(b, end)}
}

func (w *walk) flowItem(b brackets, n, end int) int {
	i := b.items[n]
	p := w.properties(i.start, around{inFlow: true, indicator: question, next: i.afterStart(), offset: end, indent: b.indent})
	if p.found == nil {
		if p.anchor == nil && p.tag == nil && !i.keyed && i.value == nil {
			if n == 0 && p.comma != nil {
				w.failToken(EmptyItem, *p.comma)
			} else if n < len(b.items)-1 {
				w.failAt(EmptyItem, p.start)
			}
			return p.end
		}
		if !b.object && i.key.overLines() {
			w.failToken(KeyOverLines, i.key.token)
		}
	}
	switch {
	case n == 0 && p.comma != nil:
		w.failToken(EmptyItem, *p.comma)
	case n > 0 && p.comma == nil:
		w.failOther(NoComma, p.start, b.offset)
	}
	if !b.object && !i.keyed && p.found == nil {
		v := w.value(i.value, p, p.end, i.sep, b.depth+1)
		w.noBlock(i.value, v)
		return v.end
	}
	return w.flowEntry(b, i, p)
}

func (w *walk) flowEntry(b brackets, i *item, p properties) int {
	key := w.value(i.key, p, p.end, i.start, b.depth+1)
	w.noBlock(i.key, key)
	v := w.properties(i.sep, around{inFlow: true, indicator: colon, next: i.value, offset: key.end, indent: b.indent})
	switch {
	case v.found != nil && !b.object && p.found == nil:
		w.keyInList(i, p, v)
	case v.found == nil && i.value != nil && i.value.source != "" && i.value.source[0] == ':':
		w.failToken(NoSpaceBehind, i.value.token)
	case v.found == nil && i.value != nil:
		w.failOther(NoComma, v.start, b.offset)
	}
	end := v.end
	if i.value != nil || v.found != nil {
		value := w.value(i.value, v, v.end, i.sep, b.depth+1)
		w.noBlock(i.value, value)
		end = value.end
	}
	if b.object {
		w.unique(b.seen, key, p.end)
	}
	return end
}

// keyInList checks the key of an object that is an item without braces.
func (w *walk) keyInList(i *item, p, v properties) {
	for _, t := range i.sep {
		if t.offset == v.found.offset {
			break
		}
		if t.kind == newline {
			w.failToken(KeyOverLines, t)
			break
		}
	}
	if p.start < v.found.offset-longestKey {
		w.failToken(KeyTooLong, *v.found)
	}
}

func (w *walk) noBlock(n *node, v extent) {
	if n != nil && (n.kind == blockMap || n.kind == blockList) {
		w.failAt(BlockInFlow, v.start)
	}
}

func (w *walk) flowEnd(b brackets, end int) int {
	expected := closeBracket
	if b.object {
		expected = closeBrace
	}
	rest := b.tail
	if len(rest) > 0 && rest[0].kind == expected {
		return w.tail(rest[1:], rest[0].end(), true)
	}
	w.fail(Mistake{Kind: OpenBracket, Offset: end, Other: b.offset, Token: b.start[0].source})
	if len(rest) > 0 && len(rest[0].source) == 1 {
		rest = rest[1:]
	}
	return w.tail(rest, end, true)
}
