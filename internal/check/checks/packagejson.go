package checks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/greenroom-registry/greenroom/internal/check"
)

// maxPackageBytes bounds a package.json; real ones have a few KiB.
const maxPackageBytes = 1 << 20

// nodePackage is the package.json of an application: either its members or
// the defect that keeps npm from reading it.
type nodePackage struct {
	file    string // path in the tree
	text    []byte // without a byte order mark, which npm skips
	members map[string]json.RawMessage
	defect  *defect
}

// defect is what is wrong with a file, at a place that is 0:0 when it is about
// the file as a whole.
type defect struct {
	message, help string
	line, column  int
}

// readPackage reads <folder>/package.json. It is as tolerant as npm: repeated
// names and a byte order mark are no defects. The error is trouble with
// reading the tree.
func readPackage(tree fs.FS, folder string, entry fs.DirEntry) (*nodePackage, error) {
	pkg := &nodePackage{file: path.Join(folder, packageJSON)}
	if !entry.Type().IsRegular() {
		pkg.defect = &defect{
			message: pkg.file + " is not a regular file",
			help:    "Commit package.json itself; links are not followed.",
		}
		return pkg, nil
	}
	data, whole, err := check.ReadBounded(tree, pkg.file, maxPackageBytes)
	if err != nil {
		return nil, err
	}
	if !whole {
		pkg.defect = &defect{
			message: fmt.Sprintf("%s has more than %d KiB", pkg.file, maxPackageBytes>>10),
			help:    "Keep data out of package.json.",
		}
		return pkg, nil
	}
	pkg.parse(bytes.TrimPrefix(data, []byte("\uFEFF")))
	return pkg, nil
}

func (p *nodePackage) parse(text []byte) {
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
		p.defect = p.defectAt(offset, "package.json is not valid JSON: "+err.Error(),
			"Mend the syntax: comments, trailing commas and single quotes are not JSON.")
	case err != nil, p.members == nil:
		p.defect = p.defectAt(p.firstByte(), "package.json must be a JSON object",
			`Write an object: {"name": …, "scripts": {"start": …}}.`)
	}
}

func (p *nodePackage) defectAt(offset int, message, help string) *defect {
	d := &defect{message: message, help: help}
	d.line, d.column = p.position(offset)
	return d
}

// firstByte is the offset of the first value of the text.
func (p *nodePackage) firstByte() int {
	return len(p.text) - len(bytes.TrimLeft(p.text, " \t\r\n"))
}

// position turns an offset into line and column, both from 1; a column counts
// code points.
func (p *nodePackage) position(offset int) (line, column int) {
	before := p.text[:min(offset, len(p.text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1
}

// script is the command under scripts, "" when there is none.
func (p *nodePackage) script(name string) string {
	var scripts map[string]json.RawMessage
	if json.Unmarshal(p.members["scripts"], &scripts) != nil {
		return ""
	}
	return text(scripts[name])
}

// member is the text of a top-level member, "" when it is none.
func (p *nodePackage) member(name string) string { return text(p.members[name]) }

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// memberPosition is where the name of a top-level member stands, that of the
// whole object when it has none.
func (p *nodePackage) memberPosition(name string) (line, column int) {
	dec := json.NewDecoder(bytes.NewReader(p.text))
	_, _ = dec.Token() // the opening brace: parse has accepted the text
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			break
		}
		if token == name {
			return p.position(int(dec.InputOffset()) - len(name) - len(`""`))
		}
		var skipped json.RawMessage
		if dec.Decode(&skipped) != nil {
			break
		}
	}
	return p.position(p.firstByte())
}
