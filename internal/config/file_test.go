package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/config"
)

// program has the flags of a server, as a command of its own beside another.
type program struct {
	Config config.File
	Serve  struct {
		config.Server
		config.Log
	} `cmd:""`
	Other struct {
		Elsewhere string
	} `cmd:""`
}

// parse runs the command line over what the environment of the test holds.
func parse(args ...string) (*program, error) {
	var p program
	parser, err := kong.New(&p, kong.Name("greenroom"), kong.DefaultEnvars("GREENROOM"))
	if err == nil {
		_, err = parser.Parse(args)
	}
	return &p, err
}

// file writes a configuration file and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "greenroom.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A flag beats the environment, and that beats the file.
func TestPrecedence(t *testing.T) {
	path := file(t, "workers: 7\nresolve-ttl: 1m\npublic-url: https://file.example\nelsewhere: of another command\n")
	t.Setenv("GREENROOM_RESOLVE_TTL", "2m")
	t.Setenv("GREENROOM_PUBLIC_URL", "https://environment.example")
	p, err := parse("serve", "--config", path, "--public-url=https://flag.example")
	if err != nil {
		t.Fatal(err)
	}
	got := []any{p.Serve.Workers, p.Serve.ResolveTTL, p.Serve.PublicURL, p.Serve.LogLevel}
	want := []any{7, 2 * time.Minute, "https://flag.example", "info"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("file, environment, flag, default (-want +got):\n%s", diff)
	}
}

func TestFileNamedByTheEnvironment(t *testing.T) {
	t.Setenv("GREENROOM_CONFIG", file(t, "workers: 7\n"))
	p, err := parse("serve")
	if err != nil || p.Serve.Workers != 7 {
		t.Errorf("workers %d, %v; want 7 of the file", p.Serve.Workers, err)
	}
	p, err = parse("--config", file(t, "workers: 8\n"), "serve")
	if err != nil || p.Serve.Workers != 8 {
		t.Errorf("workers %d, %v; want 8 of the flag's file", p.Serve.Workers, err)
	}
}

// Lists come as YAML lists, as one text, and by repeated flags.
func TestLists(t *testing.T) {
	const one, other = "https://one.example/=file:///one/", "https://other.example/=file:///other/"
	for name, args := range map[string][]string{
		"list":  {"serve", "--config", file(t, "repository-alias:\n  - "+one+"\n  - "+other+"\nregions: [1, b]\n")},
		"text":  {"serve", "--config", file(t, "repository-alias: "+one+","+other+"\nregions: 1,b\n")},
		"flags": {"serve", "--repository-alias", one, "--repository-alias=" + other, "--regions=1,b"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := parse(args...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{one, other}, p.Serve.RepositoryAlias); diff != "" {
				t.Errorf("aliases (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"1", "b"}, p.Serve.AllRegions()); diff != "" {
				t.Errorf("regions (-want +got):\n%s", diff)
			}
		})
	}
	t.Setenv("GREENROOM_REPOSITORY_ALIAS", one+","+other)
	p, err := parse("serve")
	if err != nil || !cmp.Equal(p.Serve.RepositoryAlias, []string{one, other}) {
		t.Errorf("aliases of the environment: %q, %v", p.Serve.RepositoryAlias, err)
	}
}

func TestEmptyFileChangesNothing(t *testing.T) {
	t.Parallel()
	p, err := parse("serve", "--config", file(t, "workers:\n"))
	if err != nil || p.Serve.Workers != 4 {
		t.Errorf("workers %d, %v; want the default", p.Serve.Workers, err)
	}
}

func TestBadFiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"wrokers: 7":         "there is no flag --wrokers",
		"workers: {a: 1}":    "--workers: must be a value or a list of values",
		"workers: [1, 2]":    "--workers: must be one value",
		"workers: many":      `--workers: expected a valid`,
		"- workers":          "configuration file",
		"workers: [":         "configuration file",
		"workers: 4711":      "--workers must be between 0 and 256",
		"resolve-ttl: -1s":   "--resolve-ttl must not be negative",
		"public-url: /here":  "--public-url must be an absolute http or https address",
		"log-level: verbose": "--log-level must be one of",
	} {
		path := file(t, text)
		if _, err := parse("serve", "--config", path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
	if _, err := parse("serve", "--config", "/nowhere/greenroom.yaml"); err == nil || !strings.Contains(err.Error(), "read the configuration file") {
		t.Errorf("a file that is not there: %v", err)
	}
}
