package openapi

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
)

// node is a value of a body, of which single parts can be replaced by text that
// no encoder would write.
type node struct {
	path   string // JSON path: $.actions[0].name
	schema tree
	kind   kind
	raw    string // the text of a value without parts
	parts  []part
}

type kind int

const (
	text kind = iota // a value without parts
	object
	array
)

// part is a member of an object or an element of an array.
type part struct {
	name     string // "" in an array
	required bool
	*node
}

// sampler makes values that obey a schema. It knows what the API's schemas use,
// no more.
type sampler struct{ *rand.Rand }

func (s sampler) pick(from []tree) tree { return from[s.IntN(len(from))] }

func (s sampler) value(path string, schema tree) *node {
	schema = schema.resolved()
	n := &node{path: path, schema: schema}
	typ := schema.at("type").text()
	switch examples := schema.at("examples").items(); {
	case schema.at("const").exists():
		n.raw = encode(schema.at("const").value)
	case schema.at("enum").exists():
		n.raw = encode(s.pick(schema.at("enum").items()).value)
	case typ == "" && schema.at("oneOf").exists():
		return s.value(path, s.pick(schema.at("oneOf").items()))
	case typ == "object":
		s.fillObject(n)
	case typ == "array":
		s.fillArray(n)
	case len(examples) > 0:
		n.raw = encode(s.pick(examples).value)
	case typ == "integer":
		least, _ := schema.at("minimum").integer()
		n.raw = fmt.Sprint(least + s.Int64N(10))
	case typ == "boolean":
		n.raw = fmt.Sprint(s.IntN(2) == 0)
	default:
		n.raw = `"text"`
	}
	return n
}

func (s sampler) fillObject(n *node) {
	n.kind = object
	required, excluded := n.schema.at("required").texts(), []string(nil)
	if choices := n.schema.at("oneOf").items(); len(choices) > 0 {
		chosen := s.IntN(len(choices))
		for i, c := range choices {
			if i == chosen {
				required = append(required, c.at("required").texts()...)
			} else {
				excluded = append(excluded, c.at("required").texts()...)
			}
		}
	}
	properties := n.schema.at("properties")
	for _, name := range properties.names() {
		must := slices.Contains(required, name)
		if slices.Contains(excluded, name) || !must && s.IntN(2) == 0 {
			continue
		}
		n.parts = append(n.parts, part{name, must, s.value(n.path+"."+name, properties.at(name))})
	}
}

func (s sampler) fillArray(n *node) {
	n.kind = array
	least, _ := n.schema.at("minItems").integer()
	for i := range int(least) + s.IntN(3) {
		n.parts = append(n.parts, part{node: s.value(fmt.Sprintf("%s[%d]", n.path, i), n.schema.at("items"))})
	}
}

func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("encode a value of the document: %v", err)) // it came out of JSON
	}
	return string(text)
}

// append writes the value as JSON, raw text as it is.
func (n *node) append(to []byte) []byte {
	if n.kind == text {
		return append(to, n.raw...)
	}
	brackets := map[kind]string{object: "{}", array: "[]"}[n.kind]
	to = append(to, brackets[0])
	for i, p := range n.parts {
		if i > 0 {
			to = append(to, ',')
		}
		if n.kind == object {
			to = append(to, encode(p.name)...)
			to = append(to, ':')
		}
		to = p.append(to)
	}
	return append(to, brackets[1])
}

// walk calls visit for the value and all its parts.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, p := range n.parts {
		p.walk(visit)
	}
}

// replace puts a text in the place of the value.
func (n *node) replace(raw string) { n.kind, n.raw, n.parts = text, raw, nil }
