package connectyaml

// kind is the type that a value has once YAML is resolved.
type kind uint8

const (
	kindNull kind = iota
	kindBoolean
	kindNumber
	kindText
	kindList
	kindObject
	kindOther  // what no key accepts: a date, binary data, a set
	kindMerge  // a key that copies the entries of other objects
	kindBroken // what a finding is about already
)

// node is a value of the file. Aliases are resolved: one node may stand in
// several places.
type node struct {
	kind    kind
	truth   bool    // of a boolean
	flow    bool    // a list or an object is written in brackets
	text    string  // what a text says; what is written for other scalars
	number  float64 // of a number
	items   []*node // of a list
	entries []entry // of an object, each key once
	pos     Position
}

// entry is a key of an object and its value.
type entry struct {
	key    string
	keyPos Position
	// keyKind is that of a key that is written, not one of an alias.
	keyKind kind
	value   *node
}

// get is the value of a key, nil when the node is no object or lacks the key.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := range n.entries {
		if n.entries[i].key == key {
			return n.entries[i].value
		}
	}
	return nil
}

// asText is what a text says, "" for every other value.
func (n *node) asText() string {
	if n == nil || n.kind != kindText {
		return ""
	}
	return n.text
}

// position is where the value stands, zero when there is none.
func (n *node) position() Position {
	if n == nil {
		return Position{}
	}
	return n.pos
}

// list are the items of a list, none for every other value.
func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// fewEntries is how many are found faster by looking at each.
const fewEntries = 16

// builder adds entries to an object.
type builder struct {
	object *node
	index  map[string]int // of an object with many
}

// find is the entry with the key, nil when there is none.
func (b *builder) find(key string) *entry {
	entries := b.object.entries
	if b.index != nil {
		if i, ok := b.index[key]; ok {
			return &entries[i]
		}
		return nil
	}
	for i := range entries {
		if entries[i].key == key {
			return &entries[i]
		}
	}
	return nil
}

// set adds an entry, or replaces the one with its key.
func (b *builder) set(e entry) {
	if old := b.find(e.key); old != nil {
		*old = e
		return
	}
	b.object.entries = append(b.object.entries, e)
	switch n := len(b.object.entries); {
	case b.index != nil:
		b.index[e.key] = n - 1
	case n > fewEntries:
		b.index = make(map[string]int, 2*n)
		for i := range b.object.entries {
			b.index[b.object.entries[i].key] = i
		}
	}
}
