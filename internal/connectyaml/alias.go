package connectyaml

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// maxAliases is how often the official reader resolves an alias.
const maxAliases = 100

// maxAliasWork bounds the steps of counting aliases and of merging.
const maxAliasWork = 1 << 20

// sharing is an anchored node.
type sharing struct {
	node *node
	open bool // its parts are being read
	// count is how often it stands in the tree, weight how many aliases lie
	// under its deepest branch, multiplied.
	count, weight int
}

// alias is what an alias stands for: the same node as its anchor.
func (c *converter) alias(y *yaml.Node, depth int) *node {
	pos := Position{y.Line, y.Column}
	share := c.shared[y.Alias]
	if share == nil { // an anchor inside what is merged
		c.node(y.Alias, depth)
		share = c.shared[y.Alias]
	}
	if share == nil || share.open {
		c.report.fail(ruleAlias, place{}, pos, fmt.Sprintf("the alias %s stands inside of what it repeats", quote("*"+y.Value)),
			"Write the value out: connect.yaml needs no aliases.")
		return &node{kind: kindBroken, pos: pos}
	}
	share.count++
	if share.weight == 0 {
		share.weight = c.weight(y.Alias)
	}
	if share.count*share.weight > maxAliases || c.aliasWork > maxAliasWork {
		c.tooMany(pos)
	}
	return share.node
}

func (c *converter) tooMany(pos Position) {
	if !c.tooManyAliases {
		c.report.fail(ruleAlias, place{}, pos, fmt.Sprintf("aliases are resolved more than %d times", maxAliases),
			"Write the values out: connect.yaml needs no aliases.")
	}
	c.tooManyAliases = true
}

// weight counts as the official reader does, so that both stop at the same
// alias.
func (c *converter) weight(y *yaml.Node) int {
	if c.aliasWork++; c.aliasWork > maxAliasWork {
		return 0
	}
	switch y.Kind {
	case yaml.AliasNode:
		if share := c.shared[y.Alias]; share != nil {
			return share.count * share.weight
		}
		return 0
	case yaml.SequenceNode, yaml.MappingNode:
		most := 0
		for _, part := range y.Content {
			most = max(most, c.weight(part))
		}
		return most
	default:
		return 1
	}
}
