package recovery

// blockMap puts a token into an object: it belongs to its last entry, begins
// another, or ends the object.
func (p *parser) blockMap(m *node) {
	last := m.last()
	switch {
	case p.now.kind == newline:
		p.onKeyLine = false
		p.blank(m, last)
	case isBlank(p.now.kind):
		p.blank(m, last)
	case p.now.indent < m.indent || !p.entry(m, last):
		p.popAndStep()
	}
}

// blank adds white space or a comment to an item, or to another one behind it.
func (p *parser) blank(n *node, last *item) {
	switch {
	case last.value != nil && p.now.kind == newline && endsWithComment(last.value.tail):
		last.value.tail = append(last.value.tail, p.now)
	case last.value != nil:
		n.add(&item{start: []token{p.now}})
	case last.keyed:
		last.sep = append(last.sep, p.now)
	case p.now.kind != newline && p.commentOfPrevious(n, last):
	default:
		last.start = append(last.start, p.now)
	}
}

func endsWithComment(tail []token) bool { return len(tail) > 0 && tail[len(tail)-1].kind == comment }

// commentOfPrevious adds a comment that is indented more than the items to the
// one above.
func (p *parser) commentOfPrevious(n *node, last *item) bool {
	if p.now.kind != comment || p.now.indent <= n.indent || len(n.items) < 2 || !onlyBlank(last.start, false) {
		return false
	}
	previous := n.items[len(n.items)-2].value
	if !previous.takesTail() {
		return false
	}
	previous.tail = append(append(previous.tail, last.start...), p.now)
	n.items = n.items[:len(n.items)-1]
	return true
}

// entry returns false when the token ends the object.
func (p *parser) entry(m *node, last *item) bool {
	atIndent := !p.onKeyLine && p.now.indent == m.indent
	next := atIndent && (last.keyed || last.explicit) && p.now.kind != dash
	var start []token
	if next && last.keyed && last.value == nil {
		start = last.cutBlankLines(m.indent)
	}
	next = next || last.value != nil
	switch k := p.now.kind; {
	case k == anchor || k == tag:
		p.property(m, last, start, next)
	case k == question:
		p.question(m, last, start, next)
	case k == colon && last.explicit:
		p.colonOfExplicit(m, last, start)
	case k == colon:
		p.colon(m, last, start, next)
	case isScalar(k):
		p.text(m, last, start, next)
	default:
		return p.value(m, last, start, atIndent)
	}
	return true
}

// cutBlankLines takes the blank lines and comments behind a key without a value,
// from the second line feed on: they belong to the entry below.
func (i *item) cutBlankLines(indent int) []token {
	feeds, second := 0, 0
	for at, t := range i.sep {
		switch {
		case t.kind == newline:
			if feeds++; feeds == 2 {
				second = at
			}
		case t.kind == space, t.kind == comment && t.indent <= indent:
		default:
			feeds = 0
		}
	}
	if feeds < 2 {
		return nil
	}
	cut := append([]token(nil), i.sep[second:]...)
	i.sep = i.sep[:second:second]
	return cut
}

func (p *parser) property(m *node, last *item, start []token, next bool) {
	switch {
	case next:
		m.add(&item{start: append(start, p.now)})
		p.onKeyLine = true
	case last.keyed:
		last.sep = append(last.sep, p.now)
	default:
		last.start = append(last.start, p.now)
	}
}

func (p *parser) question(m *node, last *item, start []token, next bool) {
	switch {
	case !last.keyed && !last.explicit:
		last.start = append(last.start, p.now)
		last.explicit = true
	case next:
		m.add(&item{start: append(start, p.now), explicit: true})
	default:
		n := p.node(blockMap)
		n.items = []*item{{start: []token{p.now}, explicit: true}}
		p.push(n)
	}
	p.onKeyLine = true
}

// colonOfExplicit ends a key with a question mark, or begins an object in it.
func (p *parser) colonOfExplicit(m *node, last *item, start []token) {
	p.onKeyLine = true
	switch {
	case !last.keyed && contains(last.start, newline):
		last.sep, last.keyed = []token{p.now}, true
	case !last.keyed:
		p.push(p.mapWithoutKey(cutKeyStart(&last.start)))
	case last.value != nil:
		m.add(&item{sep: []token{p.now}, keyed: true})
	case contains(last.sep, colon):
		p.push(p.mapWithoutKey(start))
	case last.key != nil && (isScalar(last.key.kind) || last.key.kind == flow) && !contains(last.sep, newline):
		n := p.node(blockMap)
		n.items = []*item{{start: cutKeyStart(&last.start), key: last.key, sep: append(last.sep, p.now), keyed: true}}
		last.key, last.sep, last.keyed = nil, nil, false
		p.push(n)
	default:
		last.sep = append(append(last.sep, start...), p.now)
	}
}

func (p *parser) colon(m *node, last *item, start []token, next bool) {
	p.onKeyLine = true
	switch {
	case !last.keyed:
		last.sep, last.keyed = []token{p.now}, true
	case next:
		m.add(&item{start: start, sep: []token{p.now}, keyed: true})
	case contains(last.sep, colon):
		p.push(p.mapWithoutKey(nil))
	default:
		last.sep = append(last.sep, p.now)
	}
}

func (p *parser) text(m *node, last *item, start []token, next bool) {
	n := p.node(p.now.kind)
	switch {
	case next:
		m.add(&item{start: start, key: n, keyed: true})
		p.onKeyLine = true
	case last.keyed:
		p.push(n)
	default:
		last.key, last.keyed = n, true
		p.onKeyLine = true
	}
}

// value begins a list, brackets or a block text.
func (p *parser) value(m *node, last *item, start []token, atIndent bool) bool {
	n := p.begin(m)
	switch {
	case n == nil:
		return false
	case n.kind == blockList && !last.explicit && last.keyed && !contains(last.sep, newline):
		p.pop(p.failure())
		return true
	case n.kind != blockList && atIndent:
		m.add(&item{start: start})
	}
	p.push(n)
	return true
}

// blockList puts a token into a list of dashes.
func (p *parser) blockList(l *node) {
	last := l.last()
	switch k := p.now.kind; {
	case isBlank(k):
		p.blank(l, last)
		return
	case (k == anchor || k == tag) && last.value == nil && p.now.indent > l.indent:
		last.start = append(last.start, p.now)
		return
	case k == dash && p.now.indent == l.indent && (last.value != nil || contains(last.start, dash)):
		l.add(&item{start: []token{p.now}})
		return
	case k == dash && p.now.indent == l.indent:
		last.start = append(last.start, p.now)
		return
	case k != anchor && k != tag && p.now.indent > l.indent:
		if n := p.begin(l); n != nil {
			p.push(n)
			return
		}
	}
	p.popAndStep()
}

// flow puts a token into brackets, or behind them.
func (p *parser) flow(f *node) {
	switch {
	case p.now.kind == flowErrorEnd:
		p.pop(nil)
		for top := p.peek(1); top != nil && top.kind == flow; top = p.peek(1) {
			p.pop(nil)
		}
	case len(f.tail) == 0:
		p.inFlow(f)
	default:
		p.behindFlow(f)
	}
}

func (p *parser) inFlow(f *node) {
	last := f.last()
	over := last == nil || last.value != nil // the last item
	switch k := p.now.kind; {
	case k == closeBrace || k == closeBracket:
		f.tail = append(f.tail, p.now)
	case k == comma || k == question:
		if last == nil || last.keyed {
			last = f.add(&item{})
		}
		last.start = append(last.start, p.now)
	case k == colon || isBlank(k) || k == anchor || k == tag:
		if over {
			last = f.add(&item{})
		}
		if k == colon || last.keyed {
			last.sep, last.keyed = append(last.sep, p.now), true
		} else {
			last.start = append(last.start, p.now)
		}
	case isScalar(k) && (over || !last.keyed):
		if over {
			last = f.add(&item{})
		}
		last.key, last.keyed = p.node(k), true
	default:
		if n := p.begin(f); n != nil {
			p.push(n)
		} else {
			p.popAndStep()
		}
	}
}

// behindFlow finds out whether the brackets are a key.
func (p *parser) behindFlow(f *node) {
	around := p.peek(2)
	k := p.now.kind
	switch {
	case around.kind == blockMap && (k == colon && around.indent == f.indent || k == newline && !around.last().keyed):
		p.popAndStep()
	case k == colon && around.kind != flow:
		sep := append(append([]token(nil), f.tail[1:]...), p.now)
		f.tail = f.tail[:1:1]
		f.plainItems()
		p.replaceByMap(f, sep)
	default:
		p.lineEnd(f)
	}
}
