package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/greenroom-registry/greenroom/internal/nearest"
)

// envPrefix begins the names of all variables.
const envPrefix = "GREENROOM"

// Question is what Check is asked.
type Question struct {
	// Args are flags of the command line, as --name=value or --name value.
	Args []string
	// File is the path of the configuration file; "": none.
	File string
	// App has all commands: their flags may be in the file too.
	App *kong.Application
	// New returns the command whose configuration it is: a pointer to a struct of
	// flags. If it has a method Conflicts() error, that says what of its flags does
	// not go together.
	New func() any
}

// Setting is the value that a flag has, and where that comes from: the flag, a
// variable, FILE:LINE or default.
type Setting struct {
	Flag, Value, Source string
}

// Problem is something that keeps a configuration from being one. Source is "" for
// what no single place is to blame for.
type Problem struct{ Source, Message string }

func (p Problem) String() string {
	if p.Source == "" || strings.HasPrefix(p.Message, p.Source+" ") || strings.HasPrefix(p.Message, p.Source+":") {
		return p.Message
	}
	return p.Source + ": " + p.Message
}

// Result is what a configuration comes to.
type Result struct {
	// Settings are all flags of the command, by name; those with a problem have
	// their default.
	Settings []Setting
	Problems []Problem
	// Notes are oddities that keep nothing from running.
	Notes []string
}

// given is what one source says about a flag: one word, or those of a list.
type given struct {
	words  []string
	list   bool
	source string
}

// text is what a flag is given by one text.
func text(flag *kong.Flag, text, source string) given {
	if flag.IsSlice() {
		return given{kong.SplitEscaped(text, flag.Tag.Sep), true, source}
	}
	return given{[]string{text}, false, source}
}

// Check finds out what the flags of a command are given, and everything that is
// wrong with it: each value is tried by itself, then all good ones together.
func Check(q Question) (Result, error) {
	var r Result
	parser, err := kong.New(q.New(), kong.DefaultEnvars(envPrefix))
	if err != nil {
		return r, fmt.Errorf("flags of the command: %w", err)
	}
	flags := map[string]*kong.Flag{}
	for _, f := range parser.Model.Flags {
		if f.Name != "help" {
			flags[f.Name] = f
		}
	}
	values := r.fromFile(q, flags)
	maps.Copy(values, r.fromEnvironment(flags))
	maps.Copy(values, r.fromArgs(q.Args, flags))

	var good []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		args := values[name].args(name)
		if err := try(q.New(), args); err != nil {
			r.problem(values[name].source, err)
			delete(values, name)
			continue
		}
		good = append(good, args...)
	}
	command := q.New()
	if err := try(command, good); err != nil {
		r.problem("", err)
	}
	if c, ok := command.(interface{ Conflicts() error }); ok {
		r.problem("", c.Conflicts())
	}
	r.Settings, err = settings(command, values)
	return r, err
}

// problem adds each of the errors that err joins.
func (r *Result) problem(source string, err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && errors.Join(joined.Unwrap()...).Error() == err.Error() {
		for _, e := range joined.Unwrap() {
			r.problem(source, e)
		}
		return
	}
	r.Problems = append(r.Problems, Problem{source, redacted(err.Error())})
}

// fromFile reads the file. A key may be another command's flag, but no one's is a
// mistake.
func (r *Result) fromFile(q Question, flags map[string]*kong.Flag) map[string]given {
	values := map[string]given{}
	if q.File == "" {
		return values
	}
	f, err := readFile(q.File)
	if err != nil {
		r.problem("", err)
		return values
	}
	known := flagNames(q.App)
	for _, key := range f.keys() {
		if err := isFlag(key, known); err != nil {
			r.problem(f.at(key), err)
			continue
		}
		flag, ok := flags[key]
		if !ok {
			continue
		}
		switch words, err := f.words(flag); {
		case err != nil:
			r.problem(f.at(key), fmt.Errorf("--%s: %w", key, err))
		case isList(f.entries[key].value):
			values[key] = given{words, true, f.at(key)}
		case len(words) > 0:
			values[key] = text(flag, words[0], f.at(key))
		}
	}
	return values
}

func (r *Result) fromEnvironment(flags map[string]*kong.Flag) map[string]given {
	values := map[string]given{}
	var known []string
	for name, flag := range flags {
		known = append(known, flag.Envs...)
		for _, variable := range flag.Envs {
			if value, ok := os.LookupEnv(variable); ok {
				values[name] = text(flag, value, variable)
			}
		}
	}
	// Of variables that we do not know, some are others' and some are misspelled.
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix+"_") || slices.Contains(known, name) {
			continue
		}
		if meant := nearest.Name(name, known); meant != "" {
			r.Notes = append(r.Notes, fmt.Sprintf("%s is not read; did you mean %s?", name, meant))
		}
	}
	return values
}

func (r *Result) fromArgs(args []string, flags map[string]*kong.Flag) map[string]given {
	values := map[string]given{}
	for len(args) > 0 {
		word, value, hasValue := strings.Cut(args[0], "=")
		args = args[1:]
		name, isLong := strings.CutPrefix(word, "--")
		flag, known := flags[name]
		switch {
		case !isLong:
			r.problem("", fmt.Errorf("unexpected argument %s", word))
			continue
		case !known:
			r.problem("", isFlag(name, slices.Sorted(maps.Keys(flags))))
			continue
		case !hasValue && flag.IsBool():
			value = "true"
		case !hasValue && len(args) == 0:
			r.problem(word, errors.New("needs a value"))
			continue
		case !hasValue:
			value, args = args[0], args[1:]
		}
		more := text(flag, value, word)
		if more.list {
			more.words = append(values[name].words, more.words...)
		}
		values[name] = more
	}
	return values
}

// args is the command line that gives the flag these values.
func (g given) args(name string) []string {
	args := make([]string, len(g.words))
	for i, word := range g.words {
		if g.list {
			word = strings.ReplaceAll(word, ",", `\,`)
		}
		args[i] = "--" + name + "=" + word
	}
	return args
}

// try parses a command line alone: without the environment, and without a file.
func try(command any, args []string) error {
	parser, err := kong.New(command)
	if err == nil {
		_, err = parser.Parse(args)
	}
	var parse *kong.ParseError
	if errors.As(err, &parse) { // its text is that of its cause
		return errors.Unwrap(parse)
	}
	return err
}

// settings are the values that the command has now.
func settings(command any, values map[string]given) ([]Setting, error) {
	parser, err := kong.New(command) // for the names: it changes no value
	if err != nil {
		return nil, fmt.Errorf("flags of the command: %w", err)
	}
	var all []Setting
	for _, f := range parser.Model.Flags {
		if f.Name == "help" {
			continue
		}
		source := "default"
		if g, ok := values[f.Name]; ok {
			source = g.source
		}
		all = append(all, Setting{Flag: f.Name, Value: shown(f.Target), Source: source})
	}
	slices.SortFunc(all, func(a, b Setting) int { return strings.Compare(a.Flag, b.Flag) })
	return all, nil
}

// shown is a value as the file would have it, without passwords.
func shown(v reflect.Value) string {
	if v.Kind() != reflect.Slice {
		return scalar(fmt.Sprint(v.Interface()))
	}
	words := make([]string, v.Len())
	for i := range words {
		words[i] = scalar(fmt.Sprint(v.Index(i).Interface()))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

var (
	// password is what an address has between its user and its host.
	password = regexp.MustCompile(`(://[^/@:\s]*:)[^/@\s]*@`)
	// plainScalar is what YAML takes for that text, or for that number.
	plainScalar = regexp.MustCompile(`^[A-Za-z0-9/.][A-Za-z0-9/._+-]*(:[A-Za-z0-9/._+-]+)*$`)
)

func redacted(text string) string { return password.ReplaceAllString(text, "${1}REDACTED@") }

func scalar(text string) string {
	text = redacted(text)
	if plainScalar.MatchString(text) {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
