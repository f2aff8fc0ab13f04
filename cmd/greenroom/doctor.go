package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/doctor"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

type doctorCommand struct {
	config.Data
	Fix  bool `help:"Mend what can be recomputed. No server may run meanwhile."`
	JSON bool `help:"Print one JSON object a line for each finding."`
}

// Run examines the database. Exit 0: all is as it must be; 1: something is not, or
// was not.
func (c *doctorCommand) Run(ctx context.Context, io streams) error {
	r, err := doctor.Examine(ctx, doctor.Options{DataDir: c.Data.Data, Fix: c.Fix, Now: time.Now})
	switch {
	case errors.Is(err, sqlstore.ErrOlderSchema):
		return fmt.Errorf("%w: start this version once, or examine it with --fix, to bring it up to date", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("examine %s: %w; say with --data where the database is", c.Data.Data, err)
	case err != nil:
		return err
	}
	mended := 0
	for _, f := range r.Findings {
		if f.Mended {
			mended++
		}
		if err := c.print(io, f); err != nil {
			return err
		}
	}
	if !c.JSON {
		fmt.Fprintln(io.out, summary(r, mended))
		if n := len(r.Findings) - mended; n > 0 && !c.Fix {
			fmt.Fprintln(io.out, "Stop the server and run it again with --fix to mend what can be.")
		}
	}
	if len(r.Findings) > 0 {
		return exitCode(exitFound)
	}
	return nil
}

func (c *doctorCommand) print(io streams, f doctor.Finding) error {
	if c.JSON {
		return json.NewEncoder(io.out).Encode(f)
	}
	end := ""
	switch {
	case f.Mended:
		end = ": mended"
	case f.Advice != "":
		end = ": " + f.Advice
	}
	name := f.What
	if f.ID != "" {
		name += " " + f.ID
	}
	_, err := fmt.Fprintf(io.out, "%s: %s%s\n", name, f.Problem, end)
	return err
}

func summary(r doctor.Result, mended int) string {
	text := "examined " + holds(r.Contents) + ": "
	if len(r.Findings) == 0 {
		return text + "all is as it must be"
	}
	return text + fmt.Sprintf("%d found, %d mended", len(r.Findings), mended)
}
