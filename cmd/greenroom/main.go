// Command greenroom is a registry for commercetools connectors: one binary that
// serves the API, validates connectors on a laptop, and shows how it works.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/greenroom-registry/greenroom/internal/config"
)

// The exit codes of every command.
const (
	exitOK    = 0
	exitFound = 1 // validate: some finding is an Error; doctor: any
	exitError = 2 // the command could not run
)

type commands struct {
	Config config.File `placeholder:"FILE" help:"YAML file whose keys are names of flags."`

	Demo       demoCommand       `cmd:"" help:"Show everything once: connectors from draft to production, with nothing to set up."`
	Dev        devCommand        `cmd:"" help:"Run a local API for development, with a client dev / dev."`
	Serve      serveCommand      `cmd:"" help:"Run the server."`
	Validate   validateCommand   `cmd:"" help:"Judge connectors on this machine as preview and publish will."`
	Draft      draftCommand      `cmd:"" help:"Work with drafts on a server."`
	Connector  connectorCommand  `cmd:"" help:"Find production Connectors on a server."`
	Review     reviewCommand     `cmd:"" help:"Certify connectors."`
	Client     clientCommand     `cmd:"" help:"Make, list and revoke API clients."`
	Credential credentialCommand `cmd:"" help:"Open private repositories to projects."`
	KnownHosts knownHostsCommand `cmd:"" help:"Say which SSH host keys are the right ones."`
	Backup     backupCommand     `cmd:"" help:"Write the data to one file, also while a server runs."`
	Restore    restoreCommand    `cmd:"" help:"Put a backup into an empty data directory."`
	Doctor     doctorCommand     `cmd:"" help:"Examine the database, and mend what can be recomputed."`
	Settings   configCommand     `cmd:"" name:"config" help:"Look at the configuration."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// streams are what a command reads and writes.
type streams struct{ out, err io.Writer }

// exitCode ends a command that has said all there is to say.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr}))
}

func run(ctx context.Context, args []string, io streams) int {
	var c commands
	exited := false
	parser, err := kong.New(&c,
		kong.Name("greenroom"),
		kong.Description("A registry for commercetools connectors. https://github.com/greenroom-registry/greenroom"),
		kong.DefaultEnvars("GREENROOM"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(io.out, io.err),
		kong.Exit(func(int) { exited = true }), // only --help asks for it
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
	)
	if err != nil {
		return ended(io, err)
	}
	parsed, err := parser.Parse(args)
	if exited {
		return exitOK
	}
	if err != nil {
		return ended(io, fmt.Errorf("%w\nRun greenroom --help for the commands, greenroom COMMAND --help for its flags", err))
	}
	return ended(io, parsed.Run())
}

// ended prints an error for a person and returns the exit code.
func ended(io streams, err error) int {
	var code exitCode
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	default:
		fmt.Fprintf(io.err, "greenroom: %v\n", err)
		return exitError
	}
}
