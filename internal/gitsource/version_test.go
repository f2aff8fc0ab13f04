package gitsource

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for printed, want := range map[string]gitVersion{
		"git version 2.39.5\n":                   {2, 39, 5},
		"git version 2.39.5 (Apple Git-154)\n":   {2, 39, 5},
		"git version 2.47.1.windows.2\n":         {2, 47, 1},
		"git version 2.50.0-rc1\n":               {2, 50, 0},
		"git version 3.0\n":                      {3, 0, 0},
		"git version 2.53.0.123.gdeadbeef.dirty": {2, 53, 0},
	} {
		if v, err := parseVersion(printed); err != nil || v != want {
			t.Errorf("%q: %v, %v", printed, v, err)
		}
	}
	for _, printed := range []string{"", "git", "git version x", "git version 99999999999999999999.1", "hub version 2.39.5"} {
		if v, err := parseVersion(printed); err == nil {
			t.Errorf("%q: %v", printed, v)
		}
	}
}

// A git that would ignore what keeps it safe is not used.
func TestOldGitIsRefused(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell script")
	}
	for version, ok := range map[string]bool{"1.8.3": false, "2.30.2": false, "2.38.9": false, "2.39.0": true, "2.100.1": true, "3.0.0": true} {
		git := filepath.Join(t.TempDir(), "git")
		if err := os.WriteFile(git, []byte("#!/bin/sh\necho git version "+version+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := New(Options{Git: git, ScratchDir: t.TempDir()})
		if (err == nil) != ok {
			t.Errorf("git %s: %v", version, err)
		}
		if err != nil && !strings.Contains(err.Error(), "install git 2.39.0 or newer") {
			t.Errorf("git %s: the error does not tell what to do: %v", version, err)
		}
	}
	if _, err := New(Options{Git: "/no/such/git"}); err == nil {
		t.Error("no git: accepted")
	}
}
