// Package official_test runs what others wrote about connect.yaml against what is
// ours, as package-lock.json pins it: the language server that editors run, with
// our JSON Schema. The official parser, which `npm ci` in this folder installs as
// well, is compared by the tests of internal/connectyaml.
package official_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// requireOfficial skips the test where the packages are not installed, and fails it
// there if GREENROOM_REQUIRE_OFFICIAL is 1, as it is in CI.
func requireOfficial(t *testing.T) {
	t.Helper()
	err := installed()
	if err == nil {
		return
	}
	reason := fmt.Sprintf("run `npm ci` in e2e/official: %v", err)
	if os.Getenv("GREENROOM_REQUIRE_OFFICIAL") == "1" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// TestInstalled: packages of another version would prove something else.
func TestInstalled(t *testing.T) {
	t.Parallel()
	requireOfficial(t)
}

// installed says whether Node is here and node_modules holds what package.json
// pins.
func installed() error {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("there is no node in the PATH (20.10 or later is needed)")
	}
	wanted, err := readManifest("package.json")
	if err != nil {
		return err
	}
	for name, version := range wanted.Dependencies {
		found, err := readManifest(filepath.Join("node_modules", filepath.FromSlash(name), "package.json"))
		if err != nil {
			return err
		}
		if found.Version != version {
			return fmt.Errorf("%s is %s instead of %s", name, found.Version, version)
		}
	}
	return nil
}

type manifest struct {
	Version      string            `json:"version"`
	Dependencies map[string]string `json:"dependencies"`
}

func readManifest(path string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("read %s: %w", path, err)
	}
	return m, nil
}

// file is the absolute path of a file in this folder.
func file(t *testing.T, name string) string {
	t.Helper()
	// Looked at here, since `go test` repeats a cached result unless a file
	// changed that the test itself has looked at.
	if _, err := os.Stat(filepath.FromSlash(name)); err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
