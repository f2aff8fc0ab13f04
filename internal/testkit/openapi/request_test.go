package openapi

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/greenroom-registry/greenroom/internal/jsonbody"
)

// TestSamplesAreValid holds what is mutated to the schemas that it is made of.
func TestSamplesAreValid(t *testing.T) {
	t.Parallel()
	d := Load(t)
	schemas := requestSchemas(t, d)
	s := sampler{rand.New(rand.NewPCG(1, 2))}
	for _, o := range d.operations {
		for range 200 {
			sketch := newSketch(s, o)
			if sketch.body != nil {
				if err := schemas[o.body.schema.pointer].Validate(asValue(t, sketch.body.append(nil))); err != nil {
					t.Fatalf("%s: the sample %s is not valid: %v", o.ID, sketch.body.append(nil), err)
				}
			}
			for name, values := range sketch.query {
				if problem := invalidParameter(schemas, o, name, values); problem == "" {
					continue
				}
				t.Fatalf("%s: the sample %s=%q is not valid", o.ID, name, values)
			}
		}
	}
}

// requestSchemas compiles the schemas of bodies and parameters, by pointer. They
// are open, as readers are.
func requestSchemas(t *testing.T, d *Document) map[string]*jsonschema.Schema {
	t.Helper()
	open, err := newSchemas(d.root.value)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*jsonschema.Schema{}
	add := func(pointer string) {
		if out[pointer], err = open.at(pointer); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range d.operations {
		for _, p := range o.parameters {
			add(p.schema.pointer)
		}
		if o.body != nil {
			add(o.body.schema.pointer)
		}
	}
	return out
}

func asValue(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// plainValue is an integer or a boolean as a query writes it.
var plainValue = regexp.MustCompile(`^(-?[0-9]+|true|false)$`)

// invalidParameter says what is wrong with the values of a parameter, "" when
// nothing is.
func invalidParameter(schemas map[string]*jsonschema.Schema, o *operation, name string, values []string) string {
	for _, p := range o.parameters {
		if p.name != name {
			continue
		}
		var value any = values[0]
		switch p.schema.at("type").text() {
		case "array":
			list := make([]any, len(values))
			for i, v := range values {
				list[i] = v
			}
			value = list
		case "integer", "boolean":
			if len(values) > 1 {
				return "twice"
			}
			if !plainValue.MatchString(values[0]) || json.Unmarshal([]byte(values[0]), &value) != nil {
				return "no " + p.schema.at("type").text()
			}
		}
		if err := schemas[p.schema.pointer].Validate(value); err != nil {
			return err.Error()
		}
		return ""
	}
	return "unknown"
}

// TestRequestsMustBeRefused proves of each request that it is not valid, by
// readers that know nothing of mutations.
func TestRequestsMustBeRefused(t *testing.T) {
	t.Parallel()
	d := Load(t)
	schemas := requestSchemas(t, d)
	byID := map[string]*operation{}
	for _, o := range d.operations {
		byID[o.ID] = o
	}
	met := map[string]map[string]bool{}
	for r := range d.Requests(3, 10_000) {
		o := byID[r.Operation.ID]
		if met[r.Mutation] == nil {
			met[r.Mutation] = map[string]bool{}
		}
		met[r.Mutation][o.ID] = true
		if problem := invalid(schemas, o, r); problem == "" {
			t.Fatalf("%s %s %s: nothing is wrong with it: %s\n%v\n%.300s", o.ID, r.Mutation, r.Place, r.Target, r.Header, r.Body)
		}
		for _, status := range r.Statuses {
			described := o.responses[status] != nil || status == http.StatusMethodNotAllowed || r.Mutation == "a bad path parameter"
			if status < 400 || status > 499 || !described {
				t.Fatalf("%s %s: the answer may be %d, which the document does not describe", o.ID, r.Mutation, status)
			}
		}
	}
	for _, m := range mutations {
		if met[m.name] == nil {
			t.Errorf("no request has %s", m.name)
		}
	}
	for _, m := range []string{"a required member is missing", "NUL", "a name twice", "another media type", "no credentials"} {
		for _, id := range []string{"createDraft", "updateDraft", "validate", "rejectReview", "createCredential"} {
			if !met[m][id] {
				t.Errorf("%s never has %s", id, m)
			}
		}
	}
}

// invalid says why a server must refuse the request.
func invalid(schemas map[string]*jsonschema.Schema, o *operation, r Request) string {
	switch {
	case r.Method != o.Method:
		return "the method is another"
	case r.Credentials != o.Credentials:
		return "the credentials are missing"
	case len(r.Body) > 1<<20:
		return "the body is too large"
	case r.Header.Get("Content-Encoding") != "":
		return "the body is compressed"
	}
	target, err := url.Parse(r.Target)
	if err != nil {
		return err.Error()
	}
	query, err := url.ParseQuery(target.RawQuery)
	if err != nil {
		return err.Error()
	}
	for name, values := range query {
		if problem := invalidParameter(schemas, o, name, values); problem != "" {
			return problem
		}
	}
	if problem := invalidPath(schemas, o, target.EscapedPath()); problem != "" {
		return problem
	}
	return invalidBody(schemas, o, r)
}

func invalidPath(schemas map[string]*jsonschema.Schema, o *operation, path string) string {
	parts := strings.Split(path, "/")
	if matches(o.template, parts) < 0 {
		return "the path is another"
	}
	for i, t := range o.template {
		if name, ok := strings.CutPrefix(t, "{"); ok {
			value, err := url.PathUnescape(parts[i])
			if err != nil {
				return err.Error()
			}
			if problem := invalidParameter(schemas, o, strings.TrimSuffix(name, "}"), []string{value}); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func invalidBody(schemas map[string]*jsonschema.Schema, o *operation, r Request) string {
	if o.body == nil {
		return ""
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != o.body.media || params["charset"] != "" {
		return "the media type is another"
	}
	var value any
	if media == "application/json" {
		if _, err := jsonbody.Decode(r.Body, func(*jsonbody.Object) int { return 0 }); err != nil {
			return err.Error()
		}
		if value, err = jsonschema.UnmarshalJSON(bytes.NewReader(r.Body)); err != nil {
			return err.Error()
		}
	} else {
		form, err := url.ParseQuery(string(r.Body))
		if err != nil {
			return err.Error()
		}
		fields := map[string]any{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		value = fields
	}
	if err := schemas[o.body.schema.pointer].Validate(value); err != nil {
		return err.Error()
	}
	return ""
}

func TestRequestsAreTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	d := Load(t)
	first := slices.Collect(d.Requests(7, 500))
	if !reflect.DeepEqual(first, slices.Collect(d.Requests(7, 500))) {
		t.Error("the seed 7 gives others the second time")
	}
	if reflect.DeepEqual(first, slices.Collect(d.Requests(8, 500))) {
		t.Error("the seed 8 gives the requests of the seed 7")
	}
	if len(first) != 500 {
		t.Errorf("there are %d requests, want 500", len(first))
	}
	for range d.Requests(7, 500) {
		break // must not panic: the sequence stops with its reader
	}
}

// TestRequestsCanBeSent makes a request of each: no mutation may fail already in
// the client.
func TestRequestsCanBeSent(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for r := range Load(t).Requests(5, 5_000) {
		req, err := http.NewRequestWithContext(t.Context(), r.Method, "http://127.0.0.1"+r.Target, bytes.NewReader(r.Body))
		if err != nil {
			t.Fatalf("%s, %s: %v", r.Operation.ID, r.Mutation, err)
		}
		if got := req.URL.RequestURI(); got != r.Target {
			t.Fatalf("%s, %s: sent would be %s, want %s", r.Operation.ID, r.Mutation, got, r.Target)
		}
		seen[r.Mutation]++
	}
	if len(seen) != len(mutations) {
		t.Errorf("of %d mutations there are %v", len(mutations), slices.Sorted(maps.Keys(seen)))
	}
}

func BenchmarkRequests(b *testing.B) {
	d := Load(b)
	n := 0
	for b.Loop() {
		for range d.Requests(uint64(n), 1000) {
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "requests/s")
}
