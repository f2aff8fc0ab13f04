package secrets_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks/secrets"
)

// Put together from parts: forges refuse a push of a file that has a token.
const (
	githubToken = "gh" + "p_" + "x9Kd2mQ7vRt4Lw8ZsB3nYc6HfJ1gPe5UaTq0"
	keyBegin    = "-----BEGIN " + "PRIVATE KEY-----"
	keyLine     = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
	keyEnd      = "-----END " + "PRIVATE KEY-----"
)

const oneApplication = "deployAs:\n  - name: tax\n    applicationType: service\n    endpoint: /tax\n"

func run(t *testing.T, files map[string]string, more ...check.Check) api.Report {
	t.Helper()
	tree := fstest.MapFS{"connect.yaml": {Data: []byte(oneApplication)}}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	result, err := check.New(append(secrets.Checks(), more...)...).Run(t.Context(), tree, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return result.Report
}

// A check that quotes each line of a file, as any check may.
var quoting = check.Check{
	ID: "hygiene/quotes",
	Run: func(p *check.Pass) error {
		for line := 1; line <= 3; line++ {
			p.Report(api.Finding{Type: api.EntryInformation, Message: "look", File: "tax/index.js", Line: line, Column: 1})
		}
		return nil
	},
}

func TestNoReportRepeatsASecret(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"cut by the end of a snippet": strings.Repeat("x ", 70) + `token = "` + githubToken + `"`,
		"a key of several lines":      keyBegin + "\n" + keyLine + "\n" + keyLine[20:] + "\n" + keyEnd + "\n",
		"two on a line":               `a = "` + githubToken + `"; b = "` + strings.Replace(githubToken, "x9", "y8", 1) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := run(t, map[string]string{"tax/index.js": text}, quoting)
			if report.Valid {
				t.Error("the tree is valid")
			}
			out, err := json.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{githubToken[:12], githubToken[12:24], keyLine[:20], keyLine[20:]} {
				if strings.Contains(string(out), part) {
					t.Errorf("the report has %s:\n%s", part, out)
				}
			}
			if !strings.Contains(string(out), check.Redacted) {
				t.Errorf("nothing is redacted:\n%s", out)
			}
		})
	}
}

func TestWhatIsNotRead(t *testing.T) {
	t.Parallel()
	token := `token = "` + githubToken + `"` + "\n"
	for name, tc := range map[string]struct {
		text  string
		found int
	}{
		"as it is":  {token, 1},
		"1 MiB":     {token + strings.Repeat(" ", 1<<20-len(token)), 1},
		"more":      {token + strings.Repeat(" ", 1<<20-len(token)+1), 0},
		"binary":    {"\x00" + token, 0},
		"zero late": {strings.Repeat("\n", 9000) + "\x00\n" + token, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if found := run(t, map[string]string{"tax/data.js": tc.text}).Findings; len(found) != tc.found {
				t.Errorf("%d findings, want %d: %+v", len(found), tc.found, found)
			}
		})
	}
}

// gitleaks keeps its rules in a map; a report must not depend on its order.
func TestOneTreeOneReport(t *testing.T) {
	t.Parallel()
	files := map[string]string{"tax/index.js": `secret_token = "` + githubToken + `"; jwt_key = "` + githubToken + `"`}
	first := run(t, files).Findings
	for range 20 {
		again := run(t, files).Findings
		if len(again) != 1 || again[0] != first[0] {
			t.Fatalf("%+v and %+v", first, again)
		}
	}
}

// The end of the context comes between two files, or inside one.
func TestEndOfContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	tree := endingFS{fstest.MapFS{
		"connect.yaml": {Data: []byte(oneApplication)},
		"tax/index.js": {Data: []byte("const a = 1")},
	}, cancel}
	if _, err := check.New(secrets.Checks()...).Run(ctx, tree, check.Options{Only: "secrets/committed"}); err == nil {
		t.Error("the run ended well after the end of its context")
	}
}

// endingFS ends a context when a file of the application is opened.
type endingFS struct {
	fstest.MapFS
	end func()
}

func (f endingFS) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".js") {
		f.end()
	}
	return f.MapFS.Open(name)
}

// The ruleset names the version of gitleaks, which go.mod decides.
func TestDataNamesTheVersion(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range secrets.Checks() {
		version := strings.TrimPrefix(c.Data, "gitleaks ")
		if !strings.Contains(string(mod), "github.com/zricethezav/gitleaks/v8 "+version+"\n") {
			t.Errorf("%s says %q, which is not the version of go.mod", c.ID, c.Data)
		}
	}
}
