package architecture

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const root = "../.."

var (
	testFunc   = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	testRef    = regexp.MustCompile("`(\\w+\\.(?:Test|Fuzz)\\w+|[\\w-]+\\.txtar)`")
	actionName = regexp.MustCompile(`action: \{const: (\w+)`)
	errorCode  = regexp.MustCompile(`ErrorCode = "([A-Z]\w+)"`)
)

// The table of the contract names tests that exist, in every row, and leaves out no
// endpoint, no action and no code.
func TestContractTable(t *testing.T) {
	t.Parallel()
	table := readFile(t, "docs/contract.md")
	tests := allTests(t)
	rows := 0
	for _, line := range strings.Split(table, "\n") {
		refs := testRef.FindAllStringSubmatch(line, -1)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| ---") && !strings.HasSuffix(line, "| held by |") {
			rows++
			if len(refs) == 0 {
				t.Errorf("no test holds %s", line)
			}
		}
		for _, ref := range refs {
			if !tests[ref[1]] {
				t.Errorf("there is no %s", ref[1])
			}
		}
	}
	promised := slices.Concat(
		endpoints(t),
		names(actionName, readFile(t, "api/openapi.yaml")),
		names(errorCode, readFile(t, "api/error.go")),
	)
	if rows < 50 || len(promised) < 50 {
		t.Errorf("%d rows and %d promises were read", rows, len(promised))
	}
	for _, name := range promised {
		if !strings.Contains(table, "`"+name+"`") {
			t.Errorf("%s is not in the table", name)
		}
	}
}

// allTests are the tests and fuzz targets of the tree as package.Name, and the
// scenarios by their file.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return fs.SkipDir
		case path.Ext(name) == ".txtar":
			tests[path.Base(name)] = true
		case strings.HasSuffix(name, "_test.go"):
			for _, test := range names(testFunc, readFile(t, name)) {
				tests[path.Base(path.Dir(name))+"."+test] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}

// endpoints are the operations of the description, each as METHOD path.
func endpoints(t *testing.T) []string {
	t.Helper()
	var description struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal([]byte(readFile(t, "api/openapi.yaml")), &description); err != nil {
		t.Fatal(err)
	}
	var found []string
	for path, item := range description.Paths {
		for _, method := range []string{"get", "post", "delete"} {
			if _, ok := item[method]; ok {
				found = append(found, strings.ToUpper(method)+" "+path)
			}
		}
	}
	return found
}

func names(pattern *regexp.Regexp, text string) []string {
	var found []string
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
