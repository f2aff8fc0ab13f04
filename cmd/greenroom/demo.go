package main

import (
	"context"

	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/demo"
)

type demoCommand struct {
	Keep bool `help:"Leave the server up until Ctrl-C."`
}

// Run shows the demo.
func (c *demoCommand) Run(ctx context.Context, io streams) error {
	log, err := config.Log{LogLevel: "error"}.Logger(io.err)
	if err != nil {
		return err
	}
	return demo.Run(ctx, demo.Options{Out: io.out, Keep: c.Keep, Log: log})
}
