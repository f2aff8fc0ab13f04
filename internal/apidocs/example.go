package apidocs

import (
	"encoding/json"
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// json appends the value as JSON, members in their order. newline is a line end
// and the indentation of where the value stands.
func (n node) json(to []byte, newline string) []byte {
	if !n.exists() {
		return append(to, "null"...)
	}
	inner := newline + "  "
	switch n.Kind {
	case yaml.MappingNode:
		separator := "{"
		for name, value := range n.members() {
			to = append(append(to, separator...), inner...)
			to = append(append(to, quoted(name)...), ": "...)
			to = value.json(to, inner)
			separator = ","
		}
		return closing(to, separator == "{", "{}", newline)
	case yaml.SequenceNode:
		separator := "["
		for _, value := range n.items() {
			to = append(append(to, separator...), inner...)
			to = value.json(to, inner)
			separator = ","
		}
		return closing(to, separator == "[", "[]", newline)
	default:
		return append(to, n.scalar()...)
	}
}

func closing(to []byte, empty bool, brackets, newline string) []byte {
	if empty {
		return append(to, brackets...)
	}
	return append(append(to, newline...), brackets[1])
}

func (n node) scalar() string {
	switch n.ShortTag() {
	case "!!int", "!!float", "!!bool":
		return n.Value
	case "!!null":
		return "null"
	default:
		return quoted(n.Value)
	}
}

func quoted(s string) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can always be encoded
	return strings.TrimSuffix(out.String(), "\n")
}

// example is a body to look at.
type example struct {
	Summary string
	Text    template.HTML
}

// examples reads those of a media type.
func (d *document) examples(media string, content node) []example {
	var out []example
	for _, n := range content.get("examples").members() {
		n, _ = d.follow(n)
		out = append(out, example{n.get("summary").text(), shown(media, n.get("value"))})
	}
	return out
}

func shown(media string, value node) template.HTML {
	if media == "application/x-www-form-urlencoded" {
		form := make(url.Values)
		for name, v := range value.members() {
			form.Set(name, v.text())
		}
		return template.HTML(template.HTMLEscapeString(form.Encode())) //nolint:gosec // escaped
	}
	return colored(string(value.json(nil, "\n")))
}

// lexeme is a string with the colon that makes it a name, or a word.
var lexeme = regexp.MustCompile(`"(?:[^"\\]|\\.)*"(?:: )?|-?[0-9][0-9.eE+-]*|true|false|null`)

// colored marks names, strings and other words of a JSON text.
func colored(text string) template.HTML {
	var out strings.Builder
	end := 0
	for _, at := range lexeme.FindAllStringIndex(text, -1) {
		out.WriteString(template.HTMLEscapeString(text[end:at[0]]))
		word := text[at[0]:at[1]]
		class := "w"
		switch {
		case strings.HasSuffix(word, `": `):
			class = "n"
		case word[0] == '"':
			class = "s"
		}
		out.WriteString(`<span class="` + class + `">` + template.HTMLEscapeString(word) + `</span>`)
		end = at[1]
	}
	out.WriteString(template.HTMLEscapeString(text[end:]))
	return template.HTML(out.String()) //nolint:gosec // every part is escaped
}
