package openapi

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// example is a described answer.
type example struct {
	method, path string
	status       int
	name         string
	header       http.Header
	value        tree
}

func (e example) String() string {
	return fmt.Sprintf("%s %s %d %s", e.method, e.path, e.status, e.name)
}

// examples lists every example of every answer that is JSON.
func examples(t *testing.T, d *Document) []example {
	t.Helper()
	var out []example
	for _, o := range d.operations {
		path := strings.NewReplacer("{ref}", "key=tax-calculator", "{run}", "0b7c5c9e-6a53-4b0c-9d4e-1d3a0c8f2a11",
			"{id}", "5ab3edcd-9d23-4934-8f48-256805253119").Replace(o.Path)
		responses := d.root.at("paths").at(o.Path).at(strings.ToLower(o.Method)).at("responses")
		for status, r := range o.responses {
			described := responses.at(fmt.Sprint(status)).resolved()
			list := described.path("/content/application~1json/examples")
			for _, name := range list.names() {
				out = append(out, example{o.Method, path, status, name, exampleHeader(o, r), list.at(name).resolved().at("value")})
			}
		}
	}
	if len(out) < 100 {
		t.Fatalf("there are only %d examples", len(out))
	}
	return out
}

func exampleHeader(o *operation, r *response) http.Header {
	challenge := map[Credentials]string{Bearer: "Bearer realm=x", Basic: "Basic realm=x"}[o.Credentials]
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	for _, described := range r.headers {
		h.Set(described.name, map[string]string{
			"X-Correlation-ID": "7d9f1c1e", "Retry-After": "1", "Cache-Control": "no-store", "WWW-Authenticate": challenge, "Vary": "Accept",
		}[described.name])
	}
	return h
}

func TestEveryExampleIsAnAnswer(t *testing.T) {
	t.Parallel()
	d := Load(t)
	for _, e := range examples(t, d) {
		d.CheckAnswer(t, e.method, e.path, e.status, e.header, []byte(encode(e.value.value)))
	}
}

// TestAnswersAreClosed takes away and adds single members of every example.
func TestAnswersAreClosed(t *testing.T) {
	t.Parallel()
	d := Load(t)
	for _, e := range examples(t, d) {
		if len(e.value.members()) == 0 {
			continue // the answer to a revocation says nothing
		}
		more := maps.Clone(e.value.members())
		more["surprise"] = true
		if err := d.check(e.method, e.path, e.status, e.header, []byte(encode(more))); err == nil {
			t.Errorf("%s: a member that nobody described is accepted", e)
		}
		for _, name := range []string{"id", "version", "results", "statusCode", "errors", "status", "active"} {
			less := maps.Clone(e.value.members())
			if _, there := less[name]; !there {
				continue
			}
			delete(less, name)
			if err := d.check(e.method, e.path, e.status, e.header, []byte(encode(less))); err == nil {
				t.Errorf("%s: the answer is accepted without %s", e, name)
			}
		}
	}
}

func TestCheckAnswer(t *testing.T) {
	t.Parallel()
	d := Load(t)
	draft := encode(d.root.path("/components/examples/NewDraft/value").value)
	failure := func(status int, code, more string) string {
		return fmt.Sprintf(`{"statusCode":%d,"message":"m","errors":[{"code":%q,"message":"m"%s}]}`, status, code, more)
	}
	header := func(more ...string) http.Header {
		h := http.Header{"Content-Type": {"application/json"}, "X-Correlation-Id": {"a"}}
		for i := 0; i < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		return h
	}
	for name, c := range map[string]struct {
		method, path string
		status       int
		header       http.Header
		body         string
		want         string // "": accepted
	}{
		"a draft by key":             {"GET", "/connectors/drafts/key=tax", 200, header(), draft, ""},
		"a draft by an encoded key":  {"GET", "/connectors/drafts/key%3Dtax?x=%2F", 200, header(), draft, ""},
		"HEAD":                       {"HEAD", "/connectors/drafts/key=tax", 200, header(), "", ""},
		"no body":                    {"GET", "/connectors/drafts/key=tax", 200, header(), "", "no body"},
		"a name twice":               {"GET", "/connectors/drafts/key=tax", 200, header(), strings.Replace(draft, "{", `{"id":"x",`, 1), "no JSON"},
		"text after the end":         {"GET", "/connectors/drafts/key=tax", 200, header(), draft + "{}", "no JSON"},
		"null":                       {"GET", "/connectors/drafts/key=tax", 200, header(), "null", "want object"},
		"a status of another method": {"GET", "/connectors/drafts/key=tax", 201, header(), draft, "status is not described"},
		"no correlation id":          {"GET", "/connectors/drafts/key=tax", 200, header("X-Correlation-ID", ""), draft, "X-Correlation-ID is missing"},
		"another content type":       {"GET", "/connectors/drafts/key=tax", 200, header("Content-Type", "text/plain"), draft, "content type is text/plain"},
		"no content type":            {"GET", "/connectors/drafts/key=tax", 200, header("Content-Type", ""), draft, "content type"},
		"search is no Connector":     {"GET", "/connectors/search", 200, header(), draft, "missing properties"},
		"no such path":               {"GET", "/nowhere", 404, header(), failure(404, "ResourceNotFound", ""), ""},
		"a path that is not known":   {"GET", "/nowhere", 200, header(), "{}", "path is not described"},
		"a path that is none":        {"GET", "%zz", 404, header(), failure(404, "ResourceNotFound", ""), ""},
		"an encoded path":            {"GET", "/connectors/%64rafts?limit=1", 200, header(), draft, "missing properties"},
		"no such method":             {"PUT", "/connectors/drafts", 405, header("Allow", "GET, HEAD, POST"), failure(405, "General", ""), ""},
		"405 without Allow":          {"PUT", "/connectors/drafts", 405, header(), failure(405, "General", ""), "Allow is missing"},
		"a method that is not known": {"PUT", "/connectors/drafts", 200, header(), draft, "method is not described"},
		"401 before 405": {
			"PUT", "/connectors/drafts", 401, header("WWW-Authenticate", "Bearer realm=x"),
			strings.TrimSuffix(failure(401, "invalid_token", ""), "}") + `,"error":"invalid_token","error_description":"m"}`, "",
		},
		"401 without a challenge": {
			"GET", "/connectors/drafts", 401, header(),
			strings.TrimSuffix(failure(401, "invalid_token", ""), "}") + `,"error":"invalid_token","error_description":"m"}`, "WWW-Authenticate is missing",
		},
		"a code of another status":   {"GET", "/connectors/drafts/key=tax", 404, header(), failure(404, "General", ""), "value must be 'ResourceNotFound'"},
		"another status in the body": {"GET", "/connectors/drafts/key=tax", 404, header(), failure(403, "ResourceNotFound", ""), "value must be 404"},
		"no errors":                  {"GET", "/connectors/drafts/key=tax", 404, header(), `{"statusCode":404,"message":"m","errors":[]}`, "minItems"},
		"a conflict without versions": {
			"POST", "/connectors/drafts/key=tax", 409, header(), failure(409, "ConcurrentModification", ""), "missing properties 'expectedVersion'",
		},
		"a conflict": {
			"POST", "/connectors/drafts/key=tax", 409, header("Retry-After", "1"),
			failure(409, "ConcurrentModification", `,"expectedVersion":1,"currentVersion":2`), "",
		},
		"versions that belong to another code": {
			"GET", "/connectors/drafts/key=tax", 404, header(), failure(404, "ResourceNotFound", `,"currentVersion":2`), "currentVersion",
		},
		"a duplicate without its field": {"POST", "/connectors/drafts", 400, header(), failure(400, "DuplicateField", ""), "missing properties 'field'"},
		"503 without Retry-After":       {"GET", "/healthz", 503, header(), failure(503, "General", ""), "Retry-After is missing"},
		"Retry-After in words":          {"GET", "/healthz", 503, header("Retry-After", "soon"), failure(503, "General", ""), "Retry-After"},
		"a page":                        {"GET", "/docs", 200, header("Content-Type", "text/html; charset=utf-8"), "<!doctype html>", ""},
	} {
		err := d.check(c.method, c.path, c.status, c.header, []byte(c.body))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: refused: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got the error %v, want one with %q", name, err, c.want)
		}
	}
}

// recorder is a test that only notes its failure.
type recorder struct {
	testing.TB
	message string
}

func (*recorder) Helper()                        {}
func (r *recorder) Errorf(f string, args ...any) { r.message = fmt.Sprintf(f, args...) }

func TestCheckAnswerFailsTheTest(t *testing.T) {
	t.Parallel()
	var r recorder
	header := http.Header{"Content-Type": {"application/json"}, "X-Correlation-Id": {"a"}}
	Load(t).CheckAnswer(&r, http.MethodGet, "/livez", http.StatusOK, header, []byte(`{"status":"bad"}`))
	for _, part := range []string{"GET /livez", "200", "/status", `{"status":"bad"}`} {
		if !strings.Contains(r.message, part) {
			t.Errorf("the test failed with %q, which does not say %s", r.message, part)
		}
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	byID := map[string]Operation{}
	for _, o := range Load(t).Operations() {
		byID[o.ID] = o
	}
	for id, want := range map[string]string{
		"updateDraft":  "POST /connectors/drafts/{ref} 1 [manage_connectors manage_project]",
		"listReviews":  "GET /x/v1/reviews 1 [certify_connectors]",
		"issueToken":   "POST /oauth/token 2 []",
		"getReadiness": "GET /healthz 0 []",
	} {
		o := byID[id]
		if got := fmt.Sprint(o.Method, " ", o.Path, " ", int(o.Credentials), " ", o.Scopes); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
}

func BenchmarkCheckAnswer(b *testing.B) {
	d := Load(b)
	body := []byte(encode(d.root.path("/components/examples/PublishedDraft/value").value))
	header := http.Header{"Content-Type": {"application/json"}, "X-Correlation-Id": {"a"}}
	for b.Loop() {
		d.CheckAnswer(b, http.MethodGet, "/connectors/drafts/key=tax", http.StatusOK, header, body)
	}
}
