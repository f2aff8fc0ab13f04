package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/server"
)

type configCommand struct {
	Check configCheckCommand `cmd:"" passthrough:"" unread:"" help:"Say what greenroom serve would be told by flags, environment and file, and everything that is wrong with it."`
}

type configCheckCommand struct {
	Args []string `arg:"" optional:"" name:"flags" help:"Flags of greenroom serve."`
}

// Run prints the configuration in the form of a file, or what is wrong with it.
func (c *configCheckCommand) Run(k *kong.Context, io streams) error {
	if slices.Contains(c.Args, "--help") || slices.Contains(c.Args, "-h") {
		return c.help(io)
	}
	file, args := configFile(k, c.Args)
	result, err := config.Check(config.Question{
		Args: args,
		File: file,
		App:  k.Model,
		New:  func() any { return &serveCommand{} },
	})
	if err != nil {
		return err
	}
	for _, note := range result.Notes {
		fmt.Fprintf(io.err, "note: %s\n", note)
	}
	if len(result.Problems) > 0 {
		for _, p := range result.Problems {
			fmt.Fprintln(io.err, p)
		}
		return exitCode(exitError)
	}
	for _, s := range result.Settings {
		fmt.Fprintf(io.out, "%-40s  # %s\n", s.Flag+": "+s.Value, s.Source)
	}
	return nil
}

// configFile is the file that --config names, behind the command, before it or in
// the environment, and the other arguments.
func configFile(k *kong.Context, args []string) (file string, others []string) {
	for _, f := range k.Model.Flags {
		if f.Name == "config" {
			file = string(k.FlagValue(f).(config.File))
		}
	}
	for i := 0; i < len(args); i++ {
		switch value, ok := strings.CutPrefix(args[i], "--config="); {
		case ok:
			file = value
		case args[i] == "--config" && i+1 < len(args):
			i++
			file = args[i]
		default:
			others = append(others, args[i])
		}
	}
	return file, others
}

func (c *configCheckCommand) help(io streams) error {
	parser, err := kong.New(&struct {
		Config string `placeholder:"FILE" help:"YAML file whose keys are names of flags."`
		serveCommand
	}{},
		kong.Name("greenroom config check"),
		kong.Description("Say what greenroom serve would be told by flags, environment and file, and everything that is wrong with it."),
		kong.DefaultEnvars("GREENROOM"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(io.out, io.err),
		kong.Exit(func(int) {}),
	)
	if err != nil {
		return err
	}
	_, err = parser.Parse([]string{"--help"})
	return err
}

// Conflicts returns what keeps a server with these flags from starting, of what
// can be known before.
func (c *serveCommand) Conflicts() error {
	err := conflicts(c.Server, c.Region)
	if c.TLSCert != "" && c.TLSKey != "" {
		_, unusable := server.ReadCertificate(c.TLSCert, c.TLSKey)
		err = errors.Join(err, unusable)
	}
	return err
}
