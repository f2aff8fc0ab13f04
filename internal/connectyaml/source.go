package connectyaml

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// source is the text of the file, made ready for the YAML library: the lines
// and columns are still those of the file.
type source struct {
	text []byte
	// file is the text as it was, without a byte order mark.
	file []byte
	// suspect says that the official reader may find a mistake of syntax which
	// the library lets pass.
	suspect bool
	// legacy says that the file asks for the types of YAML 1.1.
	legacy bool
	// decorated says that it has aliases, anchors or tags, so that one text may mean
	// several values.
	decorated bool
	// duplicates are the keys that the converter found to stand twice.
	duplicates []duplicate
	// disguised are the characters that stand for others in the text.
	disguised map[rune]rune
	// returned are the places behind a carriage return that counts as a space.
	returned map[Position]bool
	// signs are what repairName writes for letters.
	signs map[rune]rune
}

// newSource reports what is wrong with the stream around the document. It
// returns nil when there is no text to read.
func newSource(data []byte, r *report) *source {
	r.end = endOf(data)
	text, ok := decode(data, r)
	if !ok {
		return nil
	}
	s := &source{text: bytes.Clone(text), file: text, signs: map[rune]rune{}}
	s.cut()
	s.disguise()
	if !bytes.HasSuffix(s.text, []byte("\n")) {
		s.text = append(s.text, '\n') // or else a text of a block would lack it
	}
	return s
}

var byteOrderMark = []byte("\ufeff")

// decode returns the text without a byte order mark.
func decode(data []byte, r *report) ([]byte, bool) {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			r.fail(ruleEncoding, place{}, Position{1, 1}, "the file is UTF-16, not UTF-8", "Save the file as UTF-8.")
			return nil, false
		}
	}
	text := bytes.TrimPrefix(data, byteOrderMark)
	if utf8.Valid(text) {
		return text, true
	}
	valid := 0
	for {
		c, size := utf8.DecodeRune(text[valid:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		valid += size
	}
	r.fail(ruleEncoding, place{}, endOf(text[:valid]),
		fmt.Sprintf("the file is not UTF-8: found the byte 0x%02X", text[valid]), "Save the file as UTF-8.")
	return nil, false
}

// lines translates between offsets and positions.
type lines struct {
	text   []byte
	starts []int // the offset of each line
}

func newLines(text []byte) *lines {
	l := &lines{text: text, starts: []int{0}}
	for i, c := range text {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// position is the place of the character at the offset.
func (l *lines) position(offset int) Position {
	line := sort.SearchInts(l.starts, offset+1)
	return Position{Line: line, Column: utf8.RuneCount(l.text[l.starts[line-1]:offset]) + 1}
}

// tabIn says whether a line is indented with a tab.
func (l *lines) tabIn(line int) bool {
	text := l.text[l.starts[line-1]:]
	return bytes.ContainsRune(text[:len(text)-len(bytes.TrimLeft(text, " \t"))], '\t')
}

// behindBlank is the offset of the first character that is no white space.
func (l *lines) behindBlank(offset int) int {
	for offset < len(l.text) && strings.IndexByte(" \t\r\n", l.text[offset]) >= 0 {
		offset++
	}
	return offset
}

// endOf is the position behind the last character of a text.
func endOf(text []byte) Position {
	lastLine := text[bytes.LastIndexByte(text, '\n')+1:]
	return Position{Line: bytes.Count(text, []byte("\n")) + 1, Column: utf8.RuneCount(lastLine) + 1}
}

// offset is at most the end of the text.
func (l *lines) offset(p Position) int {
	if p.Line > len(l.starts) {
		return len(l.text)
	}
	at := l.starts[p.Line-1]
	for range p.Column - 1 {
		_, size := utf8.DecodeRune(l.text[at:])
		at += size
	}
	return at
}
