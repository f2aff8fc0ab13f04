package recovery

// parser puts tokens together. Whatever comes, it finds a place for it: the walk
// tells later what does not belong there.
type parser struct {
	// out gets documents, and what stands around them.
	out   func(*node)
	stack []*node // what is being built, the innermost last
	// now is the token at hand.
	now token
	// atNewLine says that spaces and indicators count as indentation, onKeyLine
	// that the line has a key already.
	atNewLine, onKeyLine bool
	tooDeep              bool
}

// take puts the next token in its place. Spaces and indicators at the beginning
// of a line indent what follows.
func (p *parser) take(k kind, source string) {
	p.now.kind, p.now.source = k, source
	switch k {
	case none:
		p.pop(p.failure())
	case plain:
		p.atNewLine = false
		p.step()
	default:
		p.step()
		p.indent()
	}
	p.now.offset += len(source)
}

func (p *parser) indent() {
	switch p.now.kind {
	case newline:
		p.atNewLine, p.now.indent = true, 0
	case space:
		if p.atNewLine && p.now.source[0] == ' ' {
			p.now.indent += len(p.now.source)
		}
	case dash, question, colon:
		if p.atNewLine {
			p.now.indent += len(p.now.source)
		}
	case documentMode, flowErrorEnd:
	default:
		p.atNewLine = false
	}
}

func (p *parser) finish() {
	for len(p.stack) > 0 {
		p.pop(nil)
	}
}

func (p *parser) node(k kind) *node {
	n := &node{token: p.now}
	n.kind = k
	return n
}

func (p *parser) failure() *node { return p.node(failure) }

func (p *parser) push(n *node) {
	p.stack = append(p.stack, n)
	p.tooDeep = p.tooDeep || len(p.stack) > maxDepth
}

// peek is the n-th of the stack from its top, which is the first.
func (p *parser) peek(n int) *node {
	if n > len(p.stack) {
		return nil
	}
	return p.stack[len(p.stack)-n]
}

func (p *parser) popAndStep() {
	p.pop(nil)
	p.step()
}

func (p *parser) step() {
	top := p.peek(1)
	switch {
	case p.now.kind == documentEnd && (top == nil || top.kind != documentEnd):
		p.finish()
		p.push(p.node(documentEnd))
	case top == nil:
		p.stream()
	case top.kind == document:
		p.document(top)
	case isScalar(top.kind):
		p.scalar(top)
	case top.kind == blockText:
		p.blockText(top)
	case top.kind == blockMap:
		p.blockMap(top)
	case top.kind == blockList:
		p.blockList(top)
	case top.kind == flow:
		p.flow(top)
	case top.kind == documentEnd:
		p.documentEnd(top)
	}
}

func (p *parser) stream() {
	switch p.now.kind {
	case directive, byteOrderMark, space, comment, newline:
		p.out(p.node(p.now.kind))
	case documentMode, documentStart:
		n := p.node(document)
		if p.now.kind == documentStart {
			n.start = []token{p.now}
		}
		p.push(n)
	default:
		p.out(p.failure())
	}
}

func (p *parser) document(n *node) {
	switch k := p.now.kind; {
	case n.value != nil:
		p.lineEnd(n)
	case k == documentStart && !onlyBlank(n.start, true):
		p.popAndStep()
	case k == documentStart, k == anchor, k == tag, isBlank(k):
		n.start = append(n.start, p.now)
	default:
		if value := p.begin(n); value != nil {
			p.push(value)
		} else {
			p.out(p.failure())
		}
	}
}

// scalar finds out whether it is a key.
func (p *parser) scalar(n *node) {
	if p.now.kind != colon {
		p.lineEnd(n)
		return
	}
	sep := append(n.tail, p.now)
	n.tail = nil
	p.replaceByMap(n, sep)
}

// replaceByMap makes the innermost value the first key of an object.
func (p *parser) replaceByMap(key *node, sep []token) {
	start := p.keyStart(p.peek(2))
	n := &node{token: key.token, items: []*item{{start: start, key: key, sep: sep, keyed: true}}}
	n.kind = blockMap
	p.onKeyLine = true
	p.stack[len(p.stack)-1] = n
}

func (p *parser) blockText(n *node) {
	switch k := p.now.kind; {
	case isBlank(k):
		n.start = append(n.start, p.now)
	case k == plain:
		n.source = p.now.source
		p.atNewLine, p.now.indent = true, 0 // its last line feed belongs to it
		p.pop(nil)
	default:
		p.popAndStep()
	}
}

func (p *parser) documentEnd(n *node) {
	if p.now.kind == documentMode {
		return
	}
	n.tail = append(n.tail, p.now)
	if p.now.kind == newline {
		p.pop(nil)
	}
}

// lineEnd takes what stands behind a value: everything but these and blanks is
// a mistake.
func (p *parser) lineEnd(n *node) {
	switch p.now.kind {
	case comma, documentStart, documentEnd, closeBracket, closeBrace, colon:
		p.popAndStep()
	case newline:
		p.onKeyLine = false
		n.tail = append(n.tail, p.now)
		p.pop(nil)
	default:
		n.tail = append(n.tail, p.now)
	}
}

// pop puts the innermost value, or else n, into what is around it.
func (p *parser) pop(n *node) {
	if n == nil {
		n = p.peek(1)
		p.stack = p.stack[:len(p.stack)-1]
	}
	top := p.peek(1)
	switch {
	case top == nil:
		p.out(n)
		return
	case n.kind == blockText:
		n.indent = top.indent // not that of its header
		if top.kind == document {
			n.indent = 0
		}
	case n.kind == flow:
		if top.kind == document {
			n.indent = 0
		}
		n.plainItems()
	}
	switch top.kind {
	case document:
		top.value = n
	case blockText:
		top.start = append(top.start, n.token)
	case blockMap:
		if p.addToMap(top, n) {
			return
		}
	case blockList:
		last := top.last()
		if last.value != nil {
			last = top.add(&item{})
		}
		last.value = n
	case flow:
		top.addToFlow(n)
		return
	default:
		p.pop(nil)
		p.pop(n)
	}
	if top.kind == document || top.kind == blockMap || top.kind == blockList {
		n.giveUpBlanks(top)
	}
}

// addToMap returns true when n is a key.
func (p *parser) addToMap(top, n *node) bool {
	last := top.last()
	switch {
	case last.value != nil:
		top.add(&item{key: n, keyed: true})
		p.onKeyLine = true
		return true
	case last.keyed:
		last.value = n
		return false
	default:
		last.key, last.keyed = n, true
		p.onKeyLine = !last.explicit
		return true
	}
}

func (n *node) addToFlow(part *node) {
	last := n.last()
	switch {
	case last == nil || last.value != nil:
		n.add(&item{key: part, keyed: true})
	case last.keyed:
		last.value = part
	default:
		last.key, last.keyed = part, true
	}
}

func (n *node) last() *item {
	if len(n.items) == 0 {
		return nil
	}
	return n.items[len(n.items)-1]
}

func (n *node) add(i *item) *item {
	n.items = append(n.items, i)
	return i
}

// giveUpBlanks moves blank lines and comments at the end of a block to what is
// around it.
func (n *node) giveUpBlanks(around *node) {
	last := n.last()
	if n.kind != blockMap && n.kind != blockList || last == nil || last.keyed || last.value != nil ||
		len(last.start) == 0 || !onlyBlank(last.start, true) {
		return
	}
	if n.indent > 0 {
		for _, t := range last.start {
			if t.kind == comment && t.indent >= n.indent {
				return
			}
		}
	}
	if around.kind == document {
		around.tail = last.start
	} else {
		around.add(&item{start: last.start})
	}
	n.items = n.items[:len(n.items)-1]
}

// plainItems makes values of the keys of a list in brackets that have no colon.
func (n *node) plainItems() {
	if n.start[0].kind != openBracket {
		return
	}
	for _, i := range n.items {
		if !i.keyed || i.value != nil || contains(i.start, question) || contains(i.sep, colon) {
			continue
		}
		i.value, i.key = i.key, nil
		if i.value != nil && (isScalar(i.value.kind) || i.value.kind == flow) {
			i.value.tail = append(i.value.tail, i.sep...)
		} else {
			i.start = append(i.start, i.sep...)
		}
		i.sep, i.keyed = nil, false
	}
}

// begin makes the value that a token begins, nil when it begins none.
func (p *parser) begin(around *node) *node {
	k := p.now.kind
	switch {
	case isScalar(k):
		return p.node(k)
	case k == blockHeader:
		n := p.node(blockText)
		n.start, n.source = []token{p.now}, ""
		return n
	case k == openBrace, k == openBracket:
		n := p.node(flow)
		n.start = []token{p.now}
		return n
	case k == dash:
		n := p.node(blockList)
		n.items = []*item{{start: []token{p.now}}}
		return n
	case k == question:
		p.onKeyLine = true
		n := p.node(blockMap)
		n.items = []*item{{start: append(p.keyStart(around), p.now), explicit: true}}
		return n
	case k == colon:
		p.onKeyLine = true
		return p.mapWithoutKey(p.keyStart(around))
	default:
		return nil
	}
}

func (p *parser) mapWithoutKey(start []token) *node {
	n := p.node(blockMap)
	n.items = []*item{{start: start, sep: []token{p.now}, keyed: true}}
	return n
}

// keyStart takes the tags and anchors of a key from what was thought to be in
// front of an object.
func (p *parser) keyStart(around *node) []token {
	switch around.kind {
	case document:
		return cutKeyStart(&around.start)
	case blockMap:
		if last := around.last(); last.keyed {
			return cutKeyStart(&last.sep)
		}
		return cutKeyStart(&around.last().start)
	case blockList:
		return cutKeyStart(&around.last().start)
	default:
		return nil
	}
}

func cutKeyStart(tokens *[]token) []token {
	all := *tokens
	i := len(all) - 1
	for i >= 0 && !endsProperties(all[i].kind) {
		i--
	}
	for i++; i < len(all) && all[i].kind == space; i++ {
	}
	*tokens = all[:i:i]
	return append([]token(nil), all[min(i, len(all)):]...)
}

func endsProperties(k kind) bool {
	return k == documentStart || k == question || k == colon || k == dash || k == newline
}
