package main

import (
	"context"
	"fmt"

	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/report"
)

type draftReportCommand struct {
	namedDraft
	reportForm
	RunID string `name:"run" placeholder:"ID" help:"Of which run. Default: the latest."`
}

// Run prints the report of a run that has ended. It ends with exit code 1 when the
// connector is not valid, as validate does.
func (c *draftReportCommand) Run(ctx context.Context, io streams) error {
	server, ref := c.client(), refOf(c.Ref)
	run := c.RunID
	if run == "" {
		latest, err := server.LatestRun(ctx, ref)
		if err != nil {
			return explained(err)
		}
		run = latest.ID
	}
	found, err := server.RunReport(ctx, ref, run)
	if err != nil {
		return explained(err)
	}
	text, err := c.text(ctx, io, server, ref, run, report.Subject{Path: c.Ref, Report: found})
	if err != nil {
		return explained(err)
	}
	if _, err := io.out.Write(text); err != nil {
		return fmt.Errorf("write the report of %s: %w", c.Ref, err)
	}
	if !found.Valid {
		return exitCode(exitFound)
	}
	return nil
}

// text is the report in the form that was asked for; what the server can render is
// the server's, which knows the repository.
func (c *draftReportCommand) text(ctx context.Context, io streams, server *client.Client, ref client.Ref, run string, s report.Subject) ([]byte, error) {
	switch {
	case c.SARIF:
		return server.RunReportSARIF(ctx, ref, run)
	case c.Markdown:
		return server.RunReportMarkdown(ctx, ref, run)
	case c.JSON:
		text, err := report.JSON(s.Report)
		return append(text, '\n'), err
	case c.GitHub:
		return []byte(report.GitHub(s)), nil
	default:
		return []byte(report.Text(s, report.TextOptions{Color: takesColor(io.out)})), nil
	}
}
