package connectyaml

import "regexp"

// A shape says what a value has to be. Shapes are plain data: the walker judges
// by them, and help texts and the JSON Schema are made of them.
type shape interface{ isShape() }

type (
	// object has these fields and no other.
	object struct {
		noun   string // with its article, as in "a service"
		fields []field
		// hints are about keys that people expect here, in vain.
		hints map[string]string
	}
	field struct {
		key      string
		required bool
		value    shape
		// example is how the field is written, for who lacks it.
		example string
		// doc says what the value is for, in a sentence or two.
		doc string
	}
	// choice is an object whose further fields depend on the word at one key.
	choice struct {
		noun    string
		key     string
		what    string // the word is: "application type"
		doc     string // what the word decides
		options []option
	}
	option struct {
		word   string
		doc    string // what the word chooses
		object object
	}
	// list has items of one shape.
	list struct {
		item    shape
		atLeast int
	}
	// text is a string that is not empty.
	text struct{ format *format }
	// whole is a whole number between two others, both included.
	whole   struct{ from, to int }
	boolean struct{}
)

// format is the form of a text. A text without one says anything but nothing.
type format struct {
	noun string // as in "an endpoint"
	// pattern is what the text matches, nil when it only must not be blank.
	pattern *regexp.Regexp
	// excludes is what it must not match in spite of that; rule and reason
	// are about those.
	excludes *regexp.Regexp
	rule     string
	reason   string
	// mended makes a right text of a wrong one, or "".
	mended func(string) string
	// certain makes a right text of one that leaves no doubt what was meant, or "".
	certain func(string) string
	help    string
}

func (object) isShape()  {}
func (choice) isShape()  {}
func (list) isShape()    {}
func (text) isShape()    {}
func (whole) isShape()   {}
func (boolean) isShape() {}

func required(key string, value shape, example, doc string) field {
	return field{key: key, required: true, value: value, example: example, doc: doc}
}

func optional(key string, value shape, doc string) field {
	return field{key: key, value: value, doc: doc}
}

func (o *object) field(key string) *field {
	for i := range o.fields {
		if o.fields[i].key == key {
			return &o.fields[i]
		}
	}
	return nil
}

// keys are those of the fields.
func (o *object) keys() []string {
	keys := make([]string, len(o.fields))
	for i, f := range o.fields {
		keys[i] = f.key
	}
	return keys
}

func (c *choice) option(word string) *object {
	for i := range c.options {
		if c.options[i].word == word {
			return &c.options[i].object
		}
	}
	return nil
}

func (c *choice) words() []string {
	words := make([]string, len(c.options))
	for i, o := range c.options {
		words[i] = o.word
	}
	return words
}
