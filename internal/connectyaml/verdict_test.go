package connectyaml_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

var verdictPage = filepath.Join("..", "..", "docs", "connect-yaml", "verdict.md")

const (
	// leastLines and leastPlaces are how many of a thousand files without YAML
	// have the first mistake in the official line, and place.
	leastLines  = 997
	leastPlaces = 995
)

// tally counts the files of one kind of mutation.
type tally struct {
	files, valid, undecided int
	differ                  int // our verdict
	bareDiffer              int // that of the library alone about what is YAML
	// syntax are those in which the official reader finds no YAML; the others are
	// those of them in which the first mistake is in the same line, and place.
	syntax, bareLine, barePlace, line, place int
}

func (c *tally) add(other tally) {
	c.files += other.files
	c.valid += other.valid
	c.undecided += other.undecided
	c.differ += other.differ
	c.bareDiffer += other.bareDiffer
	c.syntax += other.syntax
	c.bareLine += other.bareLine
	c.barePlace += other.barePlace
	c.line += other.line
	c.place += other.place
}

// comparison is that of many files.
type comparison struct {
	seed        uint64
	kinds       map[string]*tally // by the name of the mutation
	differences []string
	// elsewhere counts the official messages whose place is not ours.
	elsewhere            map[string]int
	tookOfficial, tookUs time.Duration
}

// Ten thousand changed files get the verdict that the official parser gives
// them, and valid ones the same values.
func TestOfficialVerdict(t *testing.T) {
	c := compareMutations(t, *seed)
	for _, difference := range c.differences {
		t.Error(difference)
	}
	all := c.all()
	if 1000*all.line < leastLines*all.syntax || 1000*all.place < leastPlaces*all.syntax {
		t.Errorf("of %d files without YAML %d have the official line and %d the official place: fewer than %d and %d of a thousand",
			all.syntax, all.line, all.place, leastLines, leastPlaces)
	}
	if *seed == 1 && *mutated == 10_000 {
		golden.Compare(t, verdictPage, c.page(t))
	}
}

// Other files each time: what they show is for people to read, and no reason to
// stop somebody else's change.
func TestOfficialVerdictOfANewSeed(t *testing.T) {
	newSeed := rand.Uint64N(1 << 32)
	c := compareMutations(t, newSeed)
	t.Logf("a new seed, %d: %d differences; go test ./internal/connectyaml -run TestOfficialVerdict$ -seed %d repeats it", newSeed, len(c.differences), newSeed)
	for _, difference := range c.differences {
		t.Log("REPORTED, NOT GATED: " + difference)
	}
}

// Each kind of mistake is where the official reader sees it.
func TestOfficialPlaces(t *testing.T) {
	parser := startOfficial(t)
	for _, f := range archive(t, filepath.Join("recovery", "testdata", "mistakes.txtar")) {
		want, _, _ := strings.Cut(f.Name, " ")
		if got := officialPlace(parser.judge(t, string(f.Data)).Error); got.Line == 0 || fmt.Sprintf("%d:%d", got.Line, got.Column) != want {
			t.Errorf("%s: the official place is %d:%d", f.Name, got.Line, got.Column)
		}
	}
}

// compareMutations logs what it counts.
func compareMutations(t *testing.T, seed uint64) *comparison {
	t.Helper()
	parser := startOfficial(t)
	bases := mutationBases(t)
	c := &comparison{seed: seed, kinds: map[string]*tally{}, elsewhere: map[string]int{}}
	for i := range *mutated {
		kind, text := mutate(seed, i, bases)
		if c.kinds[kind] == nil {
			c.kinds[kind] = &tally{}
		}
		if d := c.text(t, parser, text, c.kinds[kind]); d != "" {
			c.differences = append(c.differences, fmt.Sprintf("%s (%d): %s\nin %q", kind, i, d, text))
		}
	}
	t.Logf("seed %d\n%s", seed, c.tables())
	t.Logf("the official parser took %v, with its pipe; greenroom took %v, 1/%.0f of it",
		c.tookOfficial.Round(time.Millisecond), c.tookUs.Round(time.Millisecond), float64(c.tookOfficial)/float64(c.tookUs))
	return c
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

// text returns what differs between the official verdict and ours, "" for
// nothing.
func (c *comparison) text(t *testing.T, parser *official, text string, counts *tally) string {
	t.Helper()
	counts.files++
	start := time.Now()
	want := parser.judge(t, text)
	judged := time.Now()
	spec, findings := connectyaml.Parse([]byte(text))
	c.tookOfficial += judged.Sub(start)
	c.tookUs += time.Since(judged)
	if want.Valid == nil {
		counts.undecided++
		return ""
	}
	c.places(counts, text, want, findings)
	difference := ""
	switch {
	case *want.Valid != (spec != nil):
		difference = fmt.Sprintf("the official parser says valid: %t %s\nwe say valid: %t\n%s", *want.Valid, want.Error, spec != nil, render(findings))
	case *want.Valid:
		counts.valid++
		if diff := diffSpecs(t, want.Spec, spec); diff != "" {
			difference = "the official parser reads other values (-official +ours):\n" + diff
		}
	}
	if difference != "" {
		counts.differ++
	}
	return difference
}

// places counts where the three see the first mistake that is about YAML.
func (c *comparison) places(counts *tally, text string, want officialVerdict, findings []api.Finding) {
	at := officialPlace(want.Error)
	bare, isYAML := barePlace(text)
	if officialYAML := *want.Valid || strings.HasPrefix(want.Error, "["); officialYAML != isYAML {
		counts.bareDiffer++
	}
	if at.Line == 0 {
		return
	}
	counts.syntax++
	ours := firstOfYAML(findings)
	count := func(matches bool, n *int) {
		if matches {
			*n++
		}
	}
	count(bare.Line == at.Line, &counts.bareLine)
	count(bare == at, &counts.barePlace)
	count(ours.Line == at.Line, &counts.line)
	count(ours == at, &counts.place)
	if ours != at {
		c.elsewhere[officialMessage(want.Error)]++
	}
}

var placeInMessage = regexp.MustCompile(` at line (\d+), column (\d+)`)

// officialPlace is none when the official reader found YAML.
func officialPlace(message string) connectyaml.Position {
	at := placeInMessage.FindStringSubmatch(message)
	if at == nil {
		return connectyaml.Position{}
	}
	line, _ := strconv.Atoi(at[1]) // digits
	column, _ := strconv.Atoi(at[2])
	return connectyaml.Position{Line: line, Column: column}
}

func officialMessage(message string) string {
	return message[:placeInMessage.FindStringIndex(message)[0]]
}

// yamlRules are about the text, before anything is known of its keys.
var yamlRules = []string{"spec/encoding", "spec/syntax", "spec/document", "spec/depth", "spec/alias", "spec/duplicate-key"}

func firstOfYAML(findings []api.Finding) connectyaml.Position {
	for _, f := range findings {
		if slices.Contains(yamlRules, f.Rule) {
			return connectyaml.Position{Line: f.Line, Column: f.Column}
		}
	}
	return connectyaml.Position{}
}

// barePlace is where the library complains when it is used as it comes.
func barePlace(text string) (at connectyaml.Position, isYAML bool) {
	defer func() {
		if recover() != nil { // the library found something that it did not expect
			at, isYAML = connectyaml.Position{}, false
		}
	}()
	var value any
	err := yaml.Unmarshal([]byte(text), &value)
	var said *yaml.LoadError
	if errors.As(err, &said) {
		at = connectyaml.Position{Line: said.Mark.Line, Column: said.Mark.Column}
	}
	return at, err == nil
}

func (c *comparison) all() tally {
	var all tally
	for _, k := range c.kinds {
		all.add(*k)
	}
	return all
}

// tables are the counts by kind of mutation, and by official message.
func (c *comparison) tables() string {
	var b strings.Builder
	b.WriteString("| Mutation | Files | Valid | Undecided | Library: other verdict | Greenroom: other verdict | No YAML | Library: same line | same place | Greenroom: same line | same place |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	row := func(name string, k tally) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d |\n", name, k.files, k.valid, k.undecided,
			k.bareDiffer, k.differ, k.syntax, k.bareLine, k.barePlace, k.line, k.place)
	}
	for _, m := range mutations {
		if k := c.kinds[m.name]; k != nil {
			row(m.name, *k)
		}
	}
	all := c.all()
	row("all", all)
	percent := func(n int) float64 { return 100 * float64(n) / float64(max(all.syntax, 1)) }
	fmt.Fprintf(&b, "\nOf the files that are no YAML, the first mistake is in the official line in %.1f %% (library: %.1f %%), and in the official place in %.1f %% (library: %.1f %%).\n",
		percent(all.line), percent(all.bareLine), percent(all.place), percent(all.barePlace))
	if len(c.elsewhere) == 0 {
		return b.String()
	}
	b.WriteString("\n| Official message whose place is not Greenroom's | Files |\n|---|--:|\n")
	messages := make([]string, 0, len(c.elsewhere))
	for m := range c.elsewhere {
		messages = append(messages, m)
	}
	slices.SortFunc(messages, func(a, b string) int { return cmp.Or(c.elsewhere[b]-c.elsewhere[a], cmp.Compare(a, b)) })
	for _, m := range messages {
		fmt.Fprintf(&b, "| %s | %d |\n", strings.ReplaceAll(m, "|", `\|`), c.elsewhere[m])
	}
	return b.String()
}

// page has the tables in a text that is written by hand.
func (c *comparison) page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "official", "verdict.md"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(text), "TABLES\n", c.tables(), 1)
}
