package connectyaml

import (
	"bytes"
	"errors"
	"io"

	"go.yaml.in/yaml/v4"
)

// read makes the tree of the file, nil when it reports why there is none.
func read(data []byte, r *report) *node {
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithUniqueKeys(false))
	if err != nil {
		panic(err)
	}
	var doc yaml.Node
	err = loader.Load(&doc)
	if errors.Is(err, io.EOF) {
		r.fail(ruleDocument, place{}, Position{1, 1}, "the file is empty", "")
		return nil
	}
	if err != nil {
		syntax(err, r)
		return nil
	}
	var second yaml.Node
	if err := loader.Load(&second); err == nil {
		r.fail(ruleDocument, place{}, Position{second.Line, second.Column}, "the file holds several documents", "")
		return nil
	} else if !errors.Is(err, io.EOF) {
		syntax(err, r)
		return nil
	}
	rd := reader{report: r}
	return rd.node(doc.Content[0], 0)
}

func syntax(err error, r *report) {
	var le *yaml.LoadError
	if errors.As(err, &le) {
		r.fail(ruleSyntax, place{}, Position{max(le.Mark.Line, 1), max(le.Mark.Column, 1)}, "the file is not YAML: "+le.Message, "")
		return
	}
	r.fail(ruleSyntax, place{}, Position{1, 1}, "the file is not YAML: "+err.Error(), "")
}

type reader struct {
	report *report
}

func (rd *reader) node(y *yaml.Node, depth int) *node {
	n := &node{pos: Position{y.Line, y.Column}}
	if depth > 32 {
		rd.report.fail(ruleDepth, place{}, n.pos, "values are nested more than 32 deep", "")
		return n
	}
	switch y.Kind {
	case yaml.AliasNode:
		return rd.node(y.Alias, depth+1)
	case yaml.SequenceNode:
		n.kind = kindList
		for _, c := range y.Content {
			n.items = append(n.items, rd.node(c, depth+1))
		}
	case yaml.MappingNode:
		n.kind = kindObject
		seen := map[string]bool{}
		for i := 0; i+1 < len(y.Content); i += 2 {
			k := rd.node(y.Content[i], depth+1)
			if seen[k.text] {
				rd.report.fail(ruleDuplicateKey, place{}, k.pos, "the key "+quote(k.text)+" stands twice in one object", "")
			}
			seen[k.text] = true
			n.entries = append(n.entries, entry{k.text, k.pos, rd.node(y.Content[i+1], depth+1)})
		}
	case yaml.ScalarNode:
		n.kind, n.text = kindText, y.Value
		if y.Style == 0 && y.Tag != "!" {
			resolveCore(y.Value, n)
		}
	}
	return n
}
