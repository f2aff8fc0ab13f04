package connectyaml

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// stream reads what stands around the document: directives before it, and the
// markers --- and ... that begin and end it. Directives are judged here because
// the official reader forgives most of them.
type stream struct {
	state      streamState
	directives bool
	legacy     bool
	suspect    bool              // something around the document is a mistake
	tags       map[string][]byte // the %TAG line of each handle
}

type streamState int

const (
	before streamState = iota // the document
	inside
	behind
)

// cut leaves the one document of the stream, with every line in its place.
func (s *source) cut() {
	st := stream{tags: map[string][]byte{}}
	end := len(s.text)
	for at := 0; at < end; {
		length := bytes.IndexByte(s.text[at:], '\n') + 1
		if length == 0 {
			length = len(s.text) - at
		}
		line := withoutEnd(s.text[at : at+length])
		was := st.state
		if !st.next(line) {
			end = at
			break
		}
		if st.state == inside && was == before && bytes.HasPrefix(line, byteOrderMark) {
			s.text = slices.Delete(s.text, at, at+len(byteOrderMark))
			length, end = length-len(byteOrderMark), len(s.text)
		}
		if st.state == behind && was == inside {
			end = at
			st.rest(s.text[at+length:])
		}
		at += length
	}
	if st.state == before && st.directives {
		st.suspect = true
	}
	s.text, s.legacy, s.suspect = s.text[:end:end], st.legacy, st.suspect
}

func withoutEnd(line []byte) []byte {
	if line, ended := bytes.CutSuffix(line, []byte("\n")); ended {
		return bytes.TrimSuffix(line, []byte("\r"))
	}
	return line
}

// rest reads the lines behind the document.
func (st *stream) rest(text []byte) {
	for line := range bytes.Lines(text) {
		if !st.next(withoutEnd(line)) {
			return
		}
	}
}

// next takes a line without its end. Outside of the document a byte order mark
// may stand in front of each. It returns false when the rest is of no interest,
// because a second document begins.
func (st *stream) next(line []byte) bool {
	text, marked := bytes.CutPrefix(line, byteOrderMark)
	if st.state == inside || !marked {
		return st.read(line)
	}
	more := st.read(text)
	if st.state != inside {
		copy(line, "   ")
	}
	return more
}

func (st *stream) read(line []byte) bool {
	switch {
	case isMarker(line, "..."):
		return st.documentEnd(line[3:])
	case isMarker(line, "---"):
		return st.begin()
	case st.state == inside, isBlankOrComment(line):
	case line[0] == '%':
		st.directive(line)
	default:
		return st.beginBare()
	}
	return true
}

// beginBare begins a document without a marker.
func (st *stream) beginBare() bool {
	if st.state == before && st.directives {
		st.suspect = true
	}
	return st.begin()
}

func (st *stream) begin() bool {
	if st.state != before {
		st.suspect = true
		return false
	}
	st.state = inside
	return true
}

// documentEnd ends a document, which is an empty one if none has begun.
func (st *stream) documentEnd(rest []byte) bool {
	if st.state != inside && !st.beginBare() {
		return false
	}
	if !isBlankOrComment(rest) {
		st.suspect = true
	}
	st.state = behind
	return true
}

func isMarker(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r')
}

func isBlankOrComment(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	return len(line) == 0 || line[0] == '#'
}

var (
	directiveComment = regexp.MustCompile(`[ \t]#.*$`)
	numberedVersion  = regexp.MustCompile(`^\d+\.\d+$`)
	// libraryTag is a %TAG directive that the library understands.
	libraryTag = regexp.MustCompile(`^%TAG[ \t]+!(?:[0-9A-Za-z_-]*!)?[ \t]+[0-9A-Za-z_;/?:@&=+$.!~*'(),\[\]{}-]+[ \t]*$`)
)

// directive judges a line that begins with %. The library sees it only if it
// is a %TAG that it needs for the tags of the document.
func (st *stream) directive(line []byte) {
	st.directives = true
	text := strings.TrimFunc(string(directiveComment.ReplaceAll(line, nil)), isSpace)
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == '\t' })
	hide := line
	switch words[0] {
	case "%YAML":
		st.version(words[1:])
	case "%TAG":
		if len(words) != 3 {
			st.suspect = true
		} else if libraryTag.Match(line) {
			line, hide = hide, st.tags[words[1]] // the last one counts
			st.tags[words[1]] = line
		}
	}
	if len(hide) > 0 {
		hide[0] = '#'
	}
}

func (st *stream) version(words []string) {
	switch {
	case len(words) != 1:
		st.suspect = true
	case words[0] == "1.1":
		st.legacy = true
	case words[0] == "1.2":
		st.legacy = false
	case !numberedVersion.MatchString(words[0]):
		st.suspect = true
	}
}
