package connectyaml_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

const officialFolder = "GREENROOM_OFFICIAL_SPEC"

// official is the official parser, in a process of its own.
type official struct {
	in  io.WriteCloser
	out *bufio.Reader
}

type officialVerdict struct {
	Valid *bool  `json:"valid"`
	Error string `json:"error"`
}

func startOfficial(t *testing.T) *official {
	t.Helper()
	folder := os.Getenv(officialFolder)
	if folder == "" {
		t.Skipf("to compare with the official parser: npm install @commercetools-connect/specification@0.0.16 in a folder of its own, "+
			"then set %s to its node_modules", officialFolder)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "official", "verdicts.mjs"), folder)
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

// Ten thousand changed files of the corpus get the verdict that the official
// parser gives them.
func TestOfficialVerdict(t *testing.T) {
	parser := startOfficial(t)
	files := corpus(t)
	type tally struct{ files, valid, undecided, differ int }
	counts := map[string]*tally{}
	for i := range 10_000 {
		m := &mutator{rand.New(rand.NewPCG(1, uint64(i)))}
		text := string(pick(m, files).Data)
		first := mutations[i%len(mutations)]
		text = first.apply(m, text)
		for range m.IntN(3) {
			if text != "" {
				text = pick(m, mutations).apply(m, text)
			}
		}
		text = strings.ToValidUTF8(text, "�")
		c := counts[first.name]
		if c == nil {
			c = &tally{}
			counts[first.name] = c
		}
		c.files++
		want := parser.judge(t, text)
		spec, findings := connectyaml.Parse([]byte(text))
		switch {
		case want.Valid == nil:
			c.undecided++
		case *want.Valid != (spec != nil):
			c.differ++
			t.Errorf("%s (%d): official says valid %t %s, we %t %s", first.name, i, *want.Valid, want.Error, spec != nil, messages(findings))
			if d := os.Getenv("DUMP"); d != "" {
				os.WriteFile(filepath.Join(d, fmt.Sprintf("%d.yaml", i)), []byte(text), 0o644)
			}
		case *want.Valid:
			c.valid++
		}
	}
	t.Logf("%-20s %6s %6s %9s %6s", "mutation", "files", "valid", "undecided", "differ")
	var all tally
	for _, m := range mutations {
		c := counts[m.name]
		t.Logf("%-20s %6d %6d %9d %6d", m.name, c.files, c.valid, c.undecided, c.differ)
		all = tally{all.files + c.files, all.valid + c.valid, all.undecided + c.undecided, all.differ + c.differ}
	}
	t.Logf("%-20s %6d %6d %9d %6d", "all", all.files, all.valid, all.undecided, all.differ)
}
