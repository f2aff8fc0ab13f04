package environment

import (
	"regexp"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

// maxAccesses bounds those of one file; with more, nobody can tell what it reads.
const maxAccesses = 500

// need is what a piece of code does with a variable.
type need int

const (
	// optional code works without the variable, or may.
	optional need = iota + 1
	// bare code takes what is there.
	bare
	// strict code fails without the variable.
	strict
	// written is a variable that the code sets.
	written
)

// access is a place at which code names a variable.
type access struct {
	key          string
	need         need
	line, column int
	// member is the name of the member of an object that gets the value as it is, ""
	// when none does.
	member string
}

// reader finds the accesses in the code of a file.
type reader struct {
	source.Tokens // without comments
	found         []access
	// dynamic is whether the code reads variables whose names it does not spell
	// out.
	dynamic bool
}

// accesses are those of a file; dynamic says that there are more, by names that
// nobody can tell.
func accesses(file source.File) (found []access, dynamic bool) {
	r := &reader{Tokens: file.Code()}
	for i := range r.Tokens {
		if len(r.found) >= maxAccesses {
			return r.found, true
		}
		switch file.Language {
		case source.JavaScript:
			r.javaScript(i)
		case source.Python:
			r.python(i)
		case source.Java:
			r.java(i)
		case source.Go:
			r.golang(i)
		}
	}
	return r.found, r.dynamic
}

// add records that the token at an index names a variable.
func (r *reader) add(name int, n need) {
	t := r.At(name)
	if isName.MatchString(t.Text) {
		r.found = append(r.found, access{key: t.Text, need: n, line: t.Line, column: t.Column})
	}
}

// isName is the form of a configuration key.
var isName = regexp.MustCompile(`^[A-Za-z0-9_]{2,256}$`)

func (r *reader) javaScript(i int) {
	if !r.Are(i, "process", ".", "env") {
		return
	}
	next := i + 3
	switch {
	case (r.At(next).Is(".") || r.At(next).Is("?.")) && r.At(next+1).Kind == source.Word:
		known := len(r.found)
		r.add(next+1, r.use(i, next+2))
		if len(r.found) > known && r.At(i-1).Is(":") && r.isProperty(i-1) {
			r.found[known].member = r.At(i - 2).Text
		}
	case r.At(next).Is("?.") && r.At(next+1).Is("["):
		r.subscript(i, next+1)
	case r.At(next).Is("["):
		r.subscript(i, next)
	case r.Are(i-2, "}", "="):
		r.destructured(i - 2)
	default:
		r.dynamic = true
	}
}

// subscript reads ["NAME"], whose bracket opens at an index.
func (r *reader) subscript(start, open int) {
	if r.At(open+1).Kind != source.Text || !r.At(open+2).Is("]") {
		r.dynamic = true
		return
	}
	r.add(open+1, r.use(start, open+3))
}

// destructured reads the names of const {A, B: b, C = "c"} = process.env, whose
// brace closes at an index.
func (r *reader) destructured(end int) {
	depth, start := 0, end
	for ; start >= 0 && start > end-maxLocal; start-- {
		if r.At(start).Is("}") {
			depth++
		} else if r.At(start).Is("{") {
			if depth--; depth == 0 {
				break
			}
		}
	}
	if !r.At(start).Is("{") {
		r.dynamic = true
		return
	}
	for i := start + 1; i < end; {
		stop := i
		for depth = 0; stop < end && (depth > 0 || !r.At(stop).Is(",")); stop++ {
			switch t := r.At(stop); {
			case t.Kind == source.Mark && strings.ContainsAny(t.Text, "({["):
				depth++
			case t.Kind == source.Mark && strings.ContainsAny(t.Text, ")}]"):
				depth--
			}
		}
		r.member(i, stop)
		i = stop + 1
	}
}

// member reads one name of a destructured object.
func (r *reader) member(from, to int) {
	first := r.At(from)
	if from >= to {
		return
	}
	if first.Is("...") || first.Is("[") {
		r.dynamic = true
		return
	}
	local := from
	if r.At(from+1).Is(":") && from+2 < to {
		local = from + 2
	}
	if r.At(local+1).Is("=") && local+1 < to {
		r.add(from, optional)
		return
	}
	r.add(from, r.useOfLocal(r.At(local).Text, to, bare))
}

func (r *reader) python(i int) {
	start := i
	if r.Are(i-2, "os", ".") {
		start = i - 2
	}
	switch {
	case r.Are(i, "getenv", "("):
		r.call(start, i+1, bare)
	case r.Are(i, "environ", ".", "get", "("):
		r.call(start, i+3, bare)
	case r.Are(i, "environ", ".", "setdefault", "("):
		r.call(start, i+3, optional)
	case r.Are(i, "environ", "["):
		r.subscript(start, i+1)
	case r.At(i).Is("environ") && r.At(start-1).Is("in") && r.At(start-2).Kind == source.Text:
		r.add(start-2, optional)
	case r.At(i).Is("environ") && !r.At(start-1).Is("import") && !r.At(start-1).Is("."):
		r.dynamic = true
	}
}

// springVariable is the text of an annotation that stands for a variable without a
// default. Lower-case names are those of properties.
var springVariable = regexp.MustCompile(`^\$\{[A-Z][A-Z0-9_]+\}$`)

func (r *reader) java(i int) {
	switch {
	case r.Are(i, "System", ".", "getenv", "(", ")", ".", "get", "("):
		r.call(i, i+7, bare)
	case r.Are(i, "System", ".", "getenv", "("):
		r.call(i, i+3, bare)
	case r.Are(i, "Value", "(") && r.At(i-1).Is("@") && r.At(i+3).Is(")") && springVariable.MatchString(r.At(i+2).Text):
		t := r.At(i + 2)
		r.found = append(r.found, access{key: strings.Trim(t.Text, "${}"), need: bare, line: t.Line, column: t.Column})
	}
}

func (r *reader) golang(i int) {
	switch {
	case r.Are(i, "os", ".", "Getenv", "("):
		r.call(i, i+3, bare)
	case r.Are(i, "os", ".", "LookupEnv", "("):
		r.call(i, i+3, optional)
	case r.Are(i, "os", ".", "Setenv", "("):
		r.call(i, i+3, written)
	case r.Are(i, "os", ".", "Environ"):
		r.dynamic = true
	}
}

// call reads ("NAME"), whose bracket opens at an index. A second argument is what
// the call returns without the variable.
func (r *reader) call(start, open int, n need) {
	name, behind := r.At(open+1), r.At(open+2)
	switch {
	case name.Kind != source.Text:
		r.dynamic = true
	case behind.Is(")") && n == bare:
		r.add(open+1, r.use(start, open+3))
	case n == bare:
		r.add(open+1, optional)
	default:
		r.add(open+1, n)
	}
}

// merchantCenterFiles are the settings of Merchant Center customizations, in which
// ${env:NAME} stands for a variable.
var merchantCenterFiles = regexp.MustCompile(`(^|/)custom-(application|view)-config\.[a-z]+$`)

var placeholder = regexp.MustCompile(`\$\{env:([A-Za-z0-9_]{2,256})\}`)

func placeholders(file source.File) []access {
	if !merchantCenterFiles.MatchString(file.Name) {
		return nil
	}
	var out []access
	for _, t := range source.Lex(source.JavaScript, file.Text) {
		if t.Kind != source.Text {
			continue
		}
		for _, m := range placeholder.FindAllStringSubmatch(t.Text, -1) {
			out = append(out, access{key: m[1], need: strict, line: t.Line, column: t.Column})
		}
	}
	return out
}

// springFiles are those that every profile of a Spring application reads.
var springFiles = regexp.MustCompile(`(^|/)src/main/resources/application\.(properties|ya?ml)$`)

// springName is an upper-case placeholder without a default; others may be
// properties that are set elsewhere.
var springName = regexp.MustCompile(`\$\{([A-Z][A-Z0-9_]+)\}`)

func springPlaceholders(file source.File) []access {
	if !springFiles.MatchString(file.Name) {
		return nil
	}
	var out []access
	for n, line := range strings.Split(file.Text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, m := range springName.FindAllStringSubmatchIndex(line, -1) {
			out = append(out, access{key: line[m[2]:m[3]], need: bare, line: n + 1, column: len([]rune(line[:m[0]])) + 1})
		}
	}
	return out
}

// words calls yield with each word of a text that could be a key.
func words(text string, yield func(string)) {
	start := -1
	for i := 0; i <= len(text); i++ {
		switch {
		case i < len(text) && wordByte(text[i]):
			if start < 0 {
				start = i
			}
		case start >= 0:
			yield(text[start:i])
			start = -1
		}
	}
}

func wordByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
