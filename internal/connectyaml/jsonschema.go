package connectyaml

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// JSONSchema is the grammar as a JSON Schema of draft 2020-12, for editors: a
// text that does not change while the process runs.
//
// It is as strict as Parse but for what a JSON Schema cannot say. That is how
// the text is written (spec/encoding, spec/syntax, spec/document, spec/depth,
// spec/alias, spec/expansion, spec/duplicate-key) and what ties one part to
// another (spec/backoff-order, spec/duplicate-…, spec/merchant-center-…,
// spec/cloud-identifier). Parse judges, and the schema helps to write.
func JSONSchema() []byte { return bytes.Clone(schemaText()) }

var schemaText = sync.OnceValue(func() []byte {
	w := schemaWriter{defs: map[string]*jsonSchema{}}
	root := w.object(&grammar)
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.Description = "What a connector for commercetools Connect deploys. The file lies at the root of the repository."
	root.Defs = w.defs
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic(err) // strings, numbers and lists of them have a JSON form
	}
	return text.Bytes()
})

// jsonSchema are the keywords that the grammar needs.
type jsonSchema struct {
	Schema      string `json:"$schema,omitempty"`
	Ref         string `json:"$ref,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Type        string `json:"type,omitempty"`
	Const       string `json:"const,omitempty"`
	// EnumDescriptions and PatternErrorMessage are none of JSON Schema's, but
	// editors show them.
	Enum             []string `json:"enum,omitempty"`
	EnumDescriptions []string `json:"enumDescriptions,omitempty"`

	MinLength           int         `json:"minLength,omitempty"`
	Pattern             string      `json:"pattern,omitempty"`
	PatternErrorMessage string      `json:"patternErrorMessage,omitempty"`
	Not                 *jsonSchema `json:"not,omitempty"`
	Minimum             int         `json:"minimum,omitempty"`
	Maximum             int         `json:"maximum,omitempty"`
	MinItems            int         `json:"minItems,omitempty"`
	Items               *jsonSchema `json:"items,omitempty"`

	Required             []string               `json:"required,omitempty"`
	Properties           map[string]*jsonSchema `json:"properties,omitempty"`
	AdditionalProperties *bool                  `json:"additionalProperties,omitempty"`

	AllOf []*jsonSchema          `json:"allOf,omitempty"`
	If    *jsonSchema            `json:"if,omitempty"`
	Then  *jsonSchema            `json:"then,omitempty"`
	Defs  map[string]*jsonSchema `json:"$defs,omitempty"`
}

// schemaWriter makes a definition of each object, by its noun.
type schemaWriter struct{ defs map[string]*jsonSchema }

func (w *schemaWriter) shape(s shape) *jsonSchema {
	switch s := s.(type) {
	case object:
		return w.define(s.noun, func() *jsonSchema { return w.object(&s) })
	case choice:
		return w.define(s.noun, func() *jsonSchema { return w.choice(&s) })
	case list:
		return &jsonSchema{Type: "array", MinItems: s.atLeast, Items: w.shape(s.item)}
	case whole:
		return &jsonSchema{Type: "integer", Minimum: s.from, Maximum: s.to}
	case boolean:
		return &jsonSchema{Type: "boolean"}
	case text:
		return textSchema(s.format)
	default:
		return &jsonSchema{}
	}
}

func (w *schemaWriter) define(noun string, schema func() *jsonSchema) *jsonSchema {
	name := strings.ReplaceAll(strings.ToLower(withoutArticle(noun)), " ", "-")
	if w.defs[name] == nil {
		w.defs[name] = schema()
	}
	return &jsonSchema{Ref: "#/$defs/" + name}
}

func (w *schemaWriter) object(o *object) *jsonSchema {
	closed := false
	out := &jsonSchema{Title: withoutArticle(o.noun), Type: "object", Properties: map[string]*jsonSchema{}, AdditionalProperties: &closed}
	for _, f := range o.fields {
		value := w.shape(f.value)
		value.Description = f.doc
		out.Properties[f.key] = value
		if f.required {
			out.Required = append(out.Required, f.key)
		}
	}
	return out
}

// choice leaves each option's keys to the option: so an error speaks of the one
// that is chosen, not of all.
func (w *schemaWriter) choice(c *choice) *jsonSchema {
	word := &jsonSchema{Description: c.doc, Enum: c.words()}
	out := &jsonSchema{Title: withoutArticle(c.noun), Type: "object", Required: []string{c.key}, Properties: map[string]*jsonSchema{c.key: word}}
	for _, f := range c.options[0].object.fields {
		if c.all(f.key) { // an editor knows it before the word is there
			out.Properties[f.key] = &jsonSchema{Description: f.doc}
		}
	}
	for _, o := range c.options {
		word.EnumDescriptions = append(word.EnumDescriptions, o.doc)
		then := w.define(o.object.noun, func() *jsonSchema {
			schema := w.object(&o.object)
			schema.Properties[c.key] = &jsonSchema{}
			return schema
		})
		chosen := &jsonSchema{Required: []string{c.key}, Properties: map[string]*jsonSchema{c.key: {Const: o.word}}}
		out.AllOf = append(out.AllOf, &jsonSchema{If: chosen, Then: then})
	}
	return out
}

// all says whether every option requires the key.
func (c *choice) all(key string) bool {
	for _, o := range c.options {
		if f := o.object.field(key); f == nil || !f.required {
			return false
		}
	}
	return true
}

func textSchema(f *format) *jsonSchema {
	switch {
	case f == nil:
		return &jsonSchema{Type: "string", MinLength: 1}
	case f.pattern == nil:
		return &jsonSchema{Type: "string", Pattern: `\S`, PatternErrorMessage: "The text is empty."}
	}
	out := &jsonSchema{Type: "string", Pattern: inECMAScript(f.pattern), PatternErrorMessage: "This is not " + f.noun + ". " + f.help}
	if f.excludes != nil {
		out.Not = &jsonSchema{Pattern: inECMAScript(f.excludes)}
	}
	return out
}

// inECMAScript writes a pattern of the grammar in the dialect of JSON Schema,
// which has no flag for the case of letters.
func inECMAScript(pattern *regexp.Regexp) string {
	rest, anyCase := strings.CutPrefix(pattern.String(), "(?i)")
	if !anyCase {
		return rest
	}
	var b strings.Builder
	for _, c := range rest {
		if unicode.IsLetter(c) {
			b.WriteString("[" + string(unicode.ToUpper(c)) + string(unicode.ToLower(c)) + "]")
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func withoutArticle(noun string) string {
	for _, article := range []string{"a ", "an ", "the "} {
		if rest, found := strings.CutPrefix(noun, article); found {
			return rest
		}
	}
	return noun
}
