package connectyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"
)

// maxDepth is how deep values may be nested; the grammar needs six.
const maxDepth = 32

// read makes the tree of the file, and returns the text that it is in. When
// there is no tree it has reported why.
func read(data []byte, r *report) (*node, *lines) {
	s := newSource(data, r)
	if s == nil {
		return nil, nil
	}
	text, document, err := s.compose(r)
	var root *node
	if document != nil {
		s.suspect = s.suspect || (&layout{lines: text}).tooLittle(document)
		root = newConverter(s, r).tree(document)
	}
	if !r.trial && !s.decorated && !s.legacy && bytes.HasPrefix(s.text, s.file) {
		r.editor = &editor{newLines(s.file)}
	}
	if err != nil || s.suspect || len(s.duplicates) > 0 {
		s.explain(err, r)
	}
	switch {
	case root == nil:
		return nil, nil
	case root.kind == kindNull && r.failed:
		return nil, nil // what was found around the document is why there is none
	case root.kind == kindNull:
		r.fail(ruleDocument, place{}, root.pos, "the file is empty",
			"List the connector's applications:\n"+indented(grammar.field("deployAs").example))
		return nil, nil
	}
	return root, text
}

// compose has the library make its tree of the document, and returns what the
// library complains about when there is none.
func (s *source) compose(r *report) (*lines, *yaml.Node, error) {
	for repairs := 0; ; repairs++ {
		limit := &depthLimit{}
		document, err := load(s.text, limit)
		var said *yaml.LoadError
		switch {
		case err == nil && repairs < maxRepairs && s.repairNameless(document):
		case err == nil:
			return newLines(s.text), document, nil
		case limit.exceeded:
			r.tooDeep(errorPosition(err))
			return nil, nil, nil
		case repairs < maxRepairs && errors.As(err, &said) && s.repair(said):
		default:
			return nil, nil, err
		}
	}
}

func errorPosition(err error) Position {
	var said *yaml.LoadError
	if errors.As(err, &said) {
		return positionOf(said.Mark)
	}
	return Position{1, 1}
}

// load takes a panic of the library for an error: files come from strangers.
func load(text []byte, limit *depthLimit) (_ *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read YAML: %v", p)
		}
	}()
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithUniqueKeys(false), yaml.WithPlugin(limit))
	if err != nil {
		return nil, err
	}
	var document, next yaml.Node
	if err := loader.Load(&document); errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.ScalarNode, Line: 1, Column: 1}, nil
	} else if err != nil {
		return nil, err
	}
	// Some mistakes only come to light when the library looks for what follows.
	if err := loader.Load(&next); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return document.Content[0], nil
}

// depthLimit stops the library before its recursion gets deep.
type depthLimit struct{ exceeded bool }

func (d *depthLimit) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > maxDepth {
		d.exceeded = true
		return fmt.Errorf("nested more than %d deep", maxDepth)
	}
	return nil
}

// CheckAlias allows everything: the library resolves no alias here.
func (d *depthLimit) CheckAlias(int, int) error { return nil }

func (r *report) tooDeep(pos Position) {
	r.fail(ruleDepth, place{}, pos, fmt.Sprintf("values are nested more than %d deep", maxDepth),
		"No part of connect.yaml needs more than six levels: check the brackets and the indentation.")
}
