// Package demo is the main job once: a server on a free port with a temporary
// database, real Git repositories, and connectors on their way from draft to
// production, through the API as any client would do it.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/report"
	"github.com/greenroom-registry/greenroom/internal/server"
)

// patience bounds the demo; it takes well under a second on a quiet machine.
const patience = time.Minute

// margin is how far the lines of a report stand to the right.
const margin = "           "

const project = "europe-west1.gcp:demo"

// Options of a demo.
type Options struct {
	Out io.Writer
	// Keep leaves the server up until the context ends.
	Keep bool
	// Log is the server's.
	Log *slog.Logger
}

// Run shows the demo. It returns an error when anything goes otherwise than it
// should, and leaves nothing behind.
func Run(ctx context.Context, o Options) (err error) {
	dir, err := os.MkdirTemp("", "greenroom-demo-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	d := &demo{dir: dir, timeline: timeline{out: o.Out, start: time.Now()}}
	d.printf("Greenroom: connectors from draft to production.\n\n")
	d.doing("server")
	s, err := server.Open(ctx, server.Options{
		Listen:       "127.0.0.1:0",
		DataDir:      filepath.Join(dir, "data"),
		Regions:      api.DefaultRegions,
		Repositories: gitsource.Options{AllowLoopbackHTTPAndFile: true, ScratchDir: dir},
		Workers:      2,
		Log:          o.Log,
	})
	if err != nil {
		return err
	}
	made, secret, err := auth.NewClient(ctx, s.Store(), project, []auth.Scope{auth.ManageProject}, time.Now())
	if err != nil {
		return errors.Join(err, s.Close())
	}
	d.client = client.New(client.Options{URL: s.URL(), ID: made.ID, Secret: secret})

	serving, stop := context.WithCancel(ctx)
	defer stop()
	stopped := make(chan error, 1)
	go func() { stopped <- s.Run(serving) }()
	d.done("listens on %s, temporary database", s.URL())

	err = d.show(ctx)
	if err == nil && o.Keep {
		d.printf("\nThe server stays up. Client %s, secret %s, project %s.\nStop with Ctrl-C.\n", made.ID, secret, project)
		<-ctx.Done()
	}
	stop()
	return errors.Join(err, d.err, <-stopped)
}

// demo is one run of the demo.
type demo struct {
	timeline
	dir    string
	client *client.Client
}

func (d *demo) show(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	all := connectors.All()
	for i, c := range all {
		draft, err := d.create(ctx, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		run, err := d.preview(ctx, draft, c)
		if err == nil && c.Flawed {
			err = d.report(ctx, draft, run)
		}
		if err == nil && i == 0 {
			err = d.publish(ctx, draft)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	d.printf("\n%d drafts, %d previews, 1 production Connector.\n", len(all), len(all))
	return nil
}

// create makes the connector's repository and its draft.
func (d *demo) create(ctx context.Context, c connectors.Connector) (api.ConnectorStaged, error) {
	d.printf("\n%s\n", c.Title)
	d.doing("repository")
	repository, err := MakeRepository(ctx, filepath.Join(d.dir, c.Name+".git"), c.Files, c.Tag)
	if err != nil {
		return api.ConnectorStaged{}, err
	}
	d.done("%d files, tag %s", repository.Files, c.Tag)

	d.doing("draft")
	body := api.ConnectorStagedDraft{
		Key:         c.Name,
		Name:        c.Title,
		Description: c.Description,
		Creator:     api.Creator{Email: "demo@greenroom.example", Company: "Greenroom"},
		Repository:  api.Repository{URL: repository.URL, Tag: c.Tag},
	}
	for _, t := range c.IntegrationTypes {
		body.IntegrationTypes = append(body.IntegrationTypes, api.IntegrationType(t))
	}
	draft, err := d.client.CreateDraft(ctx, body)
	if err != nil {
		return draft, err
	}
	d.done("key %s, %s", draft.Key, applications(draft))
	return draft, nil
}

func applications(d api.ConnectorStaged) string {
	words := make([]string, len(d.Configurations))
	for i, a := range d.Configurations {
		words[i] = a.ApplicationName + " (" + a.ApplicationType + ")"
	}
	return strings.Join(words, ", ")
}

// preview asks for a preview and waits for its end.
func (d *demo) preview(ctx context.Context, draft api.ConnectorStaged, c connectors.Connector) (api.Run, error) {
	d.doing("preview")
	run, err := d.run(ctx, draft, api.UpdatePreviewable())
	if err != nil {
		return run, err
	}
	if (run.State == "failed") != c.Flawed {
		return run, fmt.Errorf("the preview ended as %s", run.State)
	}
	after, err := d.client.Draft(ctx, client.ByID(draft.ID))
	if err != nil {
		return run, err
	}
	d.done("isPreviewable: %s (%s)", after.IsPreviewable, steps(run))
	return run, nil
}

// publish makes the production Connector and reads it.
func (d *demo) publish(ctx context.Context, draft api.ConnectorStaged) error {
	d.doing("publish")
	run, err := d.run(ctx, draft, api.Publish(false))
	if err != nil {
		return err
	}
	after, err := d.client.Draft(ctx, client.ByID(draft.ID))
	if err != nil {
		return err
	}
	if after.Status != api.StatusPublished {
		return fmt.Errorf("the publish ended as %s", after.Status)
	}
	d.done("status: %s (%s)", after.Status, steps(run))

	d.doing("connector")
	production, err := d.client.Connector(ctx, client.ByKey(draft.Key))
	if err != nil {
		return err
	}
	d.done("version %d of %s in production, from commit %.12s", production.Version, production.Key, run.Commit)
	return nil
}

// run sets off a preview or publish and waits for its end.
func (d *demo) run(ctx context.Context, draft api.ConnectorStaged, action api.UpdateAction) (api.Run, error) {
	ref := client.ByID(draft.ID)
	current, err := d.client.Draft(ctx, ref)
	if err != nil {
		return api.Run{}, err
	}
	if _, err := d.client.UpdateDraft(ctx, ref, current.Version, action); err != nil {
		return api.Run{}, err
	}
	run, err := d.client.LatestRun(ctx, ref)
	if err != nil {
		return api.Run{}, err
	}
	return d.client.AwaitRun(ctx, ref, run.ID)
}

func steps(run api.Run) string {
	words := make([]string, len(run.Steps))
	for i, s := range run.Steps {
		words[i] = fmt.Sprintf("%s %.0f ms", s.Name, s.Milliseconds)
	}
	return strings.Join(words, ", ")
}

// report shows what a failed run found, and where.
func (d *demo) report(ctx context.Context, draft api.ConnectorStaged, run api.Run) error {
	found, err := d.client.RunReport(ctx, client.ByID(draft.ID), run.ID)
	if err != nil {
		return err
	}
	for line := range strings.Lines(report.TextOfFindings(found.Findings, report.TextOptions{})) {
		d.printf("%s%s", margin, line)
	}
	return nil
}
