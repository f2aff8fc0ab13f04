package apidocs

import (
	"bytes"
	"fmt"
	"html/template"
	"iter"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/renderer/html"
	"go.yaml.in/yaml/v4"
)

// document is the YAML and the first thing that was wrong with it.
type document struct {
	root node
	err  error
}

func read(openapi []byte) (*document, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(openapi, &n); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	d := &document{root: node{&n}}
	if n.Kind == yaml.DocumentNode {
		d.root = node{n.Content[0]}
	}
	if d.root.get("openapi").text() == "" {
		return nil, fmt.Errorf("read the OpenAPI document: it has no member openapi")
	}
	return d, nil
}

func (d *document) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("OpenAPI document: "+format, args...)
	}
}

// follow returns what n refers to, and the name that this has there; n itself
// and "" when it refers to nothing.
func (d *document) follow(n node) (target node, name string) {
	ref := n.get("$ref").text()
	if ref == "" {
		return n, ""
	}
	target = d.root
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		target, name = target.get(part), part
	}
	if !target.exists() {
		d.fail("%s does not exist", ref)
	}
	return target, name
}

var markdown = goldmark.New(goldmark.WithRendererOptions(html.WithXHTML()))

// prose renders CommonMark. What is HTML in it is left out.
func (d *document) prose(n node) template.HTML {
	var out bytes.Buffer
	if err := markdown.Convert([]byte(n.text()), &out); err != nil {
		d.fail("description %.40q: %w", n.text(), err)
	}
	return template.HTML(out.String()) //nolint:gosec // goldmark escapes
}

// node is a value of the document; what is not there is the zero node.
type node struct{ *yaml.Node }

func (n node) exists() bool { return n.Node != nil }

func (n node) get(name string) node {
	for key, value := range n.members() {
		if key == name {
			return value
		}
	}
	return node{}
}

// members are those of an object, in the order in which they are written.
func (n node) members() iter.Seq2[string, node] {
	return func(yield func(string, node) bool) {
		if !n.exists() || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, node{n.Content[i+1]}) {
				return
			}
		}
	}
}

func (n node) items() []node {
	if !n.exists() || n.Kind != yaml.SequenceNode {
		return nil
	}
	out := make([]node, len(n.Content))
	for i, c := range n.Content {
		out[i] = node{c}
	}
	return out
}

func (n node) texts() []string {
	var out []string
	for _, e := range n.items() {
		out = append(out, e.text())
	}
	return out
}

// text is a scalar as it is written, without quotes.
func (n node) text() string {
	if !n.exists() || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}
