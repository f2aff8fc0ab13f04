package connectyaml_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

var (
	// officialMessages are what the official parser says about each mistake, as
	// TestOfficialMistakes recorded it.
	officialMessages = filepath.Join("testdata", "official", "mistakes.json")
	mistakesPage     = filepath.Join("..", "..", "docs", "connect-yaml", "mistakes.md")
)

// mistakes are the files of testdata/mistakes.txtar, each named by its mistake.
func mistakes(t *testing.T) []txtar.File {
	t.Helper()
	return archive(t, filepath.Join("testdata", "mistakes.txtar"))
}

func archive(t *testing.T, file string) []txtar.File {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return a.Files
}

func recordedMessages(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(officialMessages)
	if err != nil {
		t.Fatal(err)
	}
	var messages map[string]string
	if err := json.Unmarshal(text, &messages); err != nil {
		t.Fatal(err)
	}
	return messages
}

// What is recorded is what the official parser says today.
func TestOfficialMistakes(t *testing.T) {
	parser := startOfficial(t)
	got := map[string]string{}
	for _, m := range mistakes(t) {
		got[m.Name] = parser.judge(t, string(m.Data)).Error
	}
	if *golden.Update {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(officialMessages, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(recordedMessages(t), got); diff != "" {
		t.Errorf("the official parser says something else than recorded (-recorded +said); with GREENROOM_REQUIRE_OFFICIAL=1 and -update this test records it:\n%s", diff)
	}
}

const mistakesHead = `# Common mistakes

<!-- Generated: go test ./internal/connectyaml -run TestMistakesPage -update -->

What real connect.yaml files get wrong, the most frequent first: the file, what
` + "`@commercetools-connect/specification` 0.0.16 says about it, and what `greenroom validate`" + `
says. The official messages are recorded from the package, and compared with it in CI.
`

func TestMistakesPage(t *testing.T) {
	t.Parallel()
	official := recordedMessages(t)
	var page strings.Builder
	page.WriteString(mistakesHead)
	for _, m := range mistakes(t) {
		spec, findings := connectyaml.Parse(m.Data)
		if spec != nil || official[m.Name] == "" {
			t.Errorf("%s: we find it valid: %t, the official parser says %q", m.Name, spec != nil, official[m.Name])
		}
		fmt.Fprintf(&page, "\n## %s\n\n```yaml\n%s```\n\nThe official parser:\n\n```text\n%s\n```\n\nGreenroom:\n\n```text\n%s```\n",
			m.Name, m.Data, official[m.Name], render(findings))
	}
	golden.Compare(t, mistakesPage, page.String())
}
