package action_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connector/action"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/jsonbody"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// example is one case of testdata/<action>.json.
type example struct {
	Name string `json:"name"`
	// Before is what differs from the draft that every case begins with.
	Before jsontext.Value `json:"before"`
	// Actions are sent as they are, as the file's action unless they say
	// otherwise.
	Actions []map[string]any `json:"actions"`

	// After is what differs from Before when all goes well.
	After          jsontext.Value  `json:"after"`
	StartsPreview  bool            `json:"startsPreview"`
	CancelsPreview bool            `json:"cancelsPreview"`
	StartsPublish  *action.Publish `json:"startsPublish"`
	Unlists        bool            `json:"unlists"`

	// Problems are what is wrong with the body; Error is the code when only the
	// draft's state forbids it.
	Problems []string      `json:"problems"`
	Error    api.ErrorCode `json:"error"`
}

func (e example) good() bool { return len(e.Problems) == 0 && e.Error == "" }

const firstDraft = `{
	"id": "5ab3edcd-9d23-4934-8f48-256805253119", "key": "tax", "version": 3, "name": "Tax", "description": "Taxes.",
	"integrationTypes": ["tax"], "supportedRegions": ["europe-west1.gcp"], "documentationUrl": "https://example.com",
	"creator": {"name": "Jane", "title": "Dr", "email": "jane@example.com", "company": "Taxes Ltd", "noOfContributors": 2,
		"logoUrl": "https://example.com/l", "supportUrl": "https://example.com/s"},
	"repository": {"url": "https://example.com/acme/tax.git", "tag": "v1"},
	"private": true, "status": "Draft", "isPreviewable": "none"
}`

var rules = field.Rules{
	Regions: []string{"europe-west1.gcp", "us-central1.gcp"},
	RepositoryURL: func(v string) error {
		if !strings.HasPrefix(v, "https://") {
			return errors.New("must be the HTTPS or SSH address of a Git repository, such as https://github.com/acme/shop.git or git@github.com:acme/shop.git")
		}
		return nil
	},
	RepositoryTag: gitsource.CheckTag,
}

// examples reads testdata, by the name of the action.
func examples(t *testing.T) map[string][]example {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]example)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		var of []example
		if err := json.Unmarshal(text, &of, json.RejectUnknownMembers(true)); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[name] = of
	}
	return all
}

func TestActions(t *testing.T) {
	t.Parallel()
	for name, of := range examples(t) {
		for _, e := range of {
			t.Run(name+"/"+e.Name, func(t *testing.T) {
				t.Parallel()
				actions, err := read(t, name, e.Actions)
				if len(e.Problems) > 0 {
					requireProblems(t, err, e.Problems)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				apply(t, e, actions)
			})
		}
	}
}

// read sends the actions through a body.
func read(t *testing.T, name string, payloads []map[string]any) ([]action.Action, error) {
	t.Helper()
	for _, p := range payloads {
		if p["action"] == nil {
			p["action"] = name
		}
	}
	body, err := json.Marshal(map[string]any{"actions": payloads})
	if err != nil {
		t.Fatal(err)
	}
	return decode(body)
}

func decode(body []byte) ([]action.Action, error) {
	return jsonbody.Decode(body, func(o *jsonbody.Object) []action.Action { return action.Read(o, rules) })
}

func requireProblems(t *testing.T, err error, want []string) {
	t.Helper()
	var p *problem.Error
	if !errors.As(err, &p) {
		t.Fatalf("error %v, want problems", err)
	}
	var got []string
	for _, o := range p.Objects {
		got = append(got, o.DetailedErrorMessage)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// apply applies the actions to the draft and compares what they do.
func apply(t *testing.T, e example, actions []action.Action) {
	t.Helper()
	before := draft(t, e.Before)
	doc := before
	d := &action.Draft{
		Doc:        &doc,
		ProjectKey: "acme",
		Now:        time.Date(2024, 1, 2, 3, 4, 5, 678_000_000, time.UTC),
		HasChanges: func() bool { return doc.HasChanges },
	}
	var err error
	for _, a := range actions {
		if err = a.Apply(d); err != nil {
			break
		}
	}
	if diff := cmp.Diff(draft(t, e.Before), before); diff != "" {
		t.Errorf("the draft before was written to (-want +got):\n%s", diff)
	}
	if e.Error != "" {
		var p *problem.Error
		if !errors.As(err, &p) || p.Status != 400 || p.Objects[0].Code != e.Error {
			t.Errorf("error %v, want %s", err, e.Error)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(draft(t, e.Before, e.After), doc); diff != "" {
		t.Errorf("draft (-want +got):\n%s", diff)
	}
	if d.StartPreview != e.StartsPreview || d.CancelPreview != e.CancelsPreview {
		t.Errorf("starts a preview: %t, cancels one: %t", d.StartPreview, d.CancelPreview)
	}
	if d.Unlist != e.Unlists {
		t.Errorf("unlists: %t", d.Unlist)
	}
	if diff := cmp.Diff(e.StartsPublish, d.StartPublish); diff != "" {
		t.Errorf("publish (-want +got):\n%s", diff)
	}
}

// draft lays the members of each layer over the first draft.
func draft(t *testing.T, layers ...jsontext.Value) api.ConnectorStaged {
	t.Helper()
	var d api.ConnectorStaged
	for _, layer := range append([]jsontext.Value{jsontext.Value(firstDraft)}, layers...) {
		if len(layer) == 0 {
			continue
		}
		if err := json.Unmarshal(layer, &d, json.RejectUnknownMembers(true)); err != nil {
			t.Fatalf("%s: %v", layer, err)
		}
	}
	return d
}

func TestRead(t *testing.T) {
	t.Parallel()
	all := "must be one of " + strings.Join(action.Names(), ", ")
	many := func(n int) string {
		return strings.TrimSuffix(strings.Repeat(`{"action": "updatePreviewable"},`, n), ",")
	}
	for _, tc := range []struct {
		name, actions string
		want          []string
	}{
		{"none", ``, nil},
		{"as many as can be", many(500), nil},
		{"too many", many(501), []string{"$.actions: must have at most 500 elements, but has 501."}},
		{"no action", `{"name": "x"}`, []string{"$.actions[0].action: is required."}},
		{"an empty action", `{"action": ""}`, []string{"$.actions[0].action: " + all + `, but is "".`}},
		{"an unknown action", `{"action": "setPrivate"}`, []string{"$.actions[0].action: " + all + `, but is "setPrivate".`}},
		{"another case", `{"action": "setname"}`, []string{"$.actions[0].action: " + all + `, but is "setname".`}},
		{"a long name", `{"action": "` + strings.Repeat("x", 201) + `"}`, []string{"$.actions[0].action: " + all + `, but is "` + strings.Repeat("x", 200) + `…".`}},
		{"no string", `{"action": 1}`, []string{"$.actions[0].action: must be a string, but is a number."}},
		{"no object", `"setName"`, []string{"$.actions[0]: must be an object, but is a string."}},
		{"a long description", `{"action": "setDescription", "description": "` + strings.Repeat("x", 10_001) + `"}`,
			[]string{"$.actions[0].description: must have at most 10000 characters, but has 10001."}},
		{"a long comment", `{"action": "addCertificationComment", "comment": "` + strings.Repeat("x", 10_001) + `"}`,
			[]string{"$.actions[0].comment: must have at most 10000 characters, but has 10001."}},
		{"everything at once", `{"action": "setName"}, {"action": "nothing"}, {"action": "publish"}, {"action": "setCreatorEmail", "creatorEmail": 1}`, []string{
			"$.actions[0].name: is required.",
			"$.actions[1].action: " + all + `, but is "nothing".`,
			"$.actions[2].action: is publish, which must be the last action of its request.",
			"$.actions[2].certification: is required.",
			"$.actions[3].creatorEmail: must be a string, but is a number.",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			actions, err := decode(fmt.Appendf(nil, `{"actions": [%s]}`, tc.actions))
			if len(tc.want) > 0 {
				requireProblems(t, err, tc.want)
			} else if want := strings.Count(tc.actions, "{"); err != nil || len(actions) != want {
				t.Errorf("%d actions, error %v; want %d", len(actions), err, want)
			}
		})
	}
	for body, want := range map[string]string{
		`{}`: "$.actions: is required.", `{"actions": null}`: "$.actions: is required.",
		`{"actions": {}}`: "$.actions: must be an array, but is an object.",
	} {
		_, err := decode([]byte(body))
		requireProblems(t, err, []string{want})
	}
}

func TestAllowedInCertification(t *testing.T) {
	t.Parallel()
	preview, name := action.Action{Name: "updatePreviewable"}, action.Action{Name: "setName"}
	add, remove := action.Action{Name: "addPrivateProject"}, action.Action{Name: "removePrivateProject"}
	comment := action.Action{Name: "addCertificationComment"}
	for _, tc := range []struct {
		actions []action.Action
		want    bool
	}{
		{nil, false},
		{[]action.Action{preview}, true},
		{[]action.Action{name}, false},
		{[]action.Action{preview, name}, false},
		{[]action.Action{add, comment, remove, preview}, true},
		{[]action.Action{add, name, remove}, false},
		{[]action.Action{{Name: "publish"}}, false},
		{[]action.Action{{Name: "unlist"}}, false},
	} {
		if got := action.AllowedInCertification(tc.actions); got != tc.want {
			t.Errorf("%v: %t", tc.actions, got)
		}
	}
}

func TestIntegrationTypes(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]api.IntegrationType{"tax", "other"}, action.IntegrationTypes([]string{"tax", "other"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// constructors are what api has for each action.
var constructors = []api.UpdateAction{
	api.SetName("x"),
	api.SetDescription("x"),
	api.SetDocumentationURL("https://example.com"),
	api.SetIntegrationTypes("tax"),
	api.SetSupportedRegions("us-central1.gcp"),
	api.SetRepository(api.Repository{URL: "https://example.com/acme/tax", Tag: "v2"}),
	api.SetCreatorName("x"),
	api.SetCreatorTitle("x"),
	api.SetCreatorEmail("x@example.com"),
	api.SetCreatorCompany("x"),
	api.SetCreatorNoOfContributors(1),
	api.SetCreatorSupportURL("https://example.com"),
	api.SetCreatorLogo("https://example.com"),
	api.UpdatePreviewable(),
	api.Publish(true),
	api.AddPrivateProject("europe-west1.gcp:bolt"),
	api.RemovePrivateProject("europe-west1.gcp:bolt"),
	api.AddCertificationComment("x"),
	api.Unlist(),
}

// TestEverythingKnowsEveryAction catches the place that was forgotten when an
// action was added.
func TestEverythingKnowsEveryAction(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(slices.Values(action.Names()))
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("an action is listed twice: %q", names)
	}

	all := examples(t)
	if diff := cmp.Diff(names, slices.Sorted(maps.Keys(all))); diff != "" {
		t.Errorf("testdata (-table +files):\n%s", diff)
	}
	for name, of := range all {
		if !slices.ContainsFunc(of, example.good) || !slices.ContainsFunc(of, func(e example) bool { return !e.good() }) {
			t.Errorf("testdata/%s.json lacks a good or a bad case", name)
		}
	}

	var made []string
	for _, c := range constructors {
		made = append(made, c["action"].(string))
	}
	slices.Sort(made)
	if diff := cmp.Diff(names, made); diff != "" {
		t.Errorf("constructors (-table +api):\n%s", diff)
	}
	if n := countConstructors(t); n != len(constructors) {
		t.Errorf("api has %d constructors, and %d of them are tried here", n, len(constructors))
	}
	for _, c := range constructors {
		body, err := json.Marshal(api.ConnectorStagedUpdate{Version: 1, Actions: []api.UpdateAction{c}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decode(body); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// countConstructors counts the exported functions of api that return an action.
func countConstructors(t *testing.T) int {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../api/action.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !f.Name.IsExported() || f.Type.Results == nil {
			continue
		}
		if result, ok := f.Type.Results.List[0].Type.(*ast.Ident); ok && result.Name == "UpdateAction" {
			n++
		}
	}
	return n
}

// What the constructors leave out or never send as null.
func TestConstructors(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]api.UpdateAction{
		`{"action":"setRepository","tag":"v1"}`:                   api.SetRepository(api.Repository{Tag: "v1"}),
		`{"action":"setIntegrationTypes","integrationTypes":[]}`:  api.SetIntegrationTypes(),
		`{"action":"setSupportedRegions","regions":[]}`:           api.SetSupportedRegions(),
		`{"action":"publish","certification":false}`:              api.Publish(false),
		`{"action":"updatePreviewable"}`:                          api.UpdatePreviewable(),
		`{"action":"setRepository","tag":"v1","url":"https://x"}`: api.SetRepository(api.Repository{URL: "https://x", Tag: "v1"}),
	} {
		got, err := json.Marshal(a, json.Deterministic(true))
		if err != nil || string(got) != want {
			t.Errorf("%s, want %s (error %v)", got, want, err)
		}
	}
}
