// Package openapi holds a server to the API's own description, api/openapi.yaml:
// it checks answers against it, and makes requests of it that a server must
// refuse.
package openapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
)

// Document is the description, read and compiled. It is safe for concurrent use.
type Document struct {
	root       tree
	operations []*operation
	// answers are the schemas of what the server sends: closed, so that a member
	// that nobody described is noticed.
	answers *schemas
	// otherPath and otherMethod are the answers to what is not described.
	otherPath, otherMethod *response
}

// Operation is one method of one path.
type Operation struct {
	ID     string
	Method string
	// Path is a template: /connectors/drafts/{ref}.
	Path string
	// Scopes are those of which a token must hold one; none at the token endpoints
	// and where no credentials are needed.
	Scopes []string
	// Credentials says how a caller proves itself.
	Credentials Credentials
}

// Credentials is a way in which a caller proves itself.
type Credentials int

// The ways: not at all, by an access token, by the client's id and secret.
const (
	None Credentials = iota
	Bearer
	Basic
)

type operation struct {
	Operation
	template   []string // the parts of Path
	siblings   []string // the methods of the path
	parameters []parameter
	body       *requestBody // nil: none
	responses  map[int]*response
}

// parameter is one of the path or of the query; headers are not looked at.
type parameter struct {
	name, in string
	schema   tree
}

type requestBody struct {
	required bool
	media    string
	schema   tree
}

var load = sync.OnceValues(func() (*Document, error) { return read(api.OpenAPI) })

// Load reads the description that the api package embeds, once per process.
func Load(tb testing.TB) *Document {
	tb.Helper()
	d, err := load()
	if err != nil {
		tb.Fatalf("read the OpenAPI document: %v", err)
	}
	return d
}

// Operations lists the operations in the order of their paths and methods.
func (d *Document) Operations() []Operation {
	out := make([]Operation, len(d.operations))
	for i, o := range d.operations {
		out[i] = o.Operation
	}
	return out
}

func read(text []byte) (*Document, error) {
	root, err := decode(text)
	if err != nil {
		return nil, err
	}
	answers, err := newSchemas(closed(root))
	if err != nil {
		return nil, err
	}
	d := &Document{root: root, answers: answers}
	paths := root.at("paths")
	for _, path := range paths.names() {
		item := paths.at(path)
		for _, method := range methodsOf(item) {
			o, err := d.readOperation(path, method, item)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			d.operations = append(d.operations, o)
		}
	}
	if d.otherPath, err = d.readResponse(root.at("x-other-paths")); err != nil {
		return nil, err
	}
	d.otherMethod, err = d.readResponse(root.at("x-other-methods"))
	return d, err
}

// methodsOf lists the methods of a path, as HTTP writes them.
func methodsOf(item tree) []string {
	var out []string
	for _, name := range item.names() {
		if name != "parameters" {
			out = append(out, strings.ToUpper(name))
		}
	}
	return out
}

func (d *Document) readOperation(path, method string, item tree) (*operation, error) {
	t := item.at(strings.ToLower(method))
	o := &operation{
		Operation: Operation{
			ID:     t.at("operationId").text(),
			Method: method,
			Path:   path,
		},
		template:  strings.Split(path, "/"),
		siblings:  methodsOf(item),
		responses: make(map[int]*response),
	}
	for _, requirement := range t.at("security").items() {
		for scheme := range requirement.members() {
			o.Credentials = map[string]Credentials{"accessToken": Bearer, "client": Basic}[scheme]
			for _, scope := range requirement.at(scheme).items() {
				o.Scopes = append(o.Scopes, scope.text())
			}
		}
	}
	for _, p := range append(item.at("parameters").items(), t.at("parameters").items()...) {
		p = p.resolved()
		if in := p.at("in").text(); in != "header" {
			o.parameters = append(o.parameters, parameter{p.at("name").text(), in, p.at("schema").resolved()})
		}
	}
	if b := t.at("requestBody").resolved(); b.exists() {
		o.body = &requestBody{required: b.at("required").value == true}
		for media := range b.at("content").members() {
			o.body.media = media
			o.body.schema = b.at("content").at(media).at("schema").resolved()
		}
	}
	for status := range t.at("responses").members() {
		var code int
		if _, err := fmt.Sscanf(status, "%d", &code); err != nil {
			return nil, fmt.Errorf("status %q: %w", status, err)
		}
		r, err := d.readResponse(t.at("responses").at(status))
		if err != nil {
			return nil, fmt.Errorf("status %d: %w", code, err)
		}
		o.responses[code] = r
	}
	return o, nil
}

// find returns the operations of a request's path, by method; none when the
// path is not described. A part that is written out goes before a parameter, also
// when the request has encoded what needs no encoding.
func (d *Document) find(requestPath string) map[string]*operation {
	requestPath, _, _ = strings.Cut(requestPath, "?")
	parts := strings.Split(requestPath, "/")
	for i, part := range parts {
		if plain, err := url.PathUnescape(part); err == nil {
			parts[i] = plain
		}
	}
	best, found := -1, map[string]*operation{}
	for _, o := range d.operations {
		written := matches(o.template, parts)
		if written > best {
			best, found = written, map[string]*operation{}
		}
		if written == best && written >= 0 {
			found[o.Method] = o
		}
	}
	if get := found[http.MethodGet]; get != nil {
		found[http.MethodHead] = get
	}
	return found
}

// matches counts the parts of the template that are written out, -1 when the
// path is no instance of it.
func matches(template, parts []string) int {
	if len(template) != len(parts) {
		return -1
	}
	written := 0
	for i, t := range template {
		switch {
		case t == parts[i]:
			written++
		case !strings.HasPrefix(t, "{") || parts[i] == "":
			return -1
		}
	}
	return written
}
