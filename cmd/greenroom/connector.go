package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

type connectorCommand struct {
	Search connectorSearchCommand `cmd:"" help:"Search the production Connectors that the project may see."`
	Get    connectorGetCommand    `cmd:"" help:"Show one production Connector."`
}

type connectorSearchCommand struct {
	remote
	shown
	Text             []string              `arg:"" optional:"" help:"Words that name or description must contain."`
	IntegrationTypes []api.IntegrationType `placeholder:"TYPE,…" help:"Types of which it has at least one."`
	Private          bool                  `help:"Only private ones."`
	Limit            int                   `default:"20" help:"How many, at most 500. Default: ${default}."`
	Offset           int                   `help:"How many to leave out first."`
}

// Run searches.
func (c *connectorSearchCommand) Run(ctx context.Context, io streams) error {
	page, err := c.client().SearchConnectors(ctx, client.Search{
		List:    client.List{Limit: c.Limit, Offset: c.Offset, IntegrationTypes: c.IntegrationTypes},
		Text:    strings.Join(c.Text, " "),
		Private: c.Private,
	})
	if err != nil {
		return explained(err)
	}
	return showPage(c.shown, io.out, page, "KEY\tNAME\tVERSION\tCERTIFIED\tCOMPANY\tID", func(p api.Connector) string {
		return fmt.Sprintf("%s\t%s\t%d\t%t\t%s\t%s", p.Key, p.Name, p.Version, p.Certified, p.Creator.Company, p.ID)
	})
}

type connectorGetCommand struct {
	namedDraft
	shown
}

// Run shows the Connector and what it needs to be deployed.
func (c *connectorGetCommand) Run(ctx context.Context, io streams) error {
	p, err := c.client().Connector(ctx, refOf(c.Ref))
	if err != nil {
		return explained(err)
	}
	return c.show(io.out, p, func() string {
		var text strings.Builder
		fmt.Fprintf(&text, "%s: version %d, certified %t, %s at %s\n", p.Name, p.Version, p.Certified, p.Repository.URL, p.Repository.Tag)
		for _, a := range p.Configurations {
			fmt.Fprintf(&text, "  %s (%s)\n", a.ApplicationName, a.ApplicationType)
			for _, k := range a.StandardConfiguration {
				fmt.Fprintf(&text, "    %s: %s\n", k.Key, k.Description)
			}
			for _, k := range a.SecuredConfiguration {
				fmt.Fprintf(&text, "    %s (secret): %s\n", k.Key, k.Description)
			}
		}
		return text.String()
	})
}
