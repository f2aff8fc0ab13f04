// Package nodepackage reads the package.json of an application, as npm does.
package nodepackage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// FileName is that of npm's build file.
const FileName = "package.json"

// maxPackageBytes bounds a package.json; real ones have a few KiB.
const maxPackageBytes = 1 << 20

// Package is the package.json of an application: either its members or
// the defect that keeps npm from reading it.
type Package struct {
	File    string // path in the tree
	text    []byte // without a byte order mark, which npm skips
	members map[string]json.RawMessage
	Defect  *Defect
}

// Defect is what is wrong with a file, at a place that is 0:0 when it is about
// the file as a whole.
type Defect struct {
	Message, Help string
	Line, Column  int
}

// Read reads <folder>/package.json. It is as tolerant as npm: repeated
// names and a byte order mark are no defects. The error is trouble with
// reading the tree.
func Read(tree fs.FS, folder string, entry fs.DirEntry) (*Package, error) {
	pkg := &Package{File: path.Join(folder, FileName)}
	if !entry.Type().IsRegular() {
		pkg.Defect = &Defect{
			Message: pkg.File + " is not a regular file",
			Help:    "Commit package.json itself; links are not followed.",
		}
		return pkg, nil
	}
	data, whole, err := check.ReadBounded(tree, pkg.File, maxPackageBytes)
	if err != nil {
		return nil, err
	}
	if !whole {
		pkg.Defect = &Defect{
			Message: fmt.Sprintf("%s has more than %d KiB", pkg.File, maxPackageBytes>>10),
			Help:    "Keep data out of package.json.",
		}
		return pkg, nil
	}
	pkg.parse(bytes.TrimPrefix(data, []byte("\uFEFF")))
	return pkg, nil
}

// OfApplication is the package.json in the folder of an application, nil when there
// is none that npm can read: layout/build-file says so.
func OfApplication(tree fs.FS, application string) (*Package, error) {
	folder, err := check.Folder(tree, application)
	if err != nil {
		return nil, err
	}
	entry := check.Find(folder, FileName)
	if entry == nil {
		return nil, nil
	}
	pkg, err := Read(tree, application, entry)
	if err != nil || pkg.Defect != nil {
		return nil, err
	}
	return pkg, nil
}

func (p *Package) parse(text []byte) {
	p.text = text
	err := json.Unmarshal(text, &p.members)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		// The offset counts the offending byte too, unless the text just ends.
		offset := int(syntax.Offset)
		if offset > 0 && offset <= len(text) && !strings.Contains(err.Error(), "unexpected end") {
			offset--
		}
		p.Defect = p.defectAt(offset, "package.json is not valid JSON: "+err.Error(),
			"Mend the syntax: comments, trailing commas and single quotes are not JSON.")
	case err != nil, p.members == nil:
		p.Defect = p.defectAt(p.firstByte(), "package.json must be a JSON object",
			`Write an object: {"name": …, "scripts": {"start": …}}.`)
	}
}

func (p *Package) defectAt(offset int, message, help string) *Defect {
	d := &Defect{Message: message, Help: help}
	d.Line, d.Column = p.position(offset)
	return d
}

// firstByte is the offset of the first value of the text.
func (p *Package) firstByte() int {
	return len(p.text) - len(bytes.TrimLeft(p.text, " \t\r\n"))
}

// position turns an offset into line and column, both from 1; a column counts
// code points.
func (p *Package) position(offset int) (line, column int) {
	before := p.text[:min(offset, len(p.text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1
}

// Script is the command under scripts, "" when there is none.
func (p *Package) Script(name string) string {
	var scripts map[string]json.RawMessage
	if json.Unmarshal(p.members["scripts"], &scripts) != nil {
		return ""
	}
	return text(scripts[name])
}

// Member is the text of a top-level member, "" when it is none.
func (p *Package) Member(name string) string { return text(p.members[name]) }

// Has tells whether there is a top-level member of that name.
func (p *Package) Has(name string) bool { return p.members[name] != nil }

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// MemberPosition is where the name of a top-level member stands, that of the
// whole object when it has none.
func (p *Package) MemberPosition(name string) (line, column int) {
	if m, ok := findMember(p.text, name); ok {
		return p.position(m.nameAt)
	}
	return p.position(p.firstByte())
}

// member is one of a JSON object, its places as offsets.
type member struct {
	name            string
	nameAt, valueAt int
	value           json.RawMessage
}

// members are those of a JSON object in their order, none when it is no object.
func members(object []byte) iter.Seq[member] {
	return func(yield func(member) bool) {
		dec := json.NewDecoder(bytes.NewReader(object))
		if brace, err := dec.Token(); err != nil || brace != json.Delim('{') {
			return
		}
		for dec.More() {
			before := int(dec.InputOffset())
			token, err := dec.Token()
			name, isText := token.(string)
			var value json.RawMessage
			if err != nil || !isText || dec.Decode(&value) != nil {
				return
			}
			m := member{name: name, value: value, valueAt: int(dec.InputOffset()) - len(value)}
			m.nameAt = before + bytes.IndexByte(object[before:], '"') // after a comma at most
			if !yield(m) {
				return
			}
		}
	}
}

func findMember(object []byte, name string) (member, bool) {
	for m := range members(object) {
		if m.name == name {
			return m, true
		}
	}
	return member{}, false
}

// Scripts are the names under scripts that have a command, sorted.
func (p *Package) Scripts() []string {
	var scripts map[string]json.RawMessage
	if json.Unmarshal(p.members["scripts"], &scripts) != nil {
		return nil
	}
	var names []string
	for name, command := range scripts {
		if text(command) != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
