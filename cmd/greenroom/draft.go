package main

import (
	"context"
	"fmt"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

type draftCommand struct {
	List    draftListCommand    `cmd:"" help:"List the project's drafts."`
	Get     draftGetCommand     `cmd:"" help:"Show one draft."`
	Create  draftCreateCommand  `cmd:"" help:"Make a draft of a release."`
	Update  draftUpdateCommand  `cmd:"" help:"Apply update actions to a draft: all of them, or none."`
	Release draftReleaseCommand `cmd:"" help:"Make a draft name another release."`
	Preview draftPreviewCommand `cmd:"" help:"Ask for a preview."`
	Publish draftPublishCommand `cmd:"" help:"Ask for a publish."`
	Runs    draftRunsCommand    `cmd:"" help:"List the previews and publishes of a draft, newest first."`
	Wait    draftWaitCommand    `cmd:"" help:"Wait for the end of a draft's latest preview or publish, and show it."`
	Report  draftReportCommand  `cmd:"" help:"Show what a preview or publish has found."`
	Cancel  draftCancelCommand  `cmd:"" help:"Cancel a draft's latest preview or publish."`
	Delete  draftDeleteCommand  `cmd:"" help:"Delete a draft and its production Connector."`
}

// namedDraft is the draft that a command is about.
type namedDraft struct {
	remote
	Ref string `arg:"" name:"id|key" help:"The draft's id or key."`
}

func draftText(d api.ConnectorStaged) string {
	name := d.Key
	if name == "" {
		name = d.ID
	}
	return fmt.Sprintf("%s: version %d, %s, isPreviewable %s, %s at %s\n",
		name, d.Version, d.Status, d.IsPreviewable, d.Repository.URL, d.Repository.Tag)
}

type draftListCommand struct {
	remote
	shown
	Limit  int      `default:"20" help:"How many, at most 500. Default: ${default}."`
	Offset int      `help:"How many to leave out first."`
	Sort   []string `placeholder:"FIELD" help:"Field to sort by, with \" desc\" after it for the other way. Repeatable."`
}

// Run lists the drafts.
func (c *draftListCommand) Run(ctx context.Context, io streams) error {
	page, err := c.client().Drafts(ctx, client.List{Limit: c.Limit, Offset: c.Offset, Sort: c.Sort})
	if err != nil {
		return explained(err)
	}
	return showPage(c.shown, io.out, page, "KEY\tNAME\tSTATUS\tPREVIEW\tTAG\tID", func(d api.ConnectorStaged) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", d.Key, d.Name, d.Status, d.IsPreviewable, d.Repository.Tag, d.ID)
	})
}

type draftGetCommand struct {
	namedDraft
	shown
}

// Run shows the draft.
func (c *draftGetCommand) Run(ctx context.Context, io streams) error {
	d, err := c.client().Draft(ctx, refOf(c.Ref))
	if err != nil {
		return explained(err)
	}
	return c.show(io.out, d, func() string { return draftText(d) })
}

type draftCreateCommand struct {
	remote
	shown
	Repository       string                `arg:"" name:"repository" help:"URL of the Git repository."`
	Tag              string                `arg:"" name:"tag" help:"Tag of the release."`
	Key              string                `help:"Key of the draft."`
	Name             string                `required:"" help:"Name of the connector."`
	Description      string                `help:"What it is for."`
	Email            string                `required:"" help:"E-mail address of the creator."`
	Company          string                `help:"Company of the creator."`
	IntegrationTypes []api.IntegrationType `placeholder:"TYPE,…" help:"What it integrates."`
}

// Run makes the draft.
func (c *draftCreateCommand) Run(ctx context.Context, io streams) error {
	d, err := c.client().CreateDraft(ctx, api.ConnectorStagedDraft{
		Key:              c.Key,
		Name:             c.Name,
		Description:      c.Description,
		IntegrationTypes: c.IntegrationTypes,
		Creator:          api.Creator{Email: c.Email, Company: c.Company},
		Repository:       api.Repository{URL: c.Repository, Tag: c.Tag},
	})
	if err != nil {
		return explained(err)
	}
	return c.show(io.out, d, func() string { return draftText(d) })
}

type draftReleaseCommand struct {
	namedDraft
	shown
	Tag        string `arg:"" name:"tag" help:"Tag of the release."`
	Repository string `placeholder:"URL" help:"Another repository. Default: the same."`
}

// Run makes the draft name the release.
func (c *draftReleaseCommand) Run(ctx context.Context, io streams) error {
	d, err := act(ctx, c.client(), refOf(c.Ref), 0, api.SetRepository(api.Repository{URL: c.Repository, Tag: c.Tag}))
	if err != nil {
		return err
	}
	return c.show(io.out, d, func() string { return draftText(d) })
}

type draftDeleteCommand struct{ namedDraft }

// Run deletes the draft.
func (c *draftDeleteCommand) Run(ctx context.Context, io streams) error {
	d, err := c.client().DeleteDraft(ctx, refOf(c.Ref))
	if err != nil {
		return explained(err)
	}
	_, err = fmt.Fprintf(io.out, "deleted %s\n", d.ID)
	return err
}
