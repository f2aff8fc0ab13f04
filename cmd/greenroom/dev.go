package main

import (
	"context"
	"fmt"
	"time"

	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/config"
)

// The client of a development server, which everybody knows.
const (
	devClient  = "dev"
	devSecret  = "dev"
	devProject = "dev"
)

type devCommand struct {
	config.Server
	config.Region
	LogLevel string `default:"warn" enum:"debug,info,warn,error" help:"Least level that is logged: debug, info, warn or error. Default: ${default}."`
	Listen   string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on, of this machine alone. Default: ${default}."`
}

// Run serves until it is told to stop.
func (c *devCommand) Run(ctx context.Context, io streams) error {
	if err := onlyLoopback(c.Listen); err != nil {
		return err
	}
	log, err := config.Log{LogLevel: c.LogLevel}.Logger(io.err)
	if err != nil {
		return err
	}
	s, err := openServer(ctx, c.Server, c.Region, c.Listen, log, true)
	if err != nil {
		return err
	}
	project := c.Region.Region + ":" + devProject
	_, err = auth.PutClient(ctx, s.Store(), devClient, devSecret, project, []auth.Scope{auth.ManageProject}, time.Now())
	if err != nil {
		return closing(s, err)
	}
	if _, err := fmt.Fprint(io.out, welcome(s.URL(), c.Data.Data, project)); err != nil {
		return closing(s, err)
	}
	return s.Run(ctx)
}
