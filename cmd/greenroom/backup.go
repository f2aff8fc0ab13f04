package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/greenroom-registry/greenroom/internal/backup"
	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

// tellEvery is how often a person is told how far a copy is.
const tellEvery = 2 * time.Second

type backupCommand struct {
	config.Data
	File  string `arg:"" type:"path" help:"The backup to write. Whoever can read it can open the credentials in it."`
	Force bool   `help:"Replace the file if it is there."`
}

// Run writes the backup and says what is in it.
func (c *backupCommand) Run(ctx context.Context, io streams) error {
	told := time.Now()
	m, err := backup.Write(ctx, backup.WriteOptions{
		DataDir: c.Data.Data,
		File:    c.File,
		Force:   c.Force,
		Version: version(),
		Now:     time.Now,
		Progress: func(done, total int) {
			if time.Since(told) >= tellEvery {
				told = time.Now()
				fmt.Fprintf(io.err, "%d of %d pages of the database are copied\n", done, total)
			}
		},
	})
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("back up %s: %w; say with --data where the database is", c.Data.Data, err)
	}
	if err != nil {
		return err
	}
	if m.LacksKey() {
		fmt.Fprintf(io.err, "note: the key of the credentials is not in %s, so it is not in the backup either\n", c.Data.Data)
	}
	_, err = fmt.Fprintf(io.out, "backed up to %s: %s\n", c.File, holds(m.Contents))
	return err
}

type restoreCommand struct {
	config.Data
	File string `arg:"" type:"path" help:"The backup."`
}

// Run puts the backup into an empty data directory.
func (c *restoreCommand) Run(ctx context.Context, io streams) error {
	m, err := backup.Restore(ctx, c.File, c.Data.Data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.out, "restored to %s: %s\nThe backup was made at %s by version %s.\n",
		c.Data.Data, holds(m.Contents), m.CreatedAt.Format(time.RFC3339), m.Version)
	return err
}

// holds says what is in a database, for a person.
func holds(c sqlstore.Contents) string {
	text := fmt.Sprintf("%s, %s, %s, %s, %s", counted(c.Drafts, "draft"), counted(c.Connectors, "Connector"),
		counted(c.Runs, "run"), counted(c.Clients, "client"), counted(c.Credentials, "credential"))
	if !c.LastChange.IsZero() {
		text += "; last change " + c.LastChange.Format(time.RFC3339)
	}
	return text
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
