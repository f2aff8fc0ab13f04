// Package config holds what an operator can set, as flags that several commands
// share, and reads the configuration file. A flag beats the environment
// (GREENROOM_…), and that beats the file.
package config

import (
	"fmt"
	"maps"
	"os"
	"slices"

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
func (File) BeforeResolve(ctx *kong.Context, flag *kong.Path) error {
	// The receiver does not have a value of the command line yet.
	path := string(ctx.FlagValue(flag.Flag).(File))
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the configuration file: %w", err)
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(text, &values); err != nil {
		return fmt.Errorf("configuration file %s: %w", path, err)
	}
	r := fileResolver{path: path, values: values}
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
		if !flag.IsSlice() {
			return nil, fmt.Errorf("must be one value in the configuration file %s", r.path)
		}
		words := make([]any, len(v))
		for i, e := range v {
			words[i] = fmt.Sprint(e)
		}
		return words, nil
	case map[string]any:
		return nil, fmt.Errorf("must be a value or a list of values in the configuration file %s", r.path)
	default:
		return fmt.Sprint(v), nil
	}
}
