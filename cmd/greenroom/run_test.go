package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// The exit codes that scripts depend on.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "connect.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, bad := write("deployAs:\n  - name: tax\n    applicationType: job\n    endpoint: /\n    properties:\n      schedule: '@daily'\n"), write("deployAs: 1\n")
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"validate", good}, exitOK},
		{[]string{"validate", "--json", good, good}, exitOK},
		{[]string{"validate", bad}, exitFound},
		{[]string{"validate", "--json", good, bad}, exitFound},
		{[]string{"validate", bad, "nowhere"}, exitError},
		{[]string{"validate", "--only=nothing/", good}, exitError},
		{[]string{"validate", "--nonsense"}, exitError},
		{[]string{"dev", "--listen=0.0.0.0:0"}, exitError},
		{[]string{"version"}, exitOK},
		{[]string{"--help"}, exitOK},
		{[]string{"serve", "--help"}, exitOK},
		{nil, exitError},
	} {
		var out, errs bytes.Buffer
		got := run(context.Background(), c.args, streams{&out, &errs})
		if got != c.want {
			t.Errorf("greenroom %q ended with %d, want %d:\n%s%s", c.args, got, c.want, &out, &errs)
		}
		if says := errs.Len() > 0; says != (got == exitError) {
			t.Errorf("greenroom %q ended with %d and complained %q", c.args, got, &errs)
		}
	}
}

func TestSplitRelease(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		url, tag string
		ok       bool
	}{
		"https://git.example/acme/tax.git@v1":    {"https://git.example/acme/tax.git", "v1", true},
		"https://git.example/acme/tax@pkg@1.0.0": {"https://git.example/acme/tax", "pkg@1.0.0", true},
		"https://jane@git.example/acme/tax@v1":   {"https://jane@git.example/acme/tax", "v1", true},
		"https://git.example/acme/tax":           {"https://git.example/acme/tax", "", true},
		"https://git.example/acme/tax@":          {"https://git.example/acme/tax", "", true},
		"https://git.example:8443/acme/tax@v1/a": {"https://git.example:8443/acme/tax", "v1/a", true},
		"ssh://git@git.example:22/acme/tax@v1":   {"ssh://git@git.example:22/acme/tax", "v1", true},
		"git@git.example:acme/tax.git@v1":        {"git@git.example:acme/tax.git", "v1", true},
		"git@git.example:acme/tax.git@a@b":       {"git@git.example:acme/tax.git", "a@b", true},
		"git@git.example:acme/tax.git":           {"git@git.example:acme/tax.git", "", true},
		"file:///srv/git/tax.git@v1":             {"file:///srv/git/tax.git", "v1", true},
		"git@folder":                             {"", "", false},
		"https://git.example":                    {"", "", false},
		"connectors/tax@v1":                      {"", "", false},
		"./git@here:there":                       {"", "", false},
		".":                                      {"", "", false},
		"":                                       {"", "", false},
		"C:\\connectors\\tax":                    {"", "", false},
	} {
		url, tag, ok := splitRelease(text)
		if url != want.url || tag != want.tag || ok != want.ok {
			t.Errorf("%q is %q, %q, %t; want %+v", text, url, tag, ok, want)
		}
	}
}
