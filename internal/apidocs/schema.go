package apidocs

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"unicode"
)

// schema is a named schema.
type schema struct {
	Name, Anchor string
	Description  template.HTML
	value
	Properties []property
	// Choices are the schemas of a oneOf.
	Choices  []label
	Examples []example
}

// property is a member of an object, or a parameter.
type property struct {
	Name     string
	In       string // of a parameter: path, query, header
	Required bool
	value
	Description template.HTML
}

// value says what a value may be.
type value struct {
	Type   label
	Bounds []string
	// Pattern is a regular expression; Enum are JSON texts.
	Pattern string
	Enum    []string
	Default string
}

// label names a type: "integer", or a schema to look up.
type label struct {
	Prefix, Name string
	Anchor       string // "": it is not a schema of its own
}

func anchored(name string) label { return label{Name: name, Anchor: "schema-" + name} }

func (d *document) schemas() []schema {
	var out []schema
	for name, n := range d.root.get("components").get("schemas").members() {
		s := schema{
			Name:        name,
			Anchor:      anchored(name).Anchor,
			Description: d.prose(n.get("description")),
			value:       d.value(n),
			Properties:  d.properties(n),
		}
		for _, choice := range n.get("oneOf").items() {
			if _, name := d.follow(choice); name != "" {
				s.Choices = append(s.Choices, anchored(name))
			}
		}
		for _, e := range n.get("examples").items() {
			s.Examples = append(s.Examples, example{Text: shown("application/json", e)})
		}
		out = append(out, s)
	}
	return out
}

func (d *document) properties(n node) []property {
	required := map[string]bool{}
	for _, name := range n.get("required").texts() {
		required[name] = true
	}
	var out []property
	for name, p := range n.get("properties").members() {
		out = append(out, property{Name: name, Required: required[name], value: d.value(p), Description: d.prose(d.description(p))})
	}
	return out
}

// description is the node's own, or that of what it refers to.
func (d *document) description(n node) node {
	if own := n.get("description"); own.exists() {
		return own
	}
	target, _ := d.follow(n)
	return target.get("description")
}

// value reads what a schema allows. Of a named one it repeats the bounds and the
// words, so that they need not be looked up; its pattern is not for reading along.
func (d *document) value(n node) value {
	target, name := d.follow(n)
	v := value{Type: d.label(n), Bounds: bounds(target)}
	element := target
	if items := target.get("items"); items.exists() {
		element, name = d.follow(items)
	}
	if name == "" {
		v.Pattern = visible(element.get("pattern").text())
	}
	for _, e := range element.get("enum").items() {
		v.Enum = append(v.Enum, e.scalar())
	}
	if c := target.get("const"); c.exists() {
		v.Enum = []string{c.scalar()}
	}
	if standard := target.get("default"); standard.exists() {
		v.Default = string(standard.json(nil, " "))
	}
	return v
}

func (d *document) label(n node) label {
	target, name := d.follow(n)
	switch {
	case name != "":
		return anchored(name)
	case target.get("items").exists():
		of := d.label(target.get("items"))
		of.Prefix = "list of " + of.Prefix
		return of
	case target.get("type").exists():
		return label{Name: target.get("type").text()}
	case target.get("oneOf").exists():
		return label{Name: "one of several"}
	default:
		return label{Name: "constant"}
	}
}

// bounds are in words that need no table.
func bounds(n node) []string {
	var out []string
	add := func(text string) {
		if text != "" {
			out = append(out, text)
		}
	}
	if format := n.get("format").text(); format != "" && format != "int64" {
		add(format)
	}
	highest := n.get("maximum").text()
	if n.get("format").text() == "int64" {
		add("64 bits")
		highest = ""
	}
	add(between(n.get("minimum").text(), highest, ""))
	add(between(n.get("minLength").text(), n.get("maxLength").text(), "character"))
	add(between(n.get("minItems").text(), n.get("maxItems").text(), "element"))
	return out
}

// between says a range in words; "" when there are no bounds.
func between(least, most, what string) string {
	plural := func(n string) string {
		switch {
		case what == "":
			return n
		case n == "1":
			return n + " " + what
		default:
			return n + " " + what + "s"
		}
	}
	switch {
	case least == "" && most == "":
		return ""
	case most == "":
		return "at least " + plural(least)
	case least == "" || least == "0" && what != "":
		return "at most " + plural(grouped(most))
	default:
		return least + " to " + plural(grouped(most))
	}
}

// visible escapes the characters of a pattern that would not be seen, or change
// the order in which the rest is.
func visible(pattern string) string {
	var out strings.Builder
	for _, r := range pattern {
		if unicode.IsPrint(r) {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, `\u%04X`, r)
		}
	}
	return out.String()
}

// grouped writes a number of four to six digits as 10,000.
func grouped(n string) string {
	if _, err := strconv.Atoi(n); err != nil || len(n) < 4 || len(n) > 6 {
		return n
	}
	return n[:len(n)-3] + "," + n[len(n)-3:]
}
