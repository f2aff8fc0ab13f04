package httpapi

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
)

// A body of 1 MiB is taken, one byte more is not, whether its length is declared
// or not.
func TestBodySize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.served(t)
	full := draftBody(t, nil)
	full += strings.Repeat(" ", maxBody-len(full))
	for name, c := range map[string]struct {
		body   io.Reader
		status int
	}{
		"as much as may be":                {strings.NewReader(full), http.StatusCreated},
		"as much as may be, undeclared":    {undeclared{strings.NewReader(full)}, http.StatusCreated},
		"one byte too many":                {strings.NewReader(full + " "), http.StatusRequestEntityTooLarge},
		"one byte too many, undeclared":    {undeclared{strings.NewReader(full + " ")}, http.StatusRequestEntityTooLarge},
		"three times too many, undeclared": {undeclared{strings.NewReader(full + full + full)}, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/connectors/drafts", c.body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+w.tokens[owner])
			res, err := s.Client().Do(req)
			if got := receive(t, res, err); got.status != c.status {
				t.Errorf("answered %s, want %d", got, c.status)
			}
		})
	}
}

// undeclared hides its length, so that it is sent in chunks.
type undeclared struct{ io.Reader }

// A body that is declared too large is not waited for.
func TestBodyDeclaredTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.call(t, owner, http.MethodPost, "/connectors/drafts", "{", func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(failingReader{}), maxBody+1
	})
	want(t, got, http.StatusRequestEntityTooLarge, api.CodeGeneral)
}

// A body that ends before its declared length is the caller's fault.
func TestCutOffBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.call(t, owner, http.MethodPost, "/connectors/drafts", "{", func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader("{"), failingReader{})), 10
	})
	want(t, got, http.StatusBadRequest, api.CodeInvalidJSONInput)
	if strings.Contains(got.String(), "10.0.0.7") {
		t.Errorf("answered %s", got)
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("read 10.0.0.7: reset") }

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for contentType, status := range map[string]int{
		"":                                  http.StatusCreated,
		"application/json":                  http.StatusCreated,
		"Application/JSON":                  http.StatusCreated,
		"application/json; charset=utf-8":   http.StatusCreated,
		`application/json;charset="UTF-8"`:  http.StatusCreated,
		"application/json; charset=latin1":  http.StatusUnsupportedMediaType,
		"application/json, text/plain":      http.StatusUnsupportedMediaType,
		"application/jsonp":                 http.StatusUnsupportedMediaType,
		"text/json":                         http.StatusUnsupportedMediaType,
		"text/plain":                        http.StatusUnsupportedMediaType,
		"application/x-www-form-urlencoded": http.StatusUnsupportedMediaType,
		"multipart/form-data; boundary=x":   http.StatusUnsupportedMediaType,
		"application/json; charset":         http.StatusUnsupportedMediaType,
		"\x00":                              http.StatusUnsupportedMediaType,
	} {
		got := w.call(t, owner, http.MethodPost, "/connectors/drafts", draftBody(t, nil), header("Content-Type", contentType))
		if got.status != status {
			t.Errorf("%q: answered %s, want %d", contentType, got, status)
		}
	}
	for encoding, status := range map[string]int{"identity": 201, "gzip": 415, "br": 415} {
		got := w.call(t, owner, http.MethodPost, "/connectors/drafts", draftBody(t, nil), header("Content-Encoding", encoding))
		if got.status != status {
			t.Errorf("encoding %s: answered %s, want %d", encoding, got, status)
		}
	}
	// A request without a body may say what it likes.
	want(t, w.call(t, owner, http.MethodGet, "/connectors/drafts", "", header("Content-Type", "text/plain")), http.StatusOK, "")
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, body := range map[string]string{
		"empty": "", "blank": " \n", "no JSON": "hello", "cut off": `{"name":`, "trailing text": `{} {}`, "array": "[]", "string": `"a"`,
		"null": "null", "repeated name": `{"name":"a","name":"b"}`, "NUL": `{"name":"a\u0000"}`, "lone surrogate": `{"name":"\ud800"}`,
		"invalid UTF-8": "{\"name\":\"\xff\"}", "byte order mark": "\ufeff{}", "comment": "{} // no", "single quotes": "{'a':1}",
		"too deep": `{"a":` + strings.Repeat("[", 101) + strings.Repeat("]", 101) + "}",
	} {
		for _, path := range []string{"/connectors/drafts", "/connectors/drafts/key=none"} {
			got := w.call(t, owner, http.MethodPost, path, body)
			if got.status != http.StatusBadRequest || got.failure(t).Errors[0].Code != api.CodeInvalidJSONInput {
				t.Errorf("%s: %s: answered %s", name, path, got)
			}
		}
	}
	// All problems at once, each with its path.
	got := w.call(t, owner, http.MethodPost, "/connectors/drafts", `{"name":1,"creator":{},"repository":{"url":"http://x"},"key":"?"}`)
	want(t, got, http.StatusBadRequest, api.CodeInvalidJSONInput)
	paths := map[string]bool{}
	for _, e := range got.failure(t).Errors {
		path, _, _ := strings.Cut(e.DetailedErrorMessage, ":")
		paths[path] = true
	}
	for _, path := range []string{"$.name", "$.creator.email", "$.repository.url", "$.repository.tag", "$.key"} {
		if !paths[path] {
			t.Errorf("no problem at %s: %s", path, got)
		}
	}
}
