package connectyaml_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

var (
	seed    = flag.Uint64("seed", 1, "which changes TestOfficialVerdict makes")
	mutated = flag.Int("mutations", 10_000, "how many files TestOfficialVerdict changes")
)

// officialFolder is where `npm ci` puts the official parser, by the lock file of
// e2e/official.
var officialFolder = filepath.Join("..", "..", "e2e", "official", "node_modules")

// official is the official parser, in a process of its own.
type official struct {
	in  io.WriteCloser
	out *bufio.Reader
}

type officialVerdict struct {
	Valid *bool           `json:"valid"`
	Error string          `json:"error"`
	Spec  json.RawMessage `json:"spec"`
}

// officialSpec is what a Spec keeps of what the official parser returns.
type officialSpec struct {
	InheritAs struct {
		Configuration *api.ConnectorConfiguration `json:"configuration"`
		APIClient     *api.ConnectorAPIClient     `json:"apiClient"`
	} `json:"inheritAs"`
	DeployAs []officialApplication `json:"deployAs"`
}

type officialApplication struct {
	Name            string `json:"name"`
	ApplicationType string `json:"applicationType"`
	Endpoint        string `json:"endpoint"`
	Properties      struct {
		Schedule string `json:"schedule"`
	} `json:"properties"`
	Scripts struct {
		PostDeploy  string `json:"postDeploy"`
		PreUndeploy string `json:"preUndeploy"`
	} `json:"scripts"`
	Configuration api.ConnectorConfiguration `json:"configuration"`
}

// inOfficialForm makes of a Spec what the official parser would have made.
func inOfficialForm(spec *connectyaml.Spec) officialSpec {
	var out officialSpec
	out.InheritAs.Configuration, out.InheritAs.APIClient = spec.GlobalConfiguration, spec.APIClient
	for _, a := range spec.Applications {
		app := officialApplication{Name: a.Name, ApplicationType: a.Type, Endpoint: a.Endpoint, Configuration: a.Configuration}
		app.Properties.Schedule = a.Schedule
		app.Scripts.PostDeploy, app.Scripts.PreUndeploy = a.PostDeploy, a.PreUndeploy
		out.DeployAs = append(out.DeployAs, app)
	}
	return out
}

// diffSpecs lets white space differ: the two readers do not agree on how lines
// are folded around blank ones.
func diffSpecs(t *testing.T, official json.RawMessage, spec *connectyaml.Spec) string {
	t.Helper()
	var want officialSpec
	if err := json.Unmarshal(official, &want); err != nil {
		t.Fatal(err)
	}
	words := cmp.Comparer(func(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) })
	return cmp.Diff(want, inOfficialForm(spec), cmpopts.EquateEmpty(), words)
}

func startOfficial(t *testing.T) *official {
	t.Helper()
	if os.Getenv("GREENROOM_REQUIRE_OFFICIAL") != "1" {
		t.Skip("it takes a minute and node packages: make official compares with the official parser")
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "official", "verdicts.mjs"), officialFolder)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &official{in, bufio.NewReader(out)}
}

func (o *official) judge(t *testing.T, text string) officialVerdict {
	t.Helper()
	line, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	answer, err := o.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var v officialVerdict
	if err := json.Unmarshal(answer, &v); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	return v
}

// mutationBases are the corpus and, as often, valid files that use more of YAML.
func mutationBases(t *testing.T) []string {
	t.Helper()
	var bases, rich []string
	for _, c := range corpus(t) {
		bases = append(bases, string(c.Data))
	}
	for _, c := range cases(t) {
		if strings.HasPrefix(c.name, "good-") {
			rich = append(rich, string(c.data))
		}
	}
	for i := range bases {
		bases = append(bases, rich[i%len(rich)])
	}
	return bases
}

// Short texts of the characters that the patterns speak of are judged the same
// in every place that has a pattern.
func TestOfficialFormats(t *testing.T) {
	parser := startOfficial(t)
	m := &mutator{rand.New(rand.NewPCG(*seed, 0))}
	pieces := strings.Split("a Z 0 9 _ - / // * */ , . : @ @daily @every h ms µs 1 12 ' \" ! é \u00a0 \u0085 \ufeff \u2003 \t PORT port K_SERVICE K_", " ")
	pieces = append(pieces, " ", "\n")
	valid := 0
	for range *mutated / 4 {
		var word strings.Builder
		for range m.IntN(8) {
			word.WriteString(pick(m, pieces))
		}
		value, _ := json.Marshal(word.String()) // a string has a JSON form
		template := pick(m, []string{
			`{"deployAs":[{"name":%s,"applicationType":"assets"}]}`,
			`{"deployAs":[{"name":"ab","applicationType":"service","endpoint":%s}]}`,
			`{"deployAs":[{"name":"ab","applicationType":"service","endpoint":"/","healthCheck":{"path":%s}}]}`,
			`{"deployAs":[{"name":"ab","applicationType":"job","endpoint":"/","properties":{"schedule":%s}}]}`,
			`{"deployAs":[],"inheritAs":{"configuration":{"standardConfiguration":[{"key":%s,"description":"x"}]}}}`,
			`{"deployAs":[],"inheritAs":{"configuration":{"securedConfiguration":[{"key":%s,"description":"x"}]}}}`,
			`{"deployAs":[],"inheritAs":{"configuration":{"securedConfiguration":[{"key":"ab","description":%s}]}}}`,
			`{"deployAs":[],"inheritAs":{"configuration":{"standardConfiguration":[{"key":"ab","description":"x","default":%s}]}}}`,
			`{"deployAs":[],"inheritAs":{"apiClient":{"scopes":[%s]}}}`,
			`{"deployAs":[{"name":"ab","applicationType":"unknown","endpoint":"/","scripts":{"preUndeploy":%s}}]}`,
		})
		text := strings.Replace(template, "%s", string(value), 1)
		want := parser.judge(t, text)
		spec, findings := connectyaml.Parse([]byte(text))
		if want.Valid != nil && *want.Valid != (spec != nil) {
			t.Errorf("the official parser says valid: %t %s\nwe say\n%s\nabout %s", *want.Valid, want.Error, render(findings), text)
		}
		if spec == nil {
			continue
		}
		valid++
		if want.Valid != nil && *want.Valid {
			if diff := diffSpecs(t, want.Spec, spec); diff != "" {
				t.Errorf("the official parser reads other values (-official +ours):\n%s\nin %s", diff, text)
			}
		}
	}
	t.Logf("%d texts, %d valid", *mutated/4, valid)
}
