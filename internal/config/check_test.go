package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/config"
)

// checked is a command whose configuration is looked at.
type checked struct {
	Word    string   `default:"plain"`
	Number  int      `default:"1"`
	List    []string `name:"list"`
	Switch  bool
	Address string
}

// Conflicts keeps the word from being that of the address.
func (c *checked) Conflicts() error {
	if c.Address != "" && c.Word == c.Address {
		return errors.New("--word and --address are the same")
	}
	return nil
}

func check(t *testing.T, path string, args ...string) (settings, problems []string) {
	t.Helper()
	app, err := kong.New(&struct {
		Run   checked                    `cmd:""`
		Other struct{ Elsewhere string } `cmd:""`
	}{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := config.Check(config.Question{Args: args, File: path, App: app.Model, New: func() any { return &checked{} }})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Settings {
		settings = append(settings, s.Flag+": "+s.Value+" # "+strings.Replace(s.Source, path, "FILE", 1))
	}
	for _, p := range r.Problems {
		problems = append(problems, strings.Replace(p.String(), path, "FILE", 1))
	}
	return settings, problems
}

// The last source that speaks of a flag is the one that counts, and is named.
func TestCheckSources(t *testing.T) {
	path := file(t, "elsewhere: x\nword: file\nnumber: 2\nlist:\n  - a,b\n  - \"c d\"\n")
	t.Setenv("GREENROOM_NUMBER", "3")
	t.Setenv("GREENROOM_ADDRESS", "https://jane:secret@a.example/")
	settings, problems := check(t, path, "--word", "flag", "--switch")
	want := []string{
		`address: "https://jane:REDACTED@a.example/" # GREENROOM_ADDRESS`,
		`list: ["a,b", "c d"] # FILE:4`,
		`number: 3 # GREENROOM_NUMBER`,
		`switch: true # --switch`,
		`word: flag # --word`,
	}
	if diff := cmp.Diff(want, settings); diff != "" || problems != nil {
		t.Errorf("problems %q, settings (-want +got):\n%s", problems, diff)
	}
	t.Setenv("GREENROOM_LIST", `a,b\,c`)
	if settings, _ = check(t, path, "--list=x,y", "--list", "z"); settings[1] != `list: [x, y, z] # --list` {
		t.Error(settings[1])
	}
	if settings, _ = check(t, path); settings[1] != `list: [a, "b,c"] # GREENROOM_LIST` {
		t.Error(settings[1])
	}
}

// A value that nobody asks for any more is no problem, as it is none to a server.
func TestCheckOverridden(t *testing.T) {
	t.Setenv("GREENROOM_NUMBER", "many")
	if _, problems := check(t, file(t, "number: more\n"), "--number=7"); problems != nil {
		t.Errorf("problems %q", problems)
	}
	settings, problems := check(t, file(t, ""))
	if diff := cmp.Diff([]string{`GREENROOM_NUMBER: --number: expected a valid 64 bit int but got "many"`}, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if settings[2] != "number: 1 # default" {
		t.Errorf("a bad value is %s", settings[2])
	}
}

func TestCheckProblems(t *testing.T) {
	t.Parallel()
	_, problems := check(t, file(t, "nubmer: 1\nlist: {a: b}\nword: same\naddress: same\n"), "--number", "many", "--nothing", "loose", "--word")
	want := []string{
		"FILE:1: there is no flag --nubmer; did you mean number?",
		"FILE:2: --list: must be a value or a list of values",
		"there is no flag --nothing",
		"unexpected argument loose",
		"--word: needs a value",
		`--number: expected a valid 64 bit int but got "many"`,
		"--word and --address are the same",
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	for _, text := range []string{"- a", "word: ["} {
		if _, problems := check(t, file(t, text)); len(problems) != 1 || !strings.HasPrefix(problems[0], "configuration file FILE: ") {
			t.Errorf("%s: %q", text, problems)
		}
	}
}
