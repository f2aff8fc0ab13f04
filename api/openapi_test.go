package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/action"
)

// wireTypes says which schema describes a type. A type of this package with JSON
// names that is not here fails the test.
var wireTypes = map[string]any{
	"CertificationInfo":                 api.CertificationInfo{},
	"CertificationInfoComment":          api.CertificationInfoComment{},
	"Connector":                         api.Connector{},
	"ConnectorAPIClient":                api.ConnectorAPIClient{},
	"ConnectorConfiguration":            api.ConnectorConfiguration{},
	"ConnectorConfigurationApplication": api.ConnectorConfigurationApplication{},
	"ConnectorPagedQueryResponse":       api.PagedQueryResponse[api.Connector]{},
	"ConnectorReport":                   api.ConnectorReport{},
	"ConnectorReportEntry":              api.ConnectorReportEntry{},
	"ConnectorStaged":                   api.ConnectorStaged{},
	"ConnectorStagedDraft":              api.ConnectorStagedDraft{},
	"ConnectorStagedPagedQueryResponse": api.PagedQueryResponse[api.ConnectorStaged]{},
	"ConnectorStagedUpdate":             api.ConnectorStagedUpdate{},
	"Credential":                        api.Credential{},
	"CredentialDraft":                   api.CredentialDraft{},
	"CredentialPagedQueryResponse":      api.PagedQueryResponse[api.Credential]{},
	"Creator":                           api.Creator{},
	"Edit":                              api.Edit{},
	"ErrorObject":                       api.ErrorObject{},
	"ErrorResponse":                     api.ErrorResponse{},
	"Finding":                           api.Finding{},
	"Fix":                               api.Fix{},
	"Report":                            api.Report{},
	"Repository":                        api.Repository{},
	"Review":                            api.Review{},
	"ReviewPagedQueryResponse":          api.PagedQueryResponse[api.Review]{},
	"Run":                               api.Run{},
	"RunPagedQueryResponse":             api.PagedQueryResponse[api.Run]{},
	"FindingCounts":                     api.FindingCounts{},
	"RunStep":                           api.RunStep{},
	"RunStepEvent":                      api.RunStepEvent{},
	"SecuredConfigurationKey":           api.SecuredConfigurationKey{},
	"StandardConfigurationKey":          api.StandardConfigurationKey{},
}

// document is the description as JSON values.
func document(t *testing.T) map[string]any {
	t.Helper()
	var decoded any
	if err := yaml.Unmarshal(api.OpenAPI, &decoded); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(decoded)
	if err != nil {
		t.Fatal(err)
	}
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return root.(map[string]any)
}

// in returns what stands at the end of the names, nil when there is nothing.
func in(value any, names ...string) any {
	for _, name := range names {
		m, _ := value.(map[string]any)
		value = m[name]
	}
	return value
}

func schemasOf(t *testing.T) map[string]any {
	t.Helper()
	return in(document(t), "components", "schemas").(map[string]any)
}

func texts(list any) []string {
	var out []string
	elements, _ := list.([]any)
	for _, e := range elements {
		out = append(out, e.(string))
	}
	return out
}

// TestOpenAPIIsValid holds the document to OpenAPI 3.1 and its examples to their
// schemas.
func TestOpenAPIIsValid(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableMultiError()); err != nil {
		t.Error(err)
	}
}

func TestSchemasAreTheWireTypes(t *testing.T) {
	t.Parallel()
	schemas := schemasOf(t)
	for name, value := range wireTypes {
		schema, ok := schemas[name].(map[string]any)
		if !ok {
			t.Errorf("there is no schema %s", name)
			continue
		}
		properties, _ := schema["properties"].(map[string]any)
		described, required := map[string]string{}, texts(schema["required"])
		for member, property := range properties {
			described[member] = jsonType(schemas, property)
		}
		actual, always := membersOf(reflect.TypeOf(value))
		if diff := cmp.Diff(actual, described); diff != "" {
			t.Errorf("%s: the type (-) and its schema (+) differ:\n%s", name, diff)
		}
		slices.Sort(required)
		if diff := cmp.Diff(always, required); diff != "" {
			t.Errorf("%s: what is always there by the type (-) and by the schema (+) differ:\n%s", name, diff)
		}
	}
}

// membersOf lists the JSON names of a type, each with its JSON type, and those
// that are never left out.
func membersOf(typ reflect.Type) (all map[string]string, always []string) {
	all = map[string]string{}
	for _, f := range reflect.VisibleFields(typ) {
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" || name == "-" {
			continue
		}
		all[name] = jsonTypeOf(f.Type)
		if option == "" {
			always = append(always, name)
		}
	}
	slices.Sort(always)
	return all, always
}

func jsonTypeOf(typ reflect.Type) string {
	if typ == reflect.TypeFor[api.Timestamp]() {
		return "string"
	}
	switch typ.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.String:
		return "string"
	case reflect.Slice:
		return "array"
	case reflect.Pointer:
		return jsonTypeOf(typ.Elem())
	default:
		return "object"
	}
}

// jsonType is the type that a schema allows.
func jsonType(schemas map[string]any, schema any) string {
	for {
		ref, ok := in(schema, "$ref").(string)
		if !ok {
			break
		}
		schema = schemas[ref[strings.LastIndexByte(ref, '/')+1:]]
	}
	if value, ok := in(schema, "const").(bool); ok && value {
		return "boolean"
	}
	kind, _ := in(schema, "type").(string)
	return kind
}

// source parses the files of this package.
func source(t *testing.T) []*ast.File {
	t.Helper()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

func TestEveryWireTypeIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, value := range wireTypes {
		name, _, _ := strings.Cut(reflect.TypeOf(value).Name(), "[") // of a generic type
		listed[name] = true
	}
	for _, f := range source(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			structure, ok := spec.Type.(*ast.StructType)
			onWire := ok && slices.ContainsFunc(structure.Fields.List, func(f *ast.Field) bool {
				return f.Tag != nil && strings.Contains(f.Tag.Value, "json:")
			})
			if onWire && spec.Name.IsExported() && !listed[spec.Name.Name] {
				t.Errorf("%s is on the wire: list it in wireTypes and describe it in openapi.yaml", spec.Name.Name)
			}
			return true
		})
	}
}

// constants returns the values of the package's constants of a type.
func constants(t *testing.T, typ string) []string {
	t.Helper()
	var out []string
	for _, f := range source(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != typ || len(spec.Values) == 0 {
				return true
			}
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, value)
			return true
		})
	}
	return out
}

// ahead are the codes of the contract that the server does not know: a code that
// gets a constant leaves this list.
var ahead = []string{"BadGateway", "ConnectorStagedNotPreviewable"}

func TestEnumerationsAreTheConstants(t *testing.T) {
	t.Parallel()
	types := make([]string, len(api.IntegrationTypes))
	for i, typ := range api.IntegrationTypes {
		types[i] = string(typ)
	}
	schemas := schemasOf(t)
	for name, want := range map[string][]string{
		"ConnectorStatus": constants(t, "ConnectorStatus"),
		"IsPreviewable":   constants(t, "IsPreviewable"),
		"ReportEntryType": constants(t, "ReportEntryType"),
		"ErrorCode":       append(constants(t, "ErrorCode"), ahead...),
		"IntegrationType": types,
	} {
		described := texts(in(schemas[name], "enum"))
		slices.Sort(want)
		slices.Sort(described)
		if diff := cmp.Diff(want, described); diff != "" {
			t.Errorf("%s: the constants (-) and the schema (+) differ:\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(api.DefaultRegions, texts(in(schemas["Region"], "examples"))); diff != "" {
		t.Errorf("the default regions (-) and the schema's examples (+) differ:\n%s", diff)
	}
}

// TestEveryErrorCodeHasAStatus compares the statuses in the description of the
// codes with the answers that hold them.
func TestEveryErrorCodeHasAStatus(t *testing.T) {
	t.Parallel()
	doc := document(t)
	answered := map[string]map[string]bool{}
	for name, response := range in(doc, "components", "responses").(map[string]any) {
		parts, _ := in(response, "content", "application/json", "schema", "allOf").([]any)
		if len(parts) != 2 {
			continue // no error
		}
		codes := texts(in(parts[1], "properties", "errors", "items", "properties", "code", "enum"))
		status := fmt.Sprint(in(parts[1], "properties", "statusCode", "const"))
		if len(codes) == 0 {
			t.Errorf("the answer %s has no code", name)
		}
		for _, code := range codes {
			if answered[code] == nil {
				answered[code] = map[string]bool{}
			}
			answered[code][status] = true
		}
	}
	prose := in(doc, "components", "schemas", "ErrorCode", "description").(string)
	line := regexp.MustCompile("(?m)^- (`.*`) \\(([0-9, ]+)\\): (.*)$")
	for _, match := range line.FindAllStringSubmatch(prose, -1) {
		for code := range strings.SplitSeq(strings.ReplaceAll(match[1], "`", ""), ", ") {
			said := strings.Split(match[2], ", ")
			if strings.HasSuffix(match[3], "No operation of this version answers it.") {
				said = nil
			}
			got := slices.Sorted(maps.Keys(answered[code]))
			if diff := cmp.Diff(said, got); diff != "" {
				t.Errorf("%s: the statuses of its description (-) and of the answers (+) differ:\n%s", code, diff)
			}
			delete(answered, code)
		}
	}
	for code := range answered {
		t.Errorf("%s has no line in the description of ErrorCode", code)
	}
}

func TestEveryActionIsDescribed(t *testing.T) {
	t.Parallel()
	schemas := schemasOf(t)
	mapping, _ := in(schemas["UpdateAction"], "discriminator", "mapping").(map[string]any)
	var choices []string
	for _, choice := range in(schemas["UpdateAction"], "oneOf").([]any) {
		choices = append(choices, in(choice, "$ref").(string))
	}
	for name, ref := range mapping {
		schema := schemas[strings.TrimPrefix(ref.(string), "#/components/schemas/")]
		if got := in(schema, "properties", "action", "const"); got != name {
			t.Errorf("the schema of %s is that of %v", name, got)
		}
		if !slices.Contains(choices, ref.(string)) {
			t.Errorf("%s is no choice of UpdateAction", name)
		}
	}
	if len(choices) != len(mapping) {
		t.Errorf("UpdateAction has %d choices and %d names", len(choices), len(mapping))
	}
	for _, name := range action.Names() {
		if mapping[name] == nil {
			t.Errorf("the action %s is not described", name)
		}
	}
}

// TestConstructorsMakeValidActions holds what the functions of this package make
// to the schemas.
func TestConstructorsMakeValidActions(t *testing.T) {
	t.Parallel()
	schema, err := compiler(t).Compile("urn:openapi#/components/schemas/UpdateAction")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []api.UpdateAction{
		api.SetName("Tax"),
		api.SetDescription(""),
		api.SetDocumentationURL("https://www.example.com"),
		api.SetIntegrationTypes("tax", "other"),
		api.SetIntegrationTypes(),
		api.SetSupportedRegions(api.DefaultRegions...),
		api.SetRepository(api.Repository{Tag: "v1"}),
		api.SetRepository(api.Repository{URL: "git@example.com:acme/tax.git", Tag: "v1"}),
		api.SetCreatorName("Jane Doe"),
		api.SetCreatorTitle(""),
		api.SetCreatorEmail("jane@example.com"),
		api.SetCreatorCompany("Acme"),
		api.SetCreatorNoOfContributors(1),
		api.SetCreatorSupportURL(""),
		api.SetCreatorLogo("https://www.example.com/logo.png"),
		api.UpdatePreviewable(),
		api.Publish(true),
	} {
		if err := schema.Validate(asJSON(t, a)); err != nil {
			t.Errorf("%v: %v", a, err)
		}
	}
	for _, a := range []api.UpdateAction{
		api.SetName(""), api.SetSupportedRegions(), api.SetCreatorNoOfContributors(0), {"action": "setPrivate", "private": true},
	} {
		if schema.Validate(asJSON(t, a)) == nil {
			t.Errorf("%v is accepted", a)
		}
	}
}

func asJSON(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func compiler(t *testing.T) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("urn:openapi", document(t)); err != nil {
		t.Fatal(err)
	}
	return c
}

// walk calls visit for every object of the document, with its JSON pointer.
func walk(value any, pointer string, visit func(pointer string, object map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		visit(pointer, v)
		for name, member := range v {
			walk(member, pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), visit)
		}
	case []any:
		for i, element := range v {
			walk(element, fmt.Sprintf("%s/%d", pointer, i), visit)
		}
	}
}

func TestOperationsAreDocumented(t *testing.T) {
	t.Parallel()
	doc := document(t)
	unusedTags := map[string]bool{}
	for _, tag := range in(doc, "tags").([]any) {
		unusedTags[in(tag, "name").(string)] = true
		if in(tag, "description") == nil {
			t.Errorf("the tag %v has no description", in(tag, "name"))
		}
	}
	tags, ids := maps.Clone(unusedTags), map[any]bool{}
	for path, item := range in(doc, "paths").(map[string]any) {
		for method, operation := range item.(map[string]any) {
			if method == "parameters" {
				continue
			}
			name := method + " " + path
			for _, member := range []string{"operationId", "summary", "description", "security"} {
				if in(operation, member) == nil {
					t.Errorf("%s has no %s", name, member)
				}
			}
			if ids[in(operation, "operationId")] {
				t.Errorf("%s shares its operationId", name)
			}
			ids[in(operation, "operationId")] = true
			given := texts(in(operation, "tags"))
			if len(given) != 1 || !tags[given[0]] {
				t.Errorf("%s has the tags %q, want one that is described", name, given)
				continue
			}
			delete(unusedTags, given[0])
			if in(operation, "responses", "500") == nil {
				t.Errorf("%s does not say how it fails", name)
			}
		}
	}
	for tag := range unusedTags {
		t.Errorf("the tag %s is not used", tag)
	}
}

// TestPartsAreDocumented looks for parameters, bodies, answers, headers, schemas
// and properties without a word about them, and for bodies without an example.
func TestPartsAreDocumented(t *testing.T) {
	t.Parallel()
	doc := document(t)
	part := regexp.MustCompile(`(/parameters/[^/]+|/requestBody|/requestBodies/[^/]+|/responses/[^/]+|/headers/[^/]+` +
		`|^/components/schemas/[^/]+|^/components/schemas/[^/]+/properties/[^/]+|^/components/securitySchemes/[^/]+)$`)
	walk(doc, "", func(pointer string, object map[string]any) {
		if part.MatchString(pointer) && object["$ref"] == nil {
			if text, _ := object["description"].(string); strings.TrimSpace(text) == "" {
				t.Errorf("%s has no description", pointer)
			} else if !strings.HasSuffix(strings.TrimSpace(text), ".") && !strings.HasSuffix(strings.TrimSpace(text), "?") {
				t.Errorf("%s: its description is no sentence: %q", pointer, text)
			}
		}
		for media, content := range object {
			if strings.HasSuffix(pointer, "/content") && strings.HasPrefix(media, "application/") && in(content, "examples") == nil &&
				in(content, "schema", "$ref") != nil {
				t.Errorf("%s/%s has no example", pointer, media)
			}
		}
	})
}

func TestComponentsAreUsed(t *testing.T) {
	t.Parallel()
	doc := document(t)
	used := map[string]bool{}
	walk(doc, "", func(_ string, object map[string]any) {
		if ref, ok := object["$ref"].(string); ok {
			used[ref] = true
		}
		requirements, _ := object["security"].([]any)
		for _, requirement := range requirements {
			for scheme := range requirement.(map[string]any) {
				used["#/components/securitySchemes/"+scheme] = true
			}
		}
	})
	for kind, components := range in(doc, "components").(map[string]any) {
		for name := range components.(map[string]any) {
			if ref := "#/components/" + kind + "/" + name; !used[ref] {
				t.Errorf("%s is not used", ref)
			}
		}
	}
}

// TestExamplesOfSchemasAreValid complements TestOpenAPIIsValid, which is about
// the examples of bodies.
func TestExamplesOfSchemasAreValid(t *testing.T) {
	t.Parallel()
	compiler := compiler(t)
	count := 0
	walk(document(t), "", func(pointer string, object map[string]any) {
		values, _ := object["examples"].([]any)
		if value, ok := object["default"]; ok && object["type"] != nil {
			values = append(values, value)
		}
		if len(values) == 0 {
			return
		}
		schema, err := compiler.Compile("urn:openapi#" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(pointer))
		if err != nil {
			t.Errorf("%s: %v", pointer, err)
			return
		}
		for _, value := range values {
			count++
			if err := schema.Validate(value); err != nil {
				t.Errorf("%s: the example %v: %v", pointer, value, err)
			}
		}
	})
	if count < 50 {
		t.Errorf("there are only %d examples", count)
	}
}
