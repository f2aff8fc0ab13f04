package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// tree is a value of the document and the place where it stands, as a JSON
// pointer.
type tree struct {
	root    any
	value   any // as encoding/json decodes it, with json.Number
	pointer string
}

// What a name is in a JSON pointer (RFC 6901).
var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// decode reads YAML as JSON, which is what the schemas are about.
func decode(text []byte) (tree, error) {
	var document any
	if err := yaml.Unmarshal(text, &document); err != nil {
		return tree{}, fmt.Errorf("YAML of the document: %w", err)
	}
	asJSON, err := json.Marshal(document)
	if err != nil {
		return tree{}, fmt.Errorf("document as JSON: %w", err)
	}
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return tree{}, fmt.Errorf("document as JSON: %w", err)
	}
	return tree{root: root, value: root}, nil
}

func (t tree) exists() bool { return t.value != nil }

// at returns the member of that name; of what has none, a tree that does not
// exist.
func (t tree) at(name string) tree {
	return tree{t.root, t.members()[name], t.pointer + "/" + escape.Replace(name)}
}

// path returns what stands at a JSON pointer below t.
func (t tree) path(pointer string) tree {
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		t = t.at(unescape.Replace(name))
	}
	return t
}

func (t tree) members() map[string]any {
	m, _ := t.value.(map[string]any)
	return m
}

// names lists the names of the members in order.
func (t tree) names() []string { return slices.Sorted(maps.Keys(t.members())) }

func (t tree) items() []tree {
	elements, _ := t.value.([]any)
	out := make([]tree, len(elements))
	for i, e := range elements {
		out[i] = tree{t.root, e, t.pointer + "/" + strconv.Itoa(i)}
	}
	return out
}

func (t tree) text() string {
	s, _ := t.value.(string)
	return s
}

// texts are the elements of a list of strings.
func (t tree) texts() []string {
	var out []string
	for _, e := range t.items() {
		out = append(out, e.text())
	}
	return out
}

// integer returns a number of the document, and whether there is one.
func (t tree) integer() (int64, bool) {
	n, ok := t.value.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}

// resolved follows references. What stands beside a $ref is prose in this
// document.
func (t tree) resolved() tree {
	for {
		ref := t.at("$ref").text()
		if ref == "" {
			return t
		}
		t = tree{root: t.root, value: t.root}.path(strings.TrimPrefix(ref, "#"))
	}
}
