package connectyaml

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// converter turns the tree of the library into ours: it gives scalars their
// types, resolves aliases and merges, and finds keys that stand twice.
type converter struct {
	source *source
	report *report
	schema *schema
	// shared are the anchored nodes that were met, and what they became.
	shared  map[*yaml.Node]*sharing
	tooDeep bool
	// aliasWork are the steps that aliases and merges took.
	aliasWork      int
	tooManyAliases bool
	lastKey        node
}

func newConverter(s *source, r *report) *converter {
	c := &converter{source: s, report: r, schema: &core, shared: map[*yaml.Node]*sharing{}}
	if s.legacy {
		c.schema = &legacy
	}
	return c
}

// tree is nil when it is no use to look at what is in there.
func (c *converter) tree(document *yaml.Node) *node {
	root := c.node(document, 0)
	if c.tooDeep || c.tooManyAliases {
		return nil
	}
	return root
}

func (c *converter) node(y *yaml.Node, depth int) *node {
	c.source.decorated = c.source.decorated || y.Kind == yaml.AliasNode || y.Anchor != "" || y.Style&yaml.TaggedStyle != 0
	if y.Kind == yaml.AliasNode {
		return c.alias(y, depth)
	}
	n := &node{pos: Position{y.Line, y.Column}}
	if depth >= maxDepth {
		if !c.tooDeep {
			c.report.tooDeep(n.pos)
		}
		c.tooDeep = true
		n.kind = kindBroken
		return n
	}
	if strings.Contains(strings.TrimPrefix(strings.TrimPrefix(y.Tag, "!"), "!"), "!") {
		c.source.suspect = true
	}
	if y.Anchor != "" {
		share := &sharing{node: n, open: true, count: 1}
		c.shared[y] = share
		defer func() { share.open = false }()
	}
	switch y.Kind {
	case yaml.SequenceNode:
		c.list(n, y, depth)
	case yaml.MappingNode:
		c.object(n, y, depth)
	default:
		c.scalar(n, y)
	}
	return n
}

func (c *converter) scalar(n *node, y *yaml.Node) {
	value := c.source.reveal(y)
	switch {
	case y.Style&yaml.TaggedStyle != 0:
		if !c.schema.tagged(n, y.Tag, value) {
			c.report.fail(ruleSyntax, place{}, n.pos, quote(value)+" is tagged as a timestamp, but is none", "Remove the tag.")
		}
	case y.Style != 0, y.Tag == "!": // quoted, in block form, or tagged as "not plain"
		setText(n, value)
	default:
		c.source.suspect = c.source.suspect || returnsEarly(value)
		c.schema.plain(n, value)
	}
}

func (c *converter) list(n *node, y *yaml.Node, depth int) {
	n.kind, n.flow = kindList, y.Style&yaml.FlowStyle != 0
	n.items = make([]*node, 0, len(y.Content))
	for _, item := range y.Content {
		n.items = append(n.items, c.node(item, depth+1))
	}
	// These tags make something else of a list. The official reader ignores
	// all others.
	if y.Tag == "!!omap" || y.Tag == "!!pairs" && len(n.items) > 0 {
		n.kind, n.text = kindOther, y.Tag
	}
}

func (c *converter) object(n *node, y *yaml.Node, depth int) {
	n.kind, n.flow = kindObject, y.Style&yaml.FlowStyle != 0
	c.entries(n, y, depth)
	if y.Tag == "!!set" {
		n.kind, n.text = kindOther, y.Tag
	}
}

// entries adds those of an object. When two keys are the same, the later one
// counts; that is a mistake too, unless one of them is an alias.
func (c *converter) entries(n *node, y *yaml.Node, depth int) {
	n.entries = make([]entry, 0, len(y.Content)/2)
	b := &builder{object: n}
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		k := c.key(key, depth)
		if c.merges(key, k) {
			merges = append(merges, value)
			continue
		}
		e := entry{key: keyText(k), keyPos: k.pos, keyKind: k.kind}
		if key.Kind != yaml.ScalarNode {
			e.keyKind = kindOther
		} else if first := b.find(e.key); first != nil && first.keyKind == e.keyKind {
			c.source.duplicates = append(c.source.duplicates, duplicate{e.key, k.pos, first.keyPos, k.pos})
		}
		e.value = c.node(value, depth+1)
		b.set(e)
	}
	for _, m := range merges {
		c.merge(b, m, depth)
	}
}

// key is the node of a key. It is overwritten by the next key, since most keys
// leave nothing behind but their name.
func (c *converter) key(y *yaml.Node, depth int) *node {
	if y.Kind != yaml.ScalarNode || y.Anchor != "" {
		return c.node(y, depth+1)
	}
	c.source.decorated = c.source.decorated || y.Style&yaml.TaggedStyle != 0
	c.lastKey = node{pos: Position{y.Line, y.Column}}
	c.scalar(&c.lastKey, y)
	return &c.lastKey
}

// keyText is the name of a key: that of one which is no string is never known.
func keyText(k *node) string {
	switch k.kind {
	case kindList:
		return "[…]"
	case kindObject:
		return "{…}"
	default:
		return k.text
	}
}

// merges says whether a key copies entries: one of YAML 1.1, or one with a tag.
func (c *converter) merges(key *yaml.Node, k *node) bool {
	return k.kind == kindMerge ||
		c.source.legacy && key.Kind == yaml.ScalarNode && key.Style&^yaml.TaggedStyle == 0 && k.kind == kindText && k.text == "<<"
}

// merge adds the entries of the object, or of each object of the list, that b
// lacks.
func (c *converter) merge(b *builder, y *yaml.Node, depth int) {
	y = target(y)
	sources, isList := []*yaml.Node{y}, y.Kind == yaml.SequenceNode
	if isList {
		sources = y.Content
	}
	for _, s := range sources {
		s = target(s)
		pos := Position{s.Line, s.Column}
		if c.aliasWork += len(s.Content); c.aliasWork > maxAliasWork {
			c.tooMany(pos)
			return
		}
		// An object that is merged into itself ends here as well.
		if s.Kind != yaml.MappingNode || isList && (y.Tag == "!!omap" || y.Tag == "!!pairs") || s.Tag == "!!set" || depth >= maxDepth {
			c.report.fail(ruleAlias, place{}, pos, "only objects can be merged, and none into itself",
				"Write the keys out: connect.yaml needs no merging.")
			return
		}
		from := &node{}
		c.entries(from, s, depth+1)
		for _, e := range from.entries {
			if b.find(e.key) == nil {
				b.set(e)
			}
		}
	}
}

func target(y *yaml.Node) *yaml.Node {
	if y.Kind == yaml.AliasNode {
		return y.Alias
	}
	return y
}
