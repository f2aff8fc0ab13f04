package clients_test

import (
	"io/fs"
	"maps"
	"path/filepath"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// acme is where the drafts say that their repositories are. The CLI takes only
// https and ssh URLs that end in .git.
const acme = "https://git.example/acme/"

// repositories makes the demo's connectors and two broken ones, and returns the
// alias under which a server finds them below acme.
//
//	tax-calculator         v1.2.0, v1.3.0
//	stock-import           v0.4.1
//	loyalty-points         v0.1.0, whose preview fails
//	no-specification       v1.0.0
//	invalid-specification  v1.0.0, two mistakes in connect.yaml
func repositories(t *testing.T) (alias string) {
	t.Helper()
	server := gitserver.New(t)
	for _, c := range connectors.All() {
		repo := server.Repo(t, c.Name+".git")
		tree := files(t, c.Files)
		repo.Commit(t, tree)
		repo.Tag(t, c.Tag)
		if c.Name == "tax-calculator" {
			next := maps.Clone(tree)
			next["CHANGELOG.md"] = "# v1.3.0\n\nRates of Italy.\n"
			repo.Commit(t, next)
			repo.Tag(t, "v1.3.0")
		}
	}
	missing := server.Repo(t, "no-specification.git")
	missing.Commit(t, map[string]string{"README.md": "# Not a connector yet\n"})
	missing.Tag(t, "v1.0.0")
	invalid := server.Repo(t, "invalid-specification.git")
	invalid.Commit(t, map[string]string{"connect.yaml": invalidSpecification})
	invalid.Tag(t, "v1.0.0")
	return acme + "=file://" + filepath.ToSlash(filepath.Dir(invalid.Dir)) + "/"
}

const invalidSpecification = `deployAs:
  - name: tax-service
    applicationType: service
    endpoint: /tax
    configuration:
      standardConfiguration:
        - key: RATE
          description: Rate in percent
          default: 19
  - name: nightly
    applicationType: job
    endpoint: /run
`

func files(t *testing.T, tree fs.FS) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(tree, path)
		found[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
