// Package config holds what an operator can set, as flags that several commands
// share, and reads the configuration file. A flag beats the environment
// (GREENROOM_…), and that beats the file.
package config

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"

	"github.com/greenroom-registry/greenroom/internal/nearest"
)

// File is the flag --config: the path of a YAML file whose keys are the names of
// flags.
//
//	listen: 0.0.0.0:8080
//	allow-repository-host: [git.example.com]
type File string

// Unread is the tag of a command for which the file is not read: it reads it
// itself.
const Unread = "unread"

// BeforeResolve reads the file and makes its keys the values of flags that were
// not given.
func (File) BeforeResolve(ctx *kong.Context, flag *kong.Path) error {
	// The receiver does not have a value of the command line yet.
	path := string(ctx.FlagValue(flag.Flag).(File))
	if command := ctx.Selected(); path == "" || command != nil && command.Tag.Has(Unread) {
		return nil
	}
	f, err := readFile(path)
	if err != nil {
		return err
	}
	if err := f.Validate(ctx.Model); err != nil {
		return err
	}
	ctx.AddResolver(f)
	return nil
}

// file is a configuration file.
type file struct {
	path    string
	entries map[string]entry // by key
}

// entry is what a file says about one flag.
type entry struct {
	line  int
	value any
}

func readFile(path string) (*file, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration file: %w", err)
	}
	values, document := map[string]any{}, yaml.Node{}
	err = yaml.Unmarshal(text, &values)
	if err == nil {
		err = yaml.Unmarshal(text, &document)
	}
	if err != nil {
		return nil, fmt.Errorf("configuration file %s: %w", path, err)
	}
	f := &file{path: path, entries: make(map[string]entry, len(values))}
	for key, value := range values {
		f.entries[key] = entry{line: lineOf(key, &document), value: value}
	}
	return f, nil
}

// lineOf is the line of the document's key.
func lineOf(key string, document *yaml.Node) int {
	for _, mapping := range document.Content {
		for i := 0; i+1 < len(mapping.Content); i += 2 {
			if mapping.Content[i].Value == key {
				return mapping.Content[i].Line
			}
		}
	}
	return document.Line
}

// at says where the file has the key.
func (f *file) at(key string) string { return fmt.Sprintf("%s:%d", f.path, f.entries[key].line) }

// keys are those of the file, in the order of its lines.
func (f *file) keys() []string {
	keys := make([]string, 0, len(f.entries))
	for key := range f.entries {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return f.entries[a].line - f.entries[b].line })
	return keys
}

// Validate refuses keys that are the name of no flag, of whatever command: one
// file serves them all.
func (f *file) Validate(app *kong.Application) error {
	known := flagNames(app)
	var errs []error
	for _, key := range f.keys() {
		if err := isFlag(key, known); err != nil {
			errs = append(errs, fmt.Errorf("configuration file %s: %w", f.at(key), err))
		}
	}
	return errors.Join(errs...)
}

// isFlag returns an error that says what was meant by a name that is no flag's.
func isFlag(name string, known []string) error {
	if slices.Contains(known, name) {
		return nil
	}
	if meant := nearest.Name(name, known); meant != "" {
		return fmt.Errorf("there is no flag --%s; did you mean %s?", name, meant)
	}
	return fmt.Errorf("there is no flag --%s", name)
}

// flagNames are the names of all flags of all commands.
func flagNames(app *kong.Application) []string {
	var names []string
	collect(app.Node, &names)
	return names
}

func collect(n *kong.Node, names *[]string) {
	for _, f := range n.Flags {
		*names = append(*names, f.Name)
	}
	for _, child := range n.Children {
		collect(child, names)
	}
}

// Resolve gives a flag its value of the file, unless the environment has one.
func (f *file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return nil, nil
		}
	}
	words, err := f.words(flag)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w in the configuration file %s", err, f.at(flag.Name))
	case len(words) == 0:
		return nil, nil
	case isList(f.entries[flag.Name].value):
		list := make([]any, len(words))
		for i, w := range words {
			list[i] = w
		}
		return list, nil
	default:
		return words[0], nil
	}
}

func isList(value any) bool {
	_, ok := value.([]any)
	return ok
}

// words are what the file gives the flag, none where it gives nothing.
func (f *file) words(flag *kong.Flag) ([]string, error) {
	switch v := f.entries[flag.Name].value.(type) {
	case nil:
		return nil, nil
	case []any:
		if !flag.IsSlice() {
			return nil, errors.New("must be one value")
		}
		words := make([]string, len(v))
		for i, e := range v {
			words[i] = fmt.Sprint(e)
		}
		return words, nil
	case map[string]any:
		return nil, errors.New("must be a value or a list of values")
	default:
		return []string{fmt.Sprint(v)}, nil
	}
}
