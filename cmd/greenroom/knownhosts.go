package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/store"
)

type knownHostsCommand struct {
	Add    knownHostsAddCommand    `cmd:"" help:"Add host keys that SSH may meet."`
	List   knownHostsListCommand   `cmd:"" help:"List the host keys that were added."`
	Remove knownHostsRemoveCommand `cmd:"" help:"Remove all host keys of a host."`
}

type knownHostsAddCommand struct {
	config.Data
	Lines []string `arg:"" optional:"" name:"host-key-line" help:"Line of a known_hosts file: HOST TYPE KEY."`
	File  string   `type:"path" placeholder:"FILE" help:"Known_hosts file whose lines are added."`
}

// Run adds all lines, or none when one of them is wrong.
func (c *knownHostsAddCommand) Run(ctx context.Context, io streams) error {
	text := []byte(strings.Join(c.Lines, "\n") + "\n")
	if c.File != "" {
		file, err := readBounded(c.File)
		if err != nil {
			return fmt.Errorf("--file: %w", err)
		}
		text = append(text, file...)
	}
	hosts, err := credential.ReadKnownHosts(text)
	if err != nil {
		return err
	}
	return withCredentials(ctx, c.Data.Data, func(s *credential.Service, _ store.Credentials) error {
		if err := s.AddKnownHosts(ctx, hosts); err != nil {
			return err
		}
		_, err := fmt.Fprintf(io.out, "added %d\n", len(hosts))
		return err
	})
}

type knownHostsListCommand struct{ config.Data }

// Run prints the lines of a known_hosts file.
func (c *knownHostsListCommand) Run(ctx context.Context, io streams) error {
	return withCredentials(ctx, c.Data.Data, func(s *credential.Service, _ store.Credentials) error {
		lines, err := s.KnownHosts(ctx)
		if err != nil {
			return err
		}
		_, err = io.out.Write(lines)
		return err
	})
}

type knownHostsRemoveCommand struct {
	config.Data
	Host string `arg:"" help:"HOST, or [HOST]:PORT, as known-hosts list prints it."`
}

// Run removes the host's keys.
func (c *knownHostsRemoveCommand) Run(ctx context.Context, io streams) error {
	return withCredentials(ctx, c.Data.Data, func(_ *credential.Service, rows store.Credentials) error {
		err := rows.RemoveKnownHost(ctx, c.Host)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no host key of %s; greenroom known-hosts list shows them", c.Host)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "removed %s\n", c.Host)
		return err
	})
}
