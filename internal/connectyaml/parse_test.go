package connectyaml_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

const wholeFile = `inheritAs:
  apiClient:
    scopes: [manage_orders, view_products]
  configuration:
    securedConfiguration:
      - key: TOKEN
        description: A token
        required: true
deployAs:
  - name: 'orders-é'
    applicationType: assets
  - applicationType: job
    "name": nightly
    endpoint: /nightly
    properties: {schedule: '@daily'}
    scripts:
      postDeploy: npm run up
      preUndeploy: npm run down
    configuration:
      standardConfiguration:
        - key: RATE
          description: >-
            A rate
            in percent
          default: "19\u0025"
`

func TestSpec(t *testing.T) {
	t.Parallel()
	want := &connectyaml.Spec{
		Applications: []connectyaml.Application{
			{
				Name: "orders", Type: "assets",
				Configuration: api.ConnectorConfiguration{
					StandardConfiguration: []api.StandardConfigurationKey{},
					SecuredConfiguration:  []api.SecuredConfigurationKey{},
				},
				NamePosition: connectyaml.Position{Line: 10, Column: 11},
			},
			{
				Name: "nightly", Type: "job", Endpoint: "/nightly", Schedule: "@daily",
				PostDeploy: "npm run up", PreUndeploy: "npm run down",
				Configuration: api.ConnectorConfiguration{
					StandardConfiguration: []api.StandardConfigurationKey{
						{Key: "RATE", Description: "A rate in percent", Default: "19%"},
					},
					SecuredConfiguration: []api.SecuredConfigurationKey{},
				},
				NamePosition: connectyaml.Position{Line: 13, Column: 13},

				PostDeployPosition:  connectyaml.Position{Line: 17, Column: 19},
				PreUndeployPosition: connectyaml.Position{Line: 18, Column: 20},
				KeyPositions:        connectyaml.KeyPositions{"RATE": {Line: 21, Column: 16}},
			},
		},
		GlobalConfiguration: &api.ConnectorConfiguration{
			StandardConfiguration: []api.StandardConfigurationKey{},
			SecuredConfiguration:  []api.SecuredConfigurationKey{{Key: "TOKEN", Description: "A token", Required: true}},
		},
		GlobalKeyPositions: connectyaml.KeyPositions{"TOKEN": {Line: 6, Column: 14}},

		APIClient:      &api.ConnectorAPIClient{Scopes: []string{"manage_orders", "view_products"}},
		ScopePositions: []connectyaml.Position{{Line: 3, Column: 14}, {Line: 3, Column: 29}},
	}
	file := strings.Replace(wholeFile, "-é", "", 1)
	for name, text := range map[string]string{
		"as it is":             file,
		"with a mark":          "\ufeff" + file,
		"from Windows":         strings.ReplaceAll(file, "\n", "\r\n"),
		"without the last end": strings.TrimSuffix(file, "\n"),
	} {
		got, findings := connectyaml.Parse([]byte(text))
		if diff := cmp.Diff(want, got); diff != "" || len(findings) > 0 {
			t.Errorf("%s: findings %+v, spec (-want +got):\n%s", name, findings, diff)
		}
	}
}

// A file without inheritAs has no global configuration, not an empty one.
func TestSpecOfLittle(t *testing.T) {
	t.Parallel()
	got, _ := connectyaml.Parse([]byte("deployAs: []"))
	if diff := cmp.Diff(&connectyaml.Spec{}, got); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
}

func TestParseLeavesItsInputAlone(t *testing.T) {
	t.Parallel()
	text := "%FOO\n%YAML 1.2\n---\ndeployAs: \"\\ud83d\x00\"\n"
	data := []byte(text)
	connectyaml.Parse(data)
	if string(data) != text {
		t.Errorf("changed to %q", data)
	}
}

// Columns count characters, quoted values are cut, and what the file says is
// never mistaken for a format.
func TestMessages(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text         string
		line, column int
		message      string
	}{
		{"é: {日本: [x]}\ndeployAs: []", 1, 1, `[file content]: unknown key "é" in connect.yaml`},
		{"deployAs: [{applicationType: assets, name: 日本, ü: 1}]", 1, 48, `[deployAs.0]: unknown key "ü" in an assets application`},
		{"deployAs: [{applicationType: assets, name: '%s%d'}]", 1, 44, `[deployAs.0.name]: "%s%d" is not an application name`},
		{"deployAs: [{applicationType: assets, name: \"a\\nb\\e\"}]", 1, 44, `[deployAs.0.name]: "a\nb\x1b" is not an application name`},
		{"deployAs: [{applicationType: assets, name: " + strings.Repeat("é", 300) + "}]", 1, 44,
			`[deployAs.0.name]: "` + strings.Repeat("é", 200) + `…" is not an application name`},
		{"deployAs: &a " + strings.Repeat("é", 300), 1, 11, `[deployAs]: expected a list, found the string "` + strings.Repeat("é", 200) + `…"`},
	} {
		_, findings := connectyaml.Parse([]byte(tc.text))
		found := false
		for _, f := range findings {
			found = found || f.Line == tc.line && f.Column == tc.column && f.Message == tc.message
		}
		if !found {
			t.Errorf("%.60s: no %d:%d %s in\n%s", tc.text, tc.line, tc.column, tc.message, render(findings))
		}
	}
}

// The official reader takes the colon for a part of the anchor's name.
func TestAnchorEndsInAColon(t *testing.T) {
	t.Parallel()
	spec, findings := connectyaml.Parse([]byte("deployAs:\n  - &one:\n    name: one\n    applicationType: assets\n"))
	if spec == nil || len(spec.Applications) != 1 || spec.Applications[0].Name != "one" {
		t.Errorf("spec %+v, findings\n%s", spec, render(findings))
	}
}
