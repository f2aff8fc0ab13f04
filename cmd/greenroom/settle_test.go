package main

import (
	"fmt"
	"regexp"
	"strings"
)

// settler replaces what differs from run to run: the same id by the same text
// throughout a script, so that the script can use that text in its place.
type settler struct {
	dir string
	// names and values map ids to the texts in their place, and back.
	names, values map[string]string
}

func newSettler(dir string) *settler {
	return &settler{dir: dir, names: map[string]string{}, values: map[string]string{}}
}

var (
	ids = map[string]*regexp.Regexp{
		"id":     regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`),
		"commit": regexp.MustCompile(`\b[0-9a-f]{40}\b`),
	}
	passing = []struct {
		pattern     *regexp.Regexp
		replacement string
	}{
		{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`), "<time>"},
		{regexp.MustCompile(`sha256:[0-9a-f]{16}`), "<ruleset>"},
		{regexp.MustCompile(`("milliseconds": ?)[0-9.e+-]+`), `${1}"<ms>"`},
		{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:PORT"},
	}
	name = regexp.MustCompile(`<(id|commit)-\d+>`)
)

func (s *settler) settled(text string) string {
	text = strings.ReplaceAll(text, s.dir, "$WORK")
	for kind, pattern := range ids {
		text = pattern.ReplaceAllStringFunc(text, func(value string) string { return s.nameOf(kind, value) })
	}
	for _, p := range passing {
		text = p.pattern.ReplaceAllString(text, p.replacement)
	}
	return text
}

func (s *settler) nameOf(kind, value string) string {
	if s.names[value] == "" {
		n := 1
		for s.values[fmt.Sprintf("<%s-%d>", kind, n)] != "" {
			n++
		}
		s.names[value] = fmt.Sprintf("<%s-%d>", kind, n)
		s.values[s.names[value]] = value
	}
	return s.names[value]
}

// unsettled puts the values back.
func (s *settler) unsettled(text string) string {
	text = strings.ReplaceAll(text, "$WORK", s.dir)
	return name.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := s.values[name]; ok {
			return value
		}
		return name
	})
}
