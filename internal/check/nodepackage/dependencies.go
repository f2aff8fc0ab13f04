package nodepackage

import (
	"bytes"
	"unicode/utf8"
)

// Dependency is one entry of a group of dependencies.
type Dependency struct {
	// Group is the member of package.json: "dependencies".
	Group string
	Name  string
	// Version is what is asked for: a range, a tag, an address or a path.
	Version      string
	Line, Column int // of the name
}

// installedGroups are the members of package.json whose packages are installed in
// the folder itself, which those of peerDependencies need not be.
var installedGroups = []string{"dependencies", "devDependencies", "optionalDependencies"}

// Dependencies are those of dependencies, devDependencies and
// optionalDependencies, in the order of the file in each. An entry that is no text
// is left out.
func (p *Package) Dependencies() []Dependency {
	var all []Dependency
	for _, group := range installedGroups {
		for _, e := range p.Entries(group) {
			all = append(all, Dependency{Group: group, Name: e.Name, Version: e.Text, Line: e.Line, Column: e.Column})
		}
	}
	return all
}

// Entry is a text in an object of package.json, such as one of scripts.
type Entry struct {
	Name, Text   string
	Line, Column int // of the name
}

// Entries are the texts of a top-level member, in the order of the file.
func (p *Package) Entries(name string) []Entry {
	object, ok := findMember(p.text, name)
	if !ok {
		return nil
	}
	var all []Entry
	at := cursor{text: p.text, line: 1, column: 1}
	for m := range members(object.value) {
		if t := text(m.value); t != "" {
			e := Entry{Name: m.name, Text: t}
			e.Line, e.Column = at.moveTo(object.valueAt + m.nameAt)
			all = append(all, e)
		}
	}
	return all
}

// cursor turns offsets that only grow into positions, each byte looked at once.
type cursor struct {
	text         []byte
	offset       int
	line, column int
}

func (c *cursor) moveTo(offset int) (line, column int) {
	passed := c.text[c.offset:offset]
	if lines := bytes.Count(passed, []byte{'\n'}); lines > 0 {
		c.line += lines
		c.column = 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	c.column += utf8.RuneCount(passed)
	c.offset = offset
	return c.line, c.column
}
