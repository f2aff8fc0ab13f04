// Package config holds what an operator can set, as flags that several commands
// share, and reads the configuration file. A flag beats the environment
// (GREENROOM_…), and that beats the file.
package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"
)

// File is the flag --config: the path of a YAML file whose keys are the names of
// flags.
//
//	listen: 0.0.0.0:8080
//	allow-repository-host: [git.example.com]
type File string

// BeforeResolve reads the file and makes its keys the values of flags that were
// not given.
func (f File) BeforeResolve(_ *kong.Kong, ctx *kong.Context, _ *kong.Path) error {
	if f == "" {
		return nil
	}
	text, err := os.ReadFile(string(f))
	if err != nil {
		return fmt.Errorf("read the configuration file: %w", err)
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(text, &values); err != nil {
		return fmt.Errorf("configuration file %s: %w", f, err)
	}
	r := fileResolver{path: string(f), values: values}
	if err := r.Validate(ctx.Model); err != nil {
		return err
	}
	ctx.AddResolver(r)
	return nil
}

type fileResolver struct {
	path   string
	values map[string]any
}

// Validate refuses keys that are the name of no flag, of whatever command: one
// file serves them all.
func (r fileResolver) Validate(app *kong.Application) error {
	var known []string
	collect(app.Node, &known)
	for _, key := range slices.Sorted(maps.Keys(r.values)) {
		if !slices.Contains(known, key) {
			return fmt.Errorf("configuration file %s: there is no flag --%s", r.path, key)
		}
	}
	return nil
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
func (r fileResolver) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, ok := os.LookupEnv(name); ok {
			return nil, nil
		}
	}
	switch v := r.values[flag.Name].(type) {
	case nil:
		return nil, nil
	case []any:
		words := make([]string, len(v))
		for i, e := range v {
			words[i] = fmt.Sprint(e)
		}
		return strings.Join(words, ","), nil
	case map[string]any:
		return nil, errors.New("must be a value or a list of values in the configuration file")
	default:
		return fmt.Sprint(v), nil
	}
}
