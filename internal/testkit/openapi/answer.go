package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"

	strict "github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// response is what one status of an operation may look like.
type response struct {
	headers []header
	content map[string]*jsonschema.Schema // by media type
}

type header struct {
	name     string
	required bool
	number   bool
	schema   *jsonschema.Schema
}

func (d *Document) readResponse(t tree) (*response, error) {
	t = t.resolved()
	r := &response{content: make(map[string]*jsonschema.Schema)}
	for name := range t.at("headers").members() {
		h := t.at("headers").at(name).resolved()
		schema := h.at("schema").resolved()
		compiled, err := d.answers.at(schema.pointer)
		if err != nil {
			return nil, err
		}
		r.headers = append(r.headers, header{
			name:     name,
			required: h.at("required").value == true,
			number:   schema.at("type").text() == "integer",
			schema:   compiled,
		})
	}
	for media := range t.at("content").members() {
		compiled, err := d.answers.at(t.at("content").at(media).at("schema").resolved().pointer)
		if err != nil {
			return nil, err
		}
		r.content[media] = compiled
	}
	return r, nil
}

// CheckAnswer fails the test when an answer of the server is not what the
// document says: a status that the operation does not have, a header that is
// missing, another media type, a body off its schema or with a member that
// nobody described. A path that is not described may only be 404, and a method
// that a path does not have 405 (or 401, since the token is asked for first).
// requestPath may carry a query. It takes about 0.1 ms for a draft.
func (d *Document) CheckAnswer(tb testing.TB, method, requestPath string, status int, header http.Header, body []byte) {
	tb.Helper()
	if err := d.check(method, requestPath, status, header, body); err != nil {
		const most = 1000
		tb.Errorf("%s %s: the answer %d is not what openapi.yaml says: %v\n%.*s", method, requestPath, status, err, most, body)
	}
}

func (d *Document) check(method, requestPath string, status int, header http.Header, body []byte) error {
	r, err := d.expected(method, requestPath, status)
	if err != nil {
		return err
	}
	if err := r.checkHeaders(header); err != nil {
		return err
	}
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type %q: %w", header.Get("Content-Type"), err)
	}
	schema := r.content[media]
	switch {
	case schema == nil:
		return fmt.Errorf("the content type is %s, described are %s", media, names(r.content))
	case method == http.MethodHead && len(body) == 0:
		return nil
	case len(body) == 0:
		return errors.New("there is no body")
	}
	var value any
	if !strings.HasSuffix(media, "json") {
		value = string(body)
	} else if err := strict.Unmarshal(body, &value); err != nil { // also for names that stand twice
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	return schema.Validate(value) //nolint:wrapcheck // names the place and what is wrong there
}

// expected is the described answer of that status.
func (d *Document) expected(method, requestPath string, status int) (*response, error) {
	operations := d.find(requestPath)
	switch {
	case len(operations) == 0 && status == http.StatusNotFound:
		return d.otherPath, nil
	case len(operations) == 0:
		return nil, errors.New("the path is not described")
	}
	if o := operations[method]; o != nil {
		if r := o.responses[status]; r != nil {
			return r, nil
		}
		return nil, fmt.Errorf("the status is not described; those of %s are %v", o.ID, slices.Sorted(maps.Keys(o.responses)))
	}
	if status == http.StatusMethodNotAllowed {
		return d.otherMethod, nil
	}
	for _, o := range operations {
		if r := o.responses[status]; status == http.StatusUnauthorized && r != nil {
			return r, nil
		}
	}
	return nil, fmt.Errorf("the method is not described; those of the path are %s", names(operations))
}

func (r *response) checkHeaders(given http.Header) error {
	for _, h := range r.headers {
		text := given.Get(h.name)
		if text == "" {
			if h.required {
				return fmt.Errorf("the header %s is missing", h.name)
			}
			continue
		}
		var value any = text
		if h.number {
			value = json.Number(text)
		}
		if err := h.schema.Validate(value); err != nil {
			return fmt.Errorf("the header %s: %q: %w", h.name, text, err)
		}
	}
	return nil
}

func names[V any](m map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}
