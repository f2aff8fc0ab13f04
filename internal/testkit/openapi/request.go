package openapi

import (
	"encoding/json"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request is a request that a server must refuse: valid, but for one mutation.
type Request struct {
	Operation Operation
	// Method, Target (path and query), Header and Body are what is sent.
	Method, Target string
	Header         http.Header
	Body           []byte
	// Credentials are what the sender must add, of a client that may use the
	// operation: see Operation.Scopes.
	Credentials Credentials
	// Mutation names what was done, and Place where: a JSON path ("$.name"), which
	// the answer should name too unless the body is no JSON at all, the name of a
	// parameter or header, or "".
	Mutation, Place string
	// Statuses are the right answers, all of them 4xx.
	Statuses []int
}

// Requests makes n requests from the document, the same ones for the same seed.
// In turn each operation meets each mutation that applies to it; they differ in the rest
// of the request and in the place of the mutation. It makes about 15,000 a
// second. Bodies may share memory: they are not to be written to.
func (d *Document) Requests(seed uint64, n int) iter.Seq[Request] {
	return func(yield func(Request) bool) {
		s := sampler{rand.New(rand.NewPCG(seed, 0))}
		var pairs []pair
		for made := 0; made < n; {
			if len(pairs) == 0 {
				pairs = d.pairs(s)
			}
			p := pairs[0]
			pairs = pairs[1:]
			r, ok := p.request(s)
			if !ok {
				continue
			}
			if made++; !yield(r) {
				return
			}
		}
	}
}

type pair struct {
	operation *operation
	mutation  mutation
}

// pairs are all operations with all mutations, shuffled.
func (d *Document) pairs(s sampler) []pair {
	var out []pair
	for _, o := range d.operations {
		for _, m := range mutations {
			out = append(out, pair{o, m})
		}
	}
	s.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// request mutates a valid request; false when it has nothing to be mutated.
func (p pair) request(s sampler) (Request, bool) {
	d := newSketch(s, p.operation)
	place, ok := p.mutation.apply(d)
	if !ok {
		return Request{}, false
	}
	statuses := p.mutation.statuses
	if p.operation.responses[http.StatusTooManyRequests] != nil {
		statuses = append(slices.Clone(statuses), http.StatusTooManyRequests)
	}
	return Request{
		Operation:   p.operation.Operation,
		Method:      d.method,
		Target:      d.target(),
		Header:      d.header,
		Body:        d.text(),
		Credentials: d.credentials,
		Mutation:    p.mutation.name,
		Place:       place,
		Statuses:    statuses,
	}, true
}

// sketch is a request in the making, valid until a mutation gets hold of it.
type sketch struct {
	sampler
	*operation
	method      string
	path        map[string]string
	query       url.Values
	rawQuery    string // instead of query
	header      http.Header
	credentials Credentials
	body        *node  // nil: none
	raw         []byte // instead of body
}

func newSketch(s sampler, o *operation) *sketch {
	d := &sketch{
		sampler:     s,
		operation:   o,
		method:      o.Method,
		path:        make(map[string]string),
		query:       make(url.Values),
		header:      make(http.Header),
		credentials: o.Credentials,
	}
	for _, p := range o.parameters {
		switch {
		case p.in == "path":
			d.path[p.name] = d.parameter(p)
		case o.Credentials == Bearer && s.IntN(3) == 0: // at the token endpoints they belong to the form
			d.query.Set(p.name, d.parameter(p))
		}
	}
	if o.body != nil {
		d.body = s.value("$", o.body.schema)
		d.header.Set("Content-Type", o.body.media)
	}
	return d
}

// parameter samples the text of a parameter.
func (s sampler) parameter(p parameter) string {
	schema := p.schema
	if items := schema.at("items"); items.exists() {
		schema = items
	}
	return plain(s.value("", schema).raw)
}

// plain is a JSON value as a parameter has it: a string without its quotes.
func plain(raw string) string {
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil {
		return raw
	}
	return s
}

func (d *sketch) target() string {
	path := d.Path
	for name, value := range d.path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	query := d.rawQuery
	if query == "" {
		query = d.query.Encode()
	}
	if query != "" {
		path += "?" + query
	}
	return path
}

func (d *sketch) isJSON() bool { return d.body != nil && d.operation.body.media == "application/json" }

func (d *sketch) isForm() bool {
	return d.body != nil && d.operation.body.media == "application/x-www-form-urlencoded"
}

func (d *sketch) text() []byte {
	switch {
	case d.raw != nil:
		return d.raw
	case d.isJSON():
		return d.body.append(nil)
	case d.isForm():
		return []byte(d.form().Encode())
	default:
		return nil
	}
}

func (d *sketch) form() url.Values {
	values := make(url.Values)
	for _, p := range d.body.parts {
		values.Set(p.name, plain(p.raw))
	}
	return values
}
