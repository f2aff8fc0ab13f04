// Package fix carries out the fixes that findings bring: on bytes, and then on the
// files of a folder.
package fix

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/greenroom-registry/greenroom/api"
)

// OutsideError is returned for an edit of a place that the file has not, or that
// another edit of the same fix changes too.
type OutsideError struct{ Edit api.Edit }

func (e *OutsideError) Error() string {
	return fmt.Sprintf("%s has no text from %d:%d to %d:%d that can be replaced", e.Edit.File, e.Edit.Line, e.Edit.Column, e.Edit.EndLine, e.Edit.EndColumn)
}

// span is what an edit replaces, in bytes.
type span struct {
	from, to int
	edit     api.Edit
}

// Text is the text after the edits, whatever file they name. What they write gets
// the line ends that the text has. It returns an *OutsideError, and then no text.
func Text(data []byte, edits []api.Edit) ([]byte, error) {
	starts := lineStarts(data)
	spans := make([]span, 0, len(edits))
	for _, e := range edits {
		from, began := offset(data, starts, e.Line, e.Column)
		to, ended := offset(data, starts, e.EndLine, e.EndColumn)
		if !began || !ended || from > to {
			return nil, &OutsideError{e}
		}
		spans = append(spans, span{from, to, e})
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	out := make([]byte, 0, len(data))
	at := 0
	for _, s := range spans {
		if s.from < at {
			return nil, &OutsideError{s.edit}
		}
		out = append(append(out, data[at:s.from]...), withLineEnds(s.edit.Text, data)...)
		at = s.to
	}
	return append(out, data[at:]...), nil
}

var byteOrderMark = []byte("\ufeff")

// lineStarts are the offsets of the lines. The first begins behind a byte order
// mark, which no column counts.
func lineStarts(data []byte) []int {
	starts := []int{0}
	if bytes.HasPrefix(data, byteOrderMark) {
		starts[0] = len(byteOrderMark)
	}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// offset is the place of a line and a column. The last column of a line is right in
// front of its end, be that a line feed or a carriage return with one.
func offset(data []byte, starts []int, line, column int) (int, bool) {
	if line < 1 || line > len(starts) || column < 1 {
		return 0, false
	}
	rest := data[starts[line-1]:]
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		rest = bytes.TrimSuffix(rest[:end], []byte("\r"))
	}
	at := 0
	for range column - 1 {
		if at == len(rest) {
			return 0, false
		}
		_, size := utf8.DecodeRune(rest[at:])
		at += size
	}
	return starts[line-1] + at, true
}

// withLineEnds gives a text the line ends of the data, which are those of its first
// line.
func withLineEnds(text string, data []byte) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if end := bytes.IndexByte(data, '\n'); end > 0 && data[end-1] == '\r' {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// plainLines is a text with line feeds alone: a line and a column are the same place
// in texts that differ in their line ends only.
func plainLines(text []byte) string { return strings.ReplaceAll(string(text), "\r\n", "\n") }
