package connectyaml_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

var (
	schemaFile = filepath.Join("..", "..", "schema", "connect.yaml.json")
	editorPage = filepath.Join("..", "..", "docs", "howto", "editor.md")
)

// beyondSchema are the rules of which JSON Schema knows nothing: how the text
// is written, and what ties one part to another.
var beyondSchema = map[string]bool{
	"spec/encoding": true, "spec/syntax": true, "spec/document": true, "spec/depth": true, "spec/alias": true,
	"spec/expansion": true, "spec/duplicate-key": true,
	"spec/backoff-order": true, "spec/duplicate-configuration-key": true, "spec/duplicate-global-key": true,
	"spec/duplicate-application": true, "spec/merchant-center-key": true, "spec/cloud-identifier": true,
	"spec/merchant-center-secured": true,
}

func TestJSONSchemaFile(t *testing.T) {
	t.Parallel()
	golden.Compare(t, schemaFile, string(connectyaml.JSONSchema()))
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(connectyaml.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("connect.yaml.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("connect.yaml.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// unread are the rules of files that have no value, or none that the bare YAML
// library reads as Parse does.
var unread = map[string]bool{"spec/encoding": true, "spec/syntax": true, "spec/document": true, "spec/depth": true, "spec/alias": true}

// The schema refuses a file exactly when Parse finds an Error that a schema can
// say. What has no value is not judged, and no YAML 1.1, which the bare library
// does not read.
func TestJSONSchemaVerdict(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	texts := map[string][]byte{}
	for _, c := range corpus(t) {
		texts[c.Name] = c.Data
	}
	for _, c := range cases(t) {
		texts[c.name] = c.data
	}
	judged, refused := 0, 0
	for name, text := range texts {
		_, findings := connectyaml.Parse(text)
		want, hasValue := true, !bytes.HasPrefix(text, []byte("%YAML 1.1"))
		for _, f := range findings {
			if f.Type == api.EntryError && !beyondSchema[f.Rule] {
				want = false
			}
			hasValue = hasValue && !unread[f.Rule]
		}
		var value any
		if err := yaml.Unmarshal(text, &value); err != nil || !hasValue {
			continue
		}
		judged++
		err := schema.Validate(jsonValue(value))
		if err != nil {
			refused++
		}
		if (err == nil) != want {
			t.Errorf("%s: the schema says %v\nand Parse\n%s", name, err, render(findings))
		}
	}
	t.Logf("%d files, %d judged, %d refused", len(texts), judged, refused)
	if judged < 100 || refused < 20 {
		t.Errorf("only %d files were judged and %d refused", judged, refused)
	}
}

// jsonValue gives objects the keys that JSON has.
func jsonValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = jsonValue(v[k])
		}
		return v
	case map[any]any:
		out := map[string]any{}
		for k := range v {
			out[fmt.Sprint(k)] = jsonValue(v[k])
		}
		return out
	case []any:
		for i := range v {
			v[i] = jsonValue(v[i])
		}
		return v
	default:
		return v
	}
}

// Every object and every key explains itself.
func TestJSONSchemaExplains(t *testing.T) {
	t.Parallel()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(connectyaml.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	root := doc.(map[string]any)
	objects := map[string]any{"root": root}
	for name, def := range root["$defs"].(map[string]any) {
		objects[name] = def
	}
	for name, def := range objects {
		object := def.(map[string]any)
		if object["title"] == "" {
			t.Errorf("%s has no title", name)
		}
		properties, _ := object["properties"].(map[string]any)
		for key, value := range properties {
			property := value.(map[string]any)
			if doc, _ := property["description"].(string); len(property) > 0 && !strings.HasSuffix(doc, ".") {
				t.Errorf("%s.%s is described by %q, which is no sentence", name, key, doc)
			}
		}
	}
}

// The page for editors names what the schema cannot say.
func TestEditorPageNamesTheRules(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(editorPage)
	if err != nil {
		t.Fatal(err)
	}
	for rule := range beyondSchema {
		if !strings.Contains(string(page), "`"+rule+"`") {
			t.Errorf("%s does not name %s", editorPage, rule)
		}
	}
}
