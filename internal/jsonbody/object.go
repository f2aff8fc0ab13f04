package jsonbody

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/greenroom-registry/greenroom/internal/problem"
)

// maxProblems bounds an answer: an array of a whole body can hold a problem in
// every other byte.
const maxProblems = 100

// problems are what is wrong with a body.
type problems struct {
	fields  []problem.Field
	leftOut int
}

func (p *problems) add(path, message string) {
	if len(p.fields) == maxProblems {
		p.leftOut++
		return
	}
	p.fields = append(p.fields, problem.Field{Path: path, Message: message})
}

// err is a *problem.Error with everything that was noted, or nil.
func (p *problems) err() error {
	if len(p.fields) == 0 {
		return nil
	}
	if p.leftOut > 0 {
		p.fields = append(p.fields, problem.Field{Path: root, Message: fmt.Sprintf("has %d more problems.", p.leftOut)})
	}
	return problem.InvalidBody(p.fields)
}

// root is the path of the body itself.
const root = "$"

// Rule checks one string. It returns "" or what is wrong with it, as the rest of
// a sentence that begins with the value's path: "must be …".
type Rule func(value string) string

// Object is an object of a body while it is read. Its methods take the member
// of a name, check it, and note a problem where it is not as asked; they then
// return a zero value, and reading goes on. A member that is null counts as
// absent.
type Object struct {
	path     string
	members  map[string]any
	problems *problems
}

// Fail notes a problem of a member.
func (o *Object) Fail(name, message string) { o.problems.add(o.PathOf(name), message) }

// PathOf is the JSON path of a member, for problems that are found after the
// body was read.
func (o *Object) PathOf(name string) string { return o.path + "." + name }

// Has says whether the object has the member, and not as null.
func (o *Object) Has(name string) bool { return o.members[name] != nil }

// required notes a missing member.
func (o *Object) required(name string) bool {
	if !o.Has(name) {
		o.Fail(name, "is required.")
	}
	return o.Has(name)
}

// String reads an optional string; "" when absent.
func (o *Object) String(name string, rule Rule) string {
	if !o.Has(name) {
		return ""
	}
	return o.checked(o.PathOf(name), o.members[name], rule)
}

// RequiredString reads a string that must be there.
func (o *Object) RequiredString(name string, rule Rule) string {
	if !o.required(name) {
		return ""
	}
	return o.String(name, rule)
}

func (o *Object) checked(path string, value any, rule Rule) string {
	s, ok := value.(string)
	if !ok {
		o.problems.add(path, "must be a string, but is "+describe(value)+".")
		return ""
	}
	if message := rule(s); message != "" {
		o.problems.add(path, message)
		return ""
	}
	return s
}

// Strings reads an optional array of strings; nil when absent. What is repeated
// is dropped, the first kept, in the order given.
func (o *Object) Strings(name string, rule Rule) []string {
	elements, ok := o.array(name)
	if !ok {
		return nil
	}
	return o.distinct(name, elements, rule)
}

// StringsUpTo is like Strings, for an array of at most limit elements.
func (o *Object) StringsUpTo(limit int, name string, rule Rule) []string {
	elements, ok := o.arrayUpTo(limit, name)
	if !ok {
		return nil
	}
	return o.distinct(name, elements, rule)
}

func (o *Object) distinct(name string, elements []any, rule Rule) []string {
	out := []string{}
	seen := make(map[string]bool, len(elements))
	for i, e := range elements {
		s := o.checked(fmt.Sprintf("%s[%d]", o.PathOf(name), i), e, rule)
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// RequiredStrings reads an array of strings that must be there.
func (o *Object) RequiredStrings(name string, rule Rule) []string {
	if !o.required(name) {
		return nil
	}
	return o.Strings(name, rule)
}

// Int reads an optional integer of at least least; 0 when absent.
func (o *Object) Int(name string, least int64) int64 {
	if !o.Has(name) {
		return 0
	}
	digits, ok := o.members[name].(number)
	if !ok {
		o.Fail(name, "must be an integer, but is "+describe(o.members[name])+".")
		return 0
	}
	n, err := strconv.ParseInt(string(digits), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		o.Fail(name, fmt.Sprintf("must be an integer of 64 bits, but is %s.", Cut(string(digits))))
	case err != nil:
		o.Fail(name, fmt.Sprintf("must be an integer, but is %s.", Cut(string(digits))))
	case n < least:
		o.Fail(name, fmt.Sprintf("must be at least %d, but is %d.", least, n))
	default:
		return n
	}
	return 0
}

// RequiredInt reads an integer that must be there.
func (o *Object) RequiredInt(name string, least int64) int64 {
	if !o.required(name) {
		return 0
	}
	return o.Int(name, least)
}

// RequiredBool reads true or false.
func (o *Object) RequiredBool(name string) bool {
	if !o.required(name) {
		return false
	}
	b, ok := o.members[name].(bool)
	if !ok {
		o.Fail(name, "must be true or false, but is "+describe(o.members[name])+".")
	}
	return b
}

// Object reads an object that must be there; nil when it is not.
func (o *Object) Object(name string) *Object {
	if !o.required(name) {
		return nil
	}
	return o.child(o.PathOf(name), o.members[name])
}

// Objects reads an array of objects that must be there, at most limit of them.
func (o *Object) Objects(name string, limit int) []*Object {
	if !o.required(name) {
		return nil
	}
	elements, _ := o.arrayUpTo(limit, name)
	var out []*Object
	for i, e := range elements {
		if child := o.child(fmt.Sprintf("%s[%d]", o.PathOf(name), i), e); child != nil {
			out = append(out, child)
		}
	}
	return out
}

func (o *Object) child(path string, value any) *Object {
	members, ok := value.(map[string]any)
	if !ok {
		o.problems.add(path, "must be an object, but is "+describe(value)+".")
		return nil
	}
	return &Object{path: path, members: members, problems: o.problems}
}

func (o *Object) array(name string) ([]any, bool) {
	if !o.Has(name) {
		return nil, false
	}
	elements, ok := o.members[name].([]any)
	if !ok {
		o.Fail(name, "must be an array, but is "+describe(o.members[name])+".")
	}
	return elements, ok
}

func (o *Object) arrayUpTo(limit int, name string) ([]any, bool) {
	elements, ok := o.array(name)
	if len(elements) > limit {
		o.Fail(name, fmt.Sprintf("must have at most %d elements, but has %d.", limit, len(elements)))
		return nil, false
	}
	return elements, ok
}

// Cut shortens what a message repeats of a body.
func Cut(s string) string {
	const most = 200
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// describe names a value's type for a message.
func describe(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case number:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "an array"
	default:
		return "an object"
	}
}
