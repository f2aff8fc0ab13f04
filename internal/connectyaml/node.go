package connectyaml

// kind is the type that a value has once YAML is resolved.
type kind int

const (
	kindNull kind = iota
	kindBoolean
	kindNumber
	kindText
	kindList
	kindObject
	kindOther // what no key accepts: a date, binary data, a set
)

// node is a value of the file. Aliases are resolved: one node may stand in
// several places.
type node struct {
	kind    kind
	text    string  // what a text says; what is written for other scalars
	number  float64 // of a number
	truth   bool    // of a boolean
	items   []*node // of a list
	entries []entry // of an object, each key once
	pos     Position
}

// entry is a key of an object and its value.
type entry struct {
	key    string
	keyPos Position
	value  *node
}

// get is the value of a key, nil when the node is no object or lacks the key.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key {
			return e.value
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

// list are the items of a list, none for every other value.
func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}
