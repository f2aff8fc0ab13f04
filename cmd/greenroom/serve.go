package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/server"
)

type serveCommand struct {
	config.Server
	config.Region
	config.Log
	Listen string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on. Default: ${default}."`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, io streams) error {
	log, err := c.Logger(io.err)
	if err != nil {
		return err
	}
	s, err := openServer(ctx, c.Server, c.Region, c.Listen, log, false)
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "listening", "url", s.URL(), "version", version(), "region", c.Region.Region, "data", c.Data.Data)
	if admin := s.AdminURL(); admin != "" {
		log.InfoContext(ctx, "metrics, health and profiling", "url", admin)
	}
	return s.Run(ctx)
}

// openServer makes a server of the flags; development servers also read
// repositories of this machine.
func openServer(ctx context.Context, c config.Server, r config.Region, listen string, log *slog.Logger, development bool) (*server.Server, error) {
	if err := conflicts(c, r); err != nil {
		return nil, err
	}
	repositories, err := c.Options()
	if err != nil {
		return nil, err
	}
	repositories.KnownHosts = c.SSHKnownHosts
	repositories.AllowLoopbackHTTPAndFile = development
	proxies, err := c.Proxies()
	if err != nil {
		return nil, err
	}
	return server.Open(ctx, server.Options{
		Listen:       listen,
		DataDir:      c.Data.Data,
		Regions:      c.AllRegions(),
		Repositories: repositories,
		ResolveTTL:   c.ResolveTTL,
		Workers:      c.Workers,
		KeepRuns:     time.Duration(c.KeepRuns),
		PublicURL:    c.PublicURL,
		ReportOwnURL: development,
		TLSCert:      c.TLSCert,
		TLSKey:       c.TLSKey,
		Proxies:      proxies,
		AdminListen:  c.AdminListen,
		Version:      version(),
		Log:          log,
	})
}

// conflicts returns what of the flags does not go together.
func conflicts(c config.Server, r config.Region) error {
	errs := []error{c.Conflicts()}
	if regions := c.AllRegions(); !slices.Contains(regions, r.Region) {
		errs = append(errs, fmt.Errorf("--region %s must be one of --regions: %s", r.Region, strings.Join(regions, ", ")))
	}
	return errors.Join(errs...)
}
