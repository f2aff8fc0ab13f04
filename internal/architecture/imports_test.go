// Package architecture holds the direction in which data flows, as a test.
package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/greenroom-registry/greenroom/"

// mayImport says of each package what of this module it may import itself. A
// package is listed after everything that it imports: so no arrow points back.
var mayImport = []struct {
	name    string
	imports []string
}{
	{"api", nil},
	{"client", []string{"api"}},

	{"internal/correlation", nil},
	{"internal/datadir", nil},
	{"internal/forwarded", nil},
	{"internal/nearest", nil},
	{"internal/fix", []string{"api"}},
	{"internal/panics", nil},
	{"internal/problem", []string{"api"}},
	{"internal/jsonbody", []string{"internal/problem"}},
	{"internal/gitsource", nil},

	{"internal/connectyaml/recovery", nil},
	{"internal/connectyaml", []string{"api", "internal/connectyaml/recovery", "internal/fix", "internal/nearest"}},
	{"internal/check", []string{"api", "internal/connectyaml", "internal/panics"}},
	{"internal/check/nodepackage", []string{"internal/check"}},
	{"internal/check/source", []string{"internal/check"}},
	{"internal/check/secretname", nil},
	{"internal/check/checks/layout", []string{
		"api", "internal/check", "internal/check/nodepackage", "internal/check/source", "internal/connectyaml", "internal/nearest",
	}},
	{"internal/check/checks/environment", []string{
		"api", "internal/check", "internal/check/secretname", "internal/check/source", "internal/connectyaml", "internal/nearest",
	}},
	{"internal/check/checks/scripts", []string{
		"api", "internal/check", "internal/check/nodepackage", "internal/connectyaml", "internal/nearest",
	}},
	{"internal/check/checks/secrets", []string{"api", "internal/check", "internal/check/source", "internal/connectyaml"}},
	{"internal/check/checks/hygiene", []string{
		"api", "internal/check", "internal/check/checks/secrets", "internal/check/nodepackage", "internal/check/secretname",
		"internal/check/source", "internal/connectyaml",
	}},
	{"internal/check/checks/documents", []string{"api", "internal/check", "internal/connectyaml"}},
	{"internal/check/checks", []string{
		"internal/check", "internal/check/checks/documents", "internal/check/checks/environment", "internal/check/checks/hygiene",
		"internal/check/checks/layout",
		"internal/check/checks/scripts", "internal/check/checks/secrets", "internal/connectyaml",
	}},

	{"internal/report", []string{"api", "internal/check"}},

	{"internal/store", []string{"api"}},
	{"internal/store/storetest", []string{"api", "internal/store"}},
	{"internal/store/sqlstore", []string{"api", "internal/panics", "internal/store"}},

	{"internal/auth", []string{"api", "internal/problem", "internal/store"}},
	{"internal/connector/field", []string{"api", "internal/jsonbody"}},
	{"internal/connector/action", []string{"api", "internal/connector/field", "internal/jsonbody", "internal/problem"}},
	{"internal/connector", []string{
		"api", "internal/auth", "internal/check", "internal/connector/action", "internal/connector/field", "internal/connectyaml",
		"internal/gitsource", "internal/jsonbody", "internal/panics", "internal/problem", "internal/report", "internal/store",
	}},

	{"internal/publish", []string{
		"api", "internal/check", "internal/connector", "internal/gitsource", "internal/panics", "internal/problem",
		"internal/report", "internal/store",
	}},
	{"internal/jobs", []string{"internal/store"}},
	{"internal/retention", []string{"internal/store"}},
	{"internal/apidocs", nil},
	{"internal/credential", []string{"api", "internal/datadir", "internal/gitsource", "internal/jsonbody", "internal/problem", "internal/store"}},
	{"internal/httpapi", []string{
		"api", "internal/apidocs", "internal/auth", "internal/connector", "internal/connector/field",
		"internal/connectyaml", "internal/correlation", "internal/credential", "internal/forwarded", "internal/panics",
		"internal/problem", "internal/report", "internal/store",
	}},

	{"internal/doctor", []string{
		"api", "internal/connector", "internal/credential", "internal/datadir", "internal/store", "internal/store/sqlstore",
	}},
	{"internal/backup", []string{"internal/credential", "internal/datadir", "internal/store/sqlstore"}},
	{"internal/metrics", []string{"internal/gitsource", "internal/httpapi", "internal/publish", "internal/store"}},
	{"internal/server", []string{
		"api", "internal/auth", "internal/check", "internal/check/checks", "internal/connector", "internal/connector/field",
		"internal/credential", "internal/datadir", "internal/forwarded", "internal/gitsource", "internal/httpapi", "internal/jobs",
		"internal/metrics", "internal/publish", "internal/report", "internal/retention", "internal/store/sqlstore",
	}},
	{"internal/config", []string{"api", "internal/correlation", "internal/forwarded", "internal/gitsource", "internal/nearest"}},
	{"internal/demo/connectors", nil},
	{"internal/demo", []string{
		"api", "client", "internal/auth", "internal/demo/connectors", "internal/gitsource", "internal/report",
		"internal/server",
	}},
	{"cmd/greenroom", []string{
		"api", "client", "internal/auth", "internal/backup", "internal/check", "internal/check/checks", "internal/config", "internal/connector/field",
		"internal/credential", "internal/demo", "internal/doctor", "internal/fix", "internal/gitsource", "internal/report", "internal/server",
		"internal/store", "internal/store/sqlstore",
	}},

	{"bench/validate", []string{"api", "client", "internal/demo/connectors"}},

	{"internal/testkit/internals", nil},
	{"internal/testkit/openapi", []string{"api"}},
	{"internal/testkit/golden", nil},
	{"internal/testkit/release1", nil},
	{"internal/testkit/txtree", nil},
	{"internal/testkit/gitserver", nil},
	{"internal/testkit/sshserver", nil},
	{"internal/testkit/binary", nil},
}

const prometheus = "github.com/prometheus/client_golang/prometheus"

// mustNotReach says which packages must not come in by any way: the engine
// judges the tree that it is given and nothing else, on a laptop as on a server.
var mustNotReach = map[string][]string{
	"internal/connectyaml":            {"net", "net/http", "os/exec", "database/sql"},
	"internal/report":                 {"net", "net/http", "os/exec", "database/sql"},
	"internal/check":                  {"net", "net/http", "os/exec", "database/sql"},
	"internal/check/nodepackage":      {"net", "net/http", "os/exec", "database/sql"},
	"internal/check/checks/documents": {"net", "net/http", "os/exec", "database/sql"},
	"internal/check/checks/layout":    {"net", "net/http", "os/exec", "database/sql"},
	// gitleaks brings net/http and os/exec, and with it the list of all checks: see
	// docs/adr/0006-gitleaks.md.
	"internal/check/checks/secrets": {"database/sql"},
	"internal/check/checks":         {"database/sql"},
	"api":                           {"net/http", "database/sql"},
	// What happens is told to functions; who counts it is the server's business.
	"internal/httpapi": {prometheus},
	"internal/jobs":    {prometheus},
	"internal/publish": {prometheus},
}

func TestImportDirection(t *testing.T) {
	t.Parallel()
	packages := list(t)
	listed := map[string]bool{}
	for _, row := range mayImport {
		for _, dependency := range row.imports {
			if !listed[dependency] {
				t.Errorf("%s is listed before %s, which it may import", row.name, dependency)
			}
		}
		listed[row.name] = true
		p, ok := packages[row.name]
		if !ok {
			t.Errorf("%s is listed and does not exist", row.name)
			continue
		}
		var actual []string
		for _, path := range p.Imports {
			if name, ours := strings.CutPrefix(path, module); ours {
				actual = append(actual, name)
				if !slices.Contains(row.imports, name) {
					t.Errorf("%s imports %s, which the direction of data forbids", row.name, name)
				}
			}
		}
		for _, name := range row.imports {
			if !slices.Contains(actual, name) {
				t.Errorf("%s may import %s and does not: take it off the list", row.name, name)
			}
		}
	}
	for name, p := range packages {
		if !listed[name] && len(p.GoFiles) > 0 {
			t.Errorf("%s is not listed: say what it may import", name)
		}
	}
}

func TestMustNotReach(t *testing.T) {
	t.Parallel()
	packages := list(t)
	for name, forbidden := range mustNotReach {
		for _, path := range forbidden {
			if slices.Contains(packages[name].Deps, path) {
				t.Errorf("%s reaches %s", name, path)
			}
		}
	}
}

type listedPackage struct {
	ImportPath    string
	GoFiles       []string
	Imports, Deps []string
}

func list(t *testing.T) map[string]listedPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,GoFiles,Imports,Deps", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := map[string]listedPackage{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages[strings.TrimPrefix(p.ImportPath, module)] = p
	}
}
