package connectyaml_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

// tally counts the files of one kind of mutation: of those in which the official
// reader finds no YAML also where both point to the same line, and column.
type tally struct{ files, valid, undecided, differ, syntax, line, column int }

func (c *tally) add(other tally) {
	c.files += other.files
	c.valid += other.valid
	c.undecided += other.undecided
	c.differ += other.differ
	c.syntax += other.syntax
	c.line += other.line
	c.column += other.column
}

var officialPlace = regexp.MustCompile(`at line (\d+), column (\d+)`)

// places counts where both see a mistake of syntax: ours is the first finding
// that is about YAML. It returns what differs, "" for nothing.
func (c *tally) places(officialError string, findings []api.Finding) string {
	at := officialPlace.FindStringSubmatch(officialError)
	if at == nil {
		return ""
	}
	c.syntax++
	ours := firstOfYAML(findings)
	if strconv.Itoa(ours.Line) != at[1] {
		return fmt.Sprintf("%s, not at %d:%d: %s", officialError, ours.Line, ours.Column, ours.Message)
	}
	c.line++
	if strconv.Itoa(ours.Column) != at[2] {
		return fmt.Sprintf("%s, not at %d:%d: %s", officialError, ours.Line, ours.Column, ours.Message)
	}
	c.column++
	return ""
}

// yamlRules are about the text, before anything is known of its keys.
var yamlRules = []string{"spec/encoding", "spec/syntax", "spec/document", "spec/depth", "spec/alias", "spec/duplicate-key"}

func firstOfYAML(findings []api.Finding) api.Finding {
	at := slices.IndexFunc(findings, func(f api.Finding) bool { return slices.Contains(yamlRules, f.Rule) })
	if at < 0 {
		return api.Finding{Message: "no finding"}
	}
	return findings[at]
}

// Ten thousand changed files get the verdict that the official parser gives
// them, and valid ones the same values.
func TestOfficialVerdict(t *testing.T) {
	for _, difference := range compareMutations(t, *seed) {
		t.Error(difference)
	}
}

// Other files each time: what they show is for people to read, and no reason to
// stop somebody else's change.
func TestOfficialVerdictOfANewSeed(t *testing.T) {
	newSeed := rand.Uint64N(1 << 32)
	differences := compareMutations(t, newSeed)
	t.Logf("a new seed, %d: %d differences; go test ./internal/connectyaml -run TestOfficialVerdict$ -seed %d repeats it", newSeed, len(differences), newSeed)
	for _, difference := range differences {
		t.Log("REPORTED, NOT GATED: " + difference)
	}
}

// compareMutations logs the counts by kind of mutation and returns what differs.
func compareMutations(t *testing.T, seed uint64) []string {
	t.Helper()
	parser := startOfficial(t)
	bases := mutationBases(t)
	counts := map[string]*tally{}
	var differences []string
	for i := range *mutated {
		kind, text := mutate(seed, i, bases)
		if counts[kind] == nil {
			counts[kind] = &tally{}
		}
		if d := compareText(t, parser, text, counts[kind]); d != "" {
			differences = append(differences, fmt.Sprintf("%s (%d): %s\nin %q", kind, i, d, text))
		}
	}
	const row = "%-20s %6v %6v %9v %6v %6v %6v %6v"
	t.Logf("seed %d\n"+row, seed, "mutation", "files", "valid", "undecided", "differ", "syntax", "line", "column")
	var all tally
	for _, m := range mutations {
		c := counts[m.name]
		if c == nil {
			continue
		}
		t.Logf(row, m.name, c.files, c.valid, c.undecided, c.differ, c.syntax, c.line, c.column)
		all.add(*c)
	}
	t.Logf(row, "all", all.files, all.valid, all.undecided, all.differ, all.syntax, all.line, all.column)
	return differences
}

// mutate makes the i-th file of a seed: one to three changes of a file, the kind
// of the first in turn.
func mutate(seed uint64, i int, bases []string) (kind, text string) {
	m := &mutator{rand.New(rand.NewPCG(seed, uint64(i)))}
	text = pick(m, bases)
	first := mutations[i%len(mutations)]
	text = first.apply(m, text)
	for range m.IntN(3) {
		if text != "" {
			text = pick(m, mutations).apply(m, text)
		}
	}
	return first.name, strings.ToValidUTF8(text, "\uFFFD")
}

// compareText returns what differs between the official verdict and ours, ""
// for nothing.
func compareText(t *testing.T, parser *official, text string, c *tally) string {
	t.Helper()
	c.files++
	want := parser.judge(t, text)
	spec, findings := connectyaml.Parse([]byte(text))
	if d := c.places(want.Error, findings); d != "" {
		t.Logf("PLACE %s\nin %q", d, text)
	}
	difference := ""
	switch {
	case want.Valid == nil:
		c.undecided++
	case *want.Valid != (spec != nil):
		difference = fmt.Sprintf("the official parser says valid: %t %s\nwe say valid: %t\n%s", *want.Valid, want.Error, spec != nil, render(findings))
	case *want.Valid:
		c.valid++
		if diff := diffSpecs(t, want.Spec, spec); diff != "" {
			difference = "the official parser reads other values (-official +ours):\n" + diff
		}
	}
	if difference != "" {
		c.differ++
	}
	return difference
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
