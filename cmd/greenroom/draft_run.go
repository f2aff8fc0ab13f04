package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/report"
)

// awaited is whether a command waits for the run that it sets off.
type awaited struct {
	patient
	Wait bool `help:"Show how far it is until it ends, and exit with 1 when that is a bad end."`
}

// patient is how long a command waits for a run.
type patient struct {
	Timeout time.Duration `default:"15m" help:"How long to wait. Default: ${default}."`
}

type draftPreviewCommand struct {
	namedDraft
	awaited
	shown
}

// Run asks for the preview.
func (c *draftPreviewCommand) Run(ctx context.Context, io streams) error {
	return c.setOff(ctx, io, waited{c.namedDraft, c.patient, c.shown}, api.UpdatePreviewable())
}

type draftPublishCommand struct {
	namedDraft
	awaited
	shown
	Certification bool `help:"Publish for everybody, after a review."`
}

// Run asks for the publish.
func (c *draftPublishCommand) Run(ctx context.Context, io streams) error {
	return c.setOff(ctx, io, waited{c.namedDraft, c.patient, c.shown}, api.Publish(c.Certification))
}

// setOff starts a run and, if that was asked for, waits for it.
func (a awaited) setOff(ctx context.Context, io streams, w waited, action api.UpdateAction) error {
	server, ref := w.client(), refOf(w.Ref)
	if _, err := act(ctx, server, ref, 0, action); err != nil {
		return err
	}
	run, err := server.LatestRun(ctx, ref)
	if err != nil {
		return explained(err)
	}
	if !w.JSON || !a.Wait {
		if err := w.show(io.out, run, func() string { return runText(run) }); err != nil {
			return err
		}
	}
	if !a.Wait {
		return nil
	}
	return w.wait(ctx, io, run)
}

func runText(run api.Run) string {
	return fmt.Sprintf("%s of %s at %s: run %s\n", run.Kind, run.Repository.URL, run.Repository.Tag, run.ID)
}

type draftWaitCommand struct{ waited }

// Run waits for the latest run.
func (c *draftWaitCommand) Run(ctx context.Context, io streams) error {
	run, err := c.client().LatestRun(ctx, refOf(c.Ref))
	if err != nil {
		return explained(err)
	}
	if !c.JSON {
		fmt.Fprint(io.out, runText(run))
	}
	return c.wait(ctx, io, run)
}

// waited is a wait for a run of a draft.
type waited struct {
	namedDraft
	patient
	shown
}

// wait tells of a run until it ends, and then of what it found and how it ended: on
// the standard output in words or as JSON, what people are told beside that on the
// other one.
func (w waited) wait(ctx context.Context, io streams, run api.Run) error {
	server, ref := w.client(), refOf(w.Ref)
	watching, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	p := newProgress(io.err)
	run, err := server.WatchRun(watching, ref, run.ID, p.tell)
	p.end(run)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("stopped waiting; the run goes on: greenroom draft wait %[1]s shows its end, greenroom draft cancel %[1]s takes it back", w.Ref)
	case errors.Is(watching.Err(), context.DeadlineExceeded):
		return fmt.Errorf("the run has not ended within %s, and goes on: greenroom draft wait %s shows its end", w.Timeout, w.Ref)
	case err != nil:
		return fmt.Errorf("wait for the run, which goes on: %w", explained(err))
	}
	return w.result(ctx, io, run)
}

// result shows a run that has ended, and returns the exit code of its end.
func (w waited) result(ctx context.Context, io streams, run api.Run) error {
	var found api.Report
	if run.State != "cancelled" { // then there is none
		var err error
		if found, err = w.client().RunReport(ctx, refOf(w.Ref), run.ID); err != nil {
			return fmt.Errorf("the %s has %s, but its report cannot be read: %w", run.Kind, run.State, explained(err))
		}
	}
	findings := io.out
	if w.JSON {
		findings = io.err
	}
	fmt.Fprint(findings, report.TextOfFindings(found.Findings, report.TextOptions{Color: takesColor(findings)}))
	if err := w.show(io.out, run, func() string { return w.verdict(run, found) }); err != nil {
		return err
	}
	if run.State != "succeeded" {
		return exitCode(exitFound)
	}
	return nil
}

// verdict is how a run ended, and where everything that it found is to be read.
func (w waited) verdict(run api.Run, found api.Report) string {
	text := run.Kind + " " + run.State
	if run.Commit != "" {
		text += " at commit " + run.Commit
	}
	if counts := report.Counts(found.Findings); counts != "" {
		text += " (" + counts + ")"
	}
	if run.State == "cancelled" {
		return text + "\n"
	}
	return fmt.Sprintf("%s\nreport: %s/x/v1/drafts/%s/runs/%s/report\n", text, strings.TrimRight(w.URL, "/"), run.DraftID, run.ID)
}

type draftCancelCommand struct {
	namedDraft
	shown
}

// Run cancels the latest run.
func (c *draftCancelCommand) Run(ctx context.Context, io streams) error {
	server, ref := c.client(), refOf(c.Ref)
	run, err := server.LatestRun(ctx, ref)
	if err == nil {
		run, err = server.CancelRun(ctx, ref, run.ID)
	}
	if err != nil {
		return explained(err)
	}
	return c.show(io.out, run, func() string { return "cancelled the " + runText(run) })
}

type draftRunsCommand struct {
	namedDraft
	shown
	Limit  int `default:"20" help:"How many, at most 500. Default: ${default}."`
	Offset int `help:"How many to leave out first."`
}

// Run lists the runs.
func (c *draftRunsCommand) Run(ctx context.Context, io streams) error {
	page, err := c.client().Runs(ctx, refOf(c.Ref), client.List{Limit: c.Limit, Offset: c.Offset})
	if err != nil {
		return explained(err)
	}
	return c.show(io.out, page, func() string {
		var text strings.Builder
		table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "KIND\tSTATE\tTAG\tCOMMIT\tASKED\tID")
		for _, r := range page.Results {
			fmt.Fprintf(table, "%s\t%s\t%s\t%.12s\t%s\t%s\n", r.Kind, r.State, r.Repository.Tag, r.Commit, r.CreatedAt.Format(time.RFC3339), r.ID)
		}
		_ = table.Flush() // into memory
		fmt.Fprintf(&text, "%d of %d\n", page.Count, page.Total)
		return text.String()
	})
}
