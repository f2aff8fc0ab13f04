package apidocs_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/apidocs"
)

// element is a start tag of the page.
type element struct {
	name       string
	attributes map[string]string
}

// elements parses the page as XML, which is stricter than HTML: everything that
// is opened is closed, and every & is escaped.
func elements(t *testing.T, page []byte) (all []element, text string) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(page))
	dec.Entity = xml.HTMLEntity
	var words strings.Builder
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return all, words.String()
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{token.Name.Local, map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			all = append(all, e)
		case xml.CharData:
			words.Write(token)
		}
	}
}

func page(t *testing.T, openapi []byte) []byte {
	t.Helper()
	out, err := apidocs.Page(openapi)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPageIsWhole(t *testing.T) {
	t.Parallel()
	all, _ := elements(t, page(t, api.OpenAPI))
	ids := map[string]bool{}
	for _, e := range all {
		if id := e.attributes["id"]; id != "" {
			if ids[id] {
				t.Errorf("the id %s stands twice", id)
			}
			ids[id] = true
		}
	}
	for _, e := range all {
		switch e.name {
		case "script", "link", "img", "iframe", "object", "embed", "base", "form":
			t.Errorf("the page has a <%s>", e.name)
		}
		for name, value := range e.attributes {
			target, local := strings.CutPrefix(value, "#")
			switch {
			case strings.HasPrefix(name, "on"), name == "src", name == "style":
				t.Errorf("<%s> has %s=%q", e.name, name, value)
			case name == "href" && local && !ids[target]:
				t.Errorf("the link %s leads nowhere", value)
			case name == "href" && !local && value != "/openapi.yaml" && value != "/openapi.json":
				t.Errorf("the link %s leads out of the page", value)
			}
		}
	}
	if bytes.Contains(page(t, api.OpenAPI), []byte("url(")) || bytes.Contains(page(t, api.OpenAPI), []byte("@import")) {
		t.Error("the style loads something")
	}
}

func TestPageShowsEverything(t *testing.T) {
	t.Parallel()
	all, text := elements(t, page(t, api.OpenAPI))
	ids := map[string]bool{}
	for _, e := range all {
		ids[e.attributes["id"]] = true
	}
	var doc struct {
		Paths      map[string]map[string]any
		Components struct {
			Schemas   map[string]struct{ Properties map[string]any }
			Responses map[string]any
		}
	}
	if err := yaml.Unmarshal(api.OpenAPI, &doc); err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths {
		for method, operation := range item {
			if method == "parameters" {
				continue
			}
			o := operation.(map[string]any)
			if !ids[fmt.Sprint(o["operationId"])] || !strings.Contains(text, fmt.Sprint(o["summary"])) || !strings.Contains(text, path) {
				t.Errorf("%s %s is not on the page", method, path)
			}
		}
	}
	for name, schema := range doc.Components.Schemas {
		if !ids["schema-"+name] {
			t.Errorf("the schema %s is not on the page", name)
		}
		for property := range schema.Properties {
			if !strings.Contains(text, property) {
				t.Errorf("the property %s of %s is not on the page", property, name)
			}
		}
	}
	if len(doc.Paths) < 20 || len(doc.Components.Schemas) < 50 {
		t.Errorf("there are %d paths and %d schemas", len(doc.Paths), len(doc.Components.Schemas))
	}
	for _, part := range []string{
		"manage_connectors", "at most 10,000 characters", "2 to 256 characters", "0 to 500", "default 20", "list of IntegrationType",
		"ConnectorStagedPreviewRequestUnderProcess", `\u202A-\u202E`, `"applicationName": "tax-service"`, "grant_type=client_credentials",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the page does not show %s", part)
		}
	}
}

// small is a document of which every text is out to break the page.
const small = `
openapi: 3.1.0
info: {title: "<script>1</script>&", version: 1, summary: "<b>", description: "**bold** <script>2</script> [x](javascript:alert(1))"}
tags: [{name: A, description: "<i>"}]
paths:
  /a/{x:
    get:
      tags: [A]
      operationId: a
      summary: "</title><script>3</script>"
      responses:
        '200':
          description: "<!--"
          content: {application/json: {schema: {$ref: '#/components/schemas/S'}, examples: {e: {value: {"<a>": "</pre>&", n: [1, -2.5e3, true, null, {}, []]}}}}}
components:
  schemas:
    S: {type: object, description: "]]>", properties: {"<p>": {type: string, pattern: "<\u202E>", enum: ["<e>"]}}}
`

func TestPageEscapes(t *testing.T) {
	t.Parallel()
	out := page(t, []byte(small))
	all, text := elements(t, out)
	for _, e := range all {
		if e.name == "script" || e.name == "i" || strings.Contains(e.attributes["href"], "javascript") {
			t.Errorf("the page has <%s %v>", e.name, e.attributes)
		}
	}
	for _, want := range []string{"<script>1</script>&", "</title><script>3</script>", "<p>", `<\u202E>`, `"<e>"`, "</pre>&", "-2.5e3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
	if !bytes.Contains(out, []byte("<strong>bold</strong>")) {
		t.Error("the description is not rendered")
	}
}

func TestBadDocuments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no YAML":        {"a: [", "read the OpenAPI document"},
		"empty":          {"", "no member openapi"},
		"something else": {"a: 1", "no member openapi"},
		"a reference to nothing": {
			strings.Replace(small, "#/components/schemas/S", "#/components/schemas/T", 1), "#/components/schemas/T does not exist",
		},
		"a tag that is not described": {strings.Replace(small, "tags: [A]", "tags: [B]", 1), "tag B"},
		"a status that is none":       {strings.Replace(small, "'200'", "'ok'", 1), "status ok"},
	} {
		if _, err := apidocs.Page([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got the error %v, want one with %q", name, err, c.want)
		}
	}
}

func TestJSONIsTheSameDocument(t *testing.T) {
	t.Parallel()
	for name, text := range map[string][]byte{"the API's": api.OpenAPI, "a small one": []byte(small)} {
		out, err := apidocs.JSON(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got, want any
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := yaml.Unmarshal(text, &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		asJSON, err := json.Marshal(want)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want = nil
		if err := json.Unmarshal(asJSON, &want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the YAML (-) and the JSON (+) differ:\n%s", name, diff)
		}
		if !bytes.HasPrefix(out, []byte("{\n  \"openapi\": \"3.1.0\",\n  \"info\": {")) {
			t.Errorf("%s: the JSON begins with %.60q", name, out)
		}
	}
	if _, err := apidocs.JSON([]byte("a: [")); err == nil {
		t.Error("what is no YAML is accepted")
	}
}

func BenchmarkPage(b *testing.B) {
	for b.Loop() {
		if _, err := apidocs.Page(api.OpenAPI); err != nil {
			b.Fatal(err)
		}
	}
}
