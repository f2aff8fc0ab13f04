package connectyaml

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The YAML library and the official reader, the package yaml 2.9.0 on npm,
// disagree about some texts. What the library refuses and the official reader
// accepts is rewritten here, before it is read or when the library complains;
// nothing that is rewritten leaves its line. Where the library is too kind, the
// stream, the layout and the converter suspect a mistake, which the package
// recovery then finds, or not.
//
// These differences are left, none of which was ever seen in a real file. The
// official reader takes some carriage returns without a line feed for spaces. A
// file that is not UTF-8 has no verdict of it. Its columns count the halves of a
// character beyond U+FFFF, and a byte order mark. And it reports a !!timestamp
// that is none before a mistake of syntax that follows.

// disguise replaces the characters that the library refuses, such as NUL, or
// takes for the end of a line, such as U+2028. For the official reader they are
// text like any other: it ends lines at line feeds, alone or after a carriage
// return, and nowhere else.
func (s *source) disguise() {
	if !bytes.ContainsFunc(s.text, func(c rune) bool { return c == '\r' || isStrange(c) }) {
		return
	}
	runes := []rune(string(s.text))
	standIn := s.standIns(runes)
	s.returned = map[Position]bool{}
	at := Position{Line: 1}
	for i, c := range runes {
		at.Column++
		switch {
		case c == '\n':
			at = Position{Line: at.Line + 1}
		case c == '\r' && i+1 < len(runes) && runes[i+1] == '\n':
		case c == '\r' && i > 0 && runes[i-1] == ':' && i+1 < len(runes) && startsPlain(runes[i+1]):
			// It separates a key from a text that begins with it.
			runes[i] = '\t'
			s.returned[Position{at.Line, at.Column + 1}] = true
		case c == '\r' || isStrange(c):
			runes[i] = standIn(c)
		}
	}
	s.text = []byte(string(runes))
}

// startsPlain says whether a text without quotes can begin so. (Others can too.)
func startsPlain(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || c == '/' }

func isStrange(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' ||
		c == '\u0085' || c == '\u2028' || c == '\u2029' || c == '\ufeff' || c == '\ufffe' || c == '\uffff'
}

// standIns hands out a character of private use that the text does not have
// for each character that needs one.
func (s *source) standIns(runes []rune) func(rune) rune {
	used := map[rune]bool{}
	for _, c := range runes {
		used[c] = true
	}
	s.disguised = map[rune]rune{}
	given, next := map[rune]rune{}, '\ue000'
	return func(c rune) rune {
		if given[c] == 0 {
			for used[next] {
				next++
			}
			given[c], s.disguised[next] = next, c
			next++
		}
		return given[c]
	}
}

// reveal undoes disguise in the value of a scalar.
func (s *source) reveal(y *yaml.Node) string {
	if s.disguised == nil {
		return y.Value
	}
	value := strings.Map(func(c rune) rune {
		if was, ok := s.disguised[c]; ok {
			return was
		}
		return c
	}, y.Value)
	if y.Style == 0 && s.returned[Position{y.Line, y.Column}] {
		return "\r" + value
	}
	return value
}

// returnsEarly says whether a plain scalar has a carriage return at which the
// official reader finds a key or a comment, where neither can stand.
func returnsEarly(s string) bool { return strings.Contains(s, ":\r") || strings.Contains(s, "\r#") }

// maxRepairs bounds how often a text is read again.
const maxRepairs = 50

// repair rewrites what the library complained about, if the official reader
// does not mind it. It returns false when it does.
func (s *source) repair(said *yaml.LoadError) bool {
	l := newLines(s.text)
	at := l.offset(positionOf(said.Mark))
	switch {
	case strings.Contains(said.Message, "invalid Unicode character escape"):
		return s.repairSurrogates(at)
	case strings.Contains(said.ContextMsg, "parsing a tag"):
		return s.repairTag(l.offset(positionOf(said.ContextMark)))
	case strings.Contains(said.Message, "expected alphabetic or numeric character"):
		return s.repairName(l.offset(positionOf(said.ContextMark)))
	case strings.Contains(said.Message, "did not find expected key"):
		return s.repairColon(l, at)
	case strings.Contains(said.Message, "mapping values are not allowed"):
		return s.repairAnchor(l.text[l.starts[l.position(at).Line-1]:at], at)
	default:
		return false
	}
}

var surrogates = regexp.MustCompile(`^\\u[dD](?:[89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[89a-fA-F][0-9a-fA-F]{2})`)

// repairSurrogates writes the character for each pair of escaped surrogates, as
// in JSON, from the offset of one to the end of the text in double quotes. A
// surrogate alone, which is no character in UTF-8, becomes U+FFFD.
func (s *source) repairSurrogates(at int) bool {
	from := max(at-len(`\u`), 0)
	repaired := bytes.Clone(s.text[:from])
	for i := from; i < len(s.text); {
		escape := surrogates.Find(s.text[i:])
		switch {
		case s.text[i] == '"':
			s.text = append(repaired, s.text[i:]...)
			return true
		case len(escape) == len(`\ud83d\ude00`):
			high, _ := strconv.ParseInt(string(escape[2:6]), 16, 32) // four hexadecimal digits
			low, _ := strconv.ParseInt(string(escape[8:12]), 16, 32)
			repaired = utf8.AppendRune(repaired, utf16.DecodeRune(rune(high), rune(low)))
			i += len(escape)
		case escape != nil:
			repaired = append(repaired, `\ufffd`...)
			i += len(escape)
		case s.text[i] == '\\' && i+1 < len(s.text):
			repaired = append(repaired, s.text[i:i+2]...)
			i += 2
		default:
			repaired = append(repaired, s.text[i])
			i++
		}
	}
	return false
}

// looseTag is a local tag, or one of YAML's own, with characters that the
// library refuses.
var looseTag = regexp.MustCompile(`^!(?:(?:[0-9A-Za-z#;/?:@&=+$_.~*'()-]|%[0-9A-Fa-f]{2})+|![0-9A-Za-z#;/?:@&=+$_.~*'()-]+)[ \t\r\n]`)

// repairTag puts a tag in its place that means as little.
func (s *source) repairTag(at int) bool {
	tag := looseTag.Find(s.text[at:])
	for i := 1; i < len(tag)-1; i++ {
		tag[i] = 'x'
	}
	return len(tag) > 0
}

var (
	anchorName = regexp.MustCompile(`^[&*][^\s,\[\]{}]+`)
	nameSigns  = []rune("~^$;=+|<>@%?")
)

// repairName writes signs that the file does not use for the letters of the
// name of an anchor that are not ASCII.
func (s *source) repairName(at int) bool {
	name := []rune(string(anchorName.Find(s.text[at:])))
	length := len(string(name))
	repaired := false
	for i, c := range name {
		if c <= unicode.MaxASCII {
			continue
		}
		sign, ok := s.signs[c]
		if !ok {
			free := slices.IndexFunc(nameSigns, func(sign rune) bool { return !bytes.ContainsRune(s.text, sign) })
			if free < 0 {
				return false
			}
			sign = nameSigns[free]
			s.signs[c] = sign
		}
		name[i], repaired = sign, true
	}
	s.text = slices.Concat(s.text[:at], []byte(string(name)), s.text[at+length:])
	return repaired
}

// explicitKey begins a line up to its question mark, which stands for a key.
var explicitKey = regexp.MustCompile(`^ *(?:- +)*\?[ \t]`)

// repairColon puts the colon that belongs to a question mark into the same
// column. It may be indented more for the official reader.
func (s *source) repairColon(l *lines, at int) bool {
	line := l.position(at).Line - 1
	start := l.starts[line]
	colon := at - start
	if !bytes.HasPrefix(s.text[at:], []byte(": ")) || indentOf(s.text[start:]) != colon {
		return false
	}
	for line--; line >= 0; line-- {
		text := s.text[l.starts[line]:l.starts[line+1]]
		if key := explicitKey.Find(text); key != nil && len(key)-2 < colon {
			s.text[at], s.text[start+len(key)-2] = ' ', ':'
			return true
		}
		if indentOf(text) < colon && !startsLine(bytes.TrimLeft(text, " \t")) {
			return false
		}
	}
	return false
}

// propertyColon ends a line up to the colon of an anchor like &name:, which
// the official reader makes part of the name.
var propertyColon = regexp.MustCompile(`(?:^[ \t]*(?:[-?:][ \t]+)*|:[ \t]+)(?:![^\s]*[ \t]+)?&[^\s,\[\]{}]*$`)

func (s *source) repairAnchor(before []byte, at int) bool {
	if at >= len(s.text) || s.text[at] != ':' || !propertyColon.Match(before) {
		return false
	}
	s.text[at] = '_'
	return true
}

// repairNameless looks for keys that the library finds to be an anchor and
// nothing else, as in "- &name:", and makes the colon a part of the anchor.
func (s *source) repairNameless(document *yaml.Node) bool {
	if !bytes.Contains(s.text, []byte("&")) {
		return false
	}
	l := newLines(s.text)
	repaired := false
	var visit func(*yaml.Node)
	visit = func(y *yaml.Node) {
		block := y.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle == 0
		for i, part := range y.Content {
			if block && i%2 == 0 && part.Anchor != "" && part.Value == "" && part.Kind == yaml.ScalarNode {
				at := l.offset(Position{part.Line, part.Column})
				colon := at + len(anchorName.Find(s.text[at:])) - 1
				repaired = colon > at && s.repairAnchor(s.text[l.starts[l.position(colon).Line-1]:colon], colon) || repaired
			}
			visit(part)
		}
	}
	visit(document)
	return repaired
}
