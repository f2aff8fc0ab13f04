package openapi

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// mutation is one way to spoil a request. apply returns the place, and false when
// the request has nothing to be spoilt in this way.
type mutation struct {
	name     string
	statuses []int
	apply    func(*sketch) (place string, ok bool)
}

var (
	badRequest   = []int{http.StatusBadRequest}
	unauthorized = []int{http.StatusUnauthorized}
	// A path that is odd enough is no path at all.
	badPath = []int{http.StatusBadRequest, http.StatusNotFound}
)

// mutations lists them all. A new one is a function and a line here.
var mutations = slices.Concat(bodyMutations, textMutations, []mutation{
	{"another media type", []int{http.StatusUnsupportedMediaType}, otherMediaType},
	{"a compressed body", []int{http.StatusUnsupportedMediaType}, compressed},
	{"a body that is too large", []int{http.StatusRequestEntityTooLarge}, tooLarge},
	{"a form without a required field", badRequest, formWithoutField},
	{"a form with a bad value", badRequest, formWithBadValue},
	{"a form that cannot be decoded", badRequest, brokenForm},
	{"a bad path parameter", badPath, badPathParameter},
	{"a bad query value", badRequest, badQueryValue},
	{"a query parameter twice", badRequest, queryTwice},
	{"a query that cannot be decoded", badRequest, brokenQuery},
	{"no credentials", unauthorized, noCredentials},
	{"unknown credentials", unauthorized, unknownCredentials},
	{"another method", []int{http.StatusMethodNotAllowed}, otherMethod},
})

// choose picks one of several texts.
func (s sampler) choose(from ...string) string { return from[s.IntN(len(from))] }

func otherMediaType(d *sketch) (string, bool) {
	if d.body == nil {
		return "", false
	}
	if d.isForm() {
		d.header.Set("Content-Type", d.choose("application/json", "text/plain", "multipart/form-data; boundary=x"))
	} else {
		d.header.Set("Content-Type", d.choose("text/plain", "application/xml", "application/x-www-form-urlencoded",
			"multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/jsonx", "json", ";", "*/*"))
	}
	return "Content-Type", len(d.text()) > 0
}

func compressed(d *sketch) (string, bool) {
	d.header.Set("Content-Encoding", d.choose("gzip", "br", "deflate", "zstd"))
	return "Content-Encoding", d.isJSON()
}

// large is more than the 1 MiB that a body may have: a string of spaces, in JSON.
var large = slices.Concat([]byte(`{"name":"`), bytes.Repeat([]byte(" "), 1<<20), []byte(`"}`))

func tooLarge(d *sketch) (string, bool) {
	d.raw = large
	return "", d.isJSON() || d.isForm()
}

func formWithoutField(d *sketch) (string, bool) {
	if !d.isForm() {
		return "", false
	}
	place, ok := d.dropRequired(d.body)
	return strings.TrimPrefix(place, "$."), ok
}

// formWithBadValue only knows values that are constants: the others of the forms
// are any text.
func formWithBadValue(d *sketch) (string, bool) {
	if !d.isForm() {
		return "", false
	}
	for _, p := range d.body.parts {
		if p.schema.at("const").exists() {
			p.replace(encode(d.choose("password", "CLIENT_CREDENTIALS", "\x00", "ü")))
			return p.name, true
		}
	}
	return "", false
}

func brokenForm(d *sketch) (string, bool) {
	if !d.isForm() {
		return "", false
	}
	d.raw = []byte(d.form().Encode() + d.choose("&x=%zz", "&%", "&a=%4"))
	return "", true
}

func badPathParameter(d *sketch) (string, bool) {
	if len(d.path) == 0 {
		return "", false
	}
	var names []string
	for _, p := range d.parameters {
		if p.in == "path" {
			names = append(names, p.name)
		}
	}
	name := d.choose(names...)
	d.path[name] = d.choose("key=", "key=a", "key="+strings.Repeat("a", 257), "key=a b", "key=a\x00b", "key=ä", "KEY=abc", "key",
		"0", "-1", "5ab3edcd-9d23-4934-8f48", "{5ab3edcd-9d23-4934-8f48-256805253119}", "5ab3edcd9d2349348f48256805253119",
		"urn:uuid:5ab3edcd-9d23-4934-8f48-256805253119", "5ab3edcd-9d23-4934-8f48-25680525311g", "\xff\xfe", "a/b", "' OR 1=1", "..", "%")
	return name, true
}

func badQueryValue(d *sketch) (string, bool) {
	p, ok := d.constrained(func(parameter) bool { return true })
	if !ok {
		return "", false
	}
	d.query.Set(p.name, d.badText(p.schema))
	return p.name, true
}

// constrained picks a parameter of the query that has bad values.
func (d *sketch) constrained(also func(parameter) bool) (parameter, bool) {
	var all []parameter
	for _, p := range d.parameters {
		if p.in == "query" && d.Credentials == Bearer && d.badText(p.schema) != "" && also(p) {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return parameter{}, false
	}
	return all[d.IntN(len(all))], true
}

// badText is a value that a parameter of that schema cannot have; "" when it can
// have any.
func (d *sketch) badText(schema tree) string {
	if items := schema.at("items").resolved(); items.exists() {
		schema = items
	}
	switch {
	case schema.at("type").text() == "integer":
		return d.choose("abc", "-1", "1.5", "1e3", "0x10", "99999", strings.Repeat("9", 30), "+1", " 1", "1 ", "null", "١")
	case schema.at("type").text() == "boolean":
		return d.choose("maybe", "yes", "truefalse", "null", "\x00")
	case schema.at("enum").exists(), schema.at("pattern").exists():
		return d.choose("no such thing", "-", "\x00", "ä", strings.Repeat("a", 300), "' OR 1=1")
	default:
		return ""
	}
}

func queryTwice(d *sketch) (string, bool) {
	p, ok := d.constrained(func(p parameter) bool { return p.schema.at("type").text() != "array" })
	if !ok {
		return "", false
	}
	d.query[p.name] = []string{d.parameter(p), d.parameter(p)}
	return p.name, true
}

func brokenQuery(d *sketch) (string, bool) {
	d.rawQuery = d.choose("limit=%zz", "%", "a=%4", "a;b")
	return "query", d.Credentials == Bearer
}

func noCredentials(d *sketch) (string, bool) {
	d.credentials = None
	if d.IntN(2) == 0 {
		d.header.Set("Authorization", d.choose("Bearer", "Basic", "Bearer  ", "Digest x", "x"))
	}
	return "Authorization", d.Credentials != None
}

func unknownCredentials(d *sketch) (string, bool) {
	d.credentials = None
	switch d.Credentials {
	case Bearer:
		d.header.Set("Authorization", "Bearer "+d.choose("unknown", strings.Repeat("a", 4000), "a b c", "é", "' OR 1=1"))
	case Basic:
		d.header.Set("Authorization", "Basic "+d.choose("dW5rbm93bjpzZWNyZXQ=", "dW5rbm93bjo=", "Og==", "dW5rbm93bg==", "%%%"))
	}
	return "Authorization", d.Credentials != None
}

// otherMethod sends what the path does not have; that is found out before the
// body is looked at.
func otherMethod(d *sketch) (string, bool) {
	d.method = d.choose(http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodPost, http.MethodGet, "BREW")
	return "method", !slices.Contains(d.siblings, d.method)
}
