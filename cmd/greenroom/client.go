package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/config"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

type clientCommand struct {
	Create clientCreateCommand `cmd:"" help:"Make a client and print it, with its secret, as JSON."`
	List   clientListCommand   `cmd:"" help:"List the clients."`
	Revoke clientRevokeCommand `cmd:"" help:"Remove a client; its tokens end with it."`
}

// withClients works on the database itself, before the first start of a server
// or beside one.
func withClients(ctx context.Context, dir string, do func(store.Clients) error) error {
	s, err := sqlstore.OpenSQLite(ctx, dir, sqlstore.Options{})
	if err != nil {
		return fmt.Errorf("open the database in %s: %w", dir, err)
	}
	return errors.Join(do(s), s.Close())
}

type clientCreateCommand struct {
	config.Data
	config.Region
	Project string   `required:"" placeholder:"KEY" help:"Key of the project that the client belongs to."`
	Scopes  []string `default:"manage_project" placeholder:"SCOPE,…" help:"What the client may do: manage_project, manage_connectors, view_connectors, certify_connectors. Default: ${default}."`
}

// createdClient is printed once: the secret is stored nowhere.
type createdClient struct {
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret"`
	ProjectKey   string   `json:"projectKey"`
	Region       string   `json:"region"`
	Scopes       []string `json:"scopes"`
}

// Run makes the client.
func (c *clientCreateCommand) Run(ctx context.Context, io streams) error {
	project := c.Region.Region + ":" + c.Project
	if message := field.Project(project); message != "" {
		return fmt.Errorf("--region and --project make %q, which %s", project, strings.TrimSuffix(message, "."))
	}
	scopes, err := scopesOf(c.Scopes)
	if err != nil {
		return err
	}
	return withClients(ctx, c.Data.Data, func(clients store.Clients) error {
		made, secret, err := auth.NewClient(ctx, clients, project, scopes, time.Now())
		if err != nil {
			return err
		}
		return json.NewEncoder(io.out).Encode(createdClient{
			ClientID:     made.ID,
			ClientSecret: secret,
			ProjectKey:   c.Project,
			Region:       c.Region.Region,
			Scopes:       auth.ScopeTokens(made),
		})
	})
}

func scopesOf(names []string) ([]auth.Scope, error) {
	var scopes []auth.Scope
	for _, name := range names {
		s := auth.Scope(strings.TrimSpace(name))
		if !slices.Contains(auth.Scopes, s) {
			return nil, fmt.Errorf("--scopes: %q is none of manage_project, manage_connectors, view_connectors, certify_connectors", name)
		}
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	return scopes, nil
}

type clientListCommand struct{ config.Data }

// Run lists the clients.
func (c *clientListCommand) Run(ctx context.Context, io streams) error {
	return withClients(ctx, c.Data.Data, func(clients store.Clients) error {
		all, err := clients.Clients(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "CLIENT ID\tPROJECT\tSCOPES\tMADE")
		for _, client := range all {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", client.ID, client.Project,
				strings.Join(client.Scopes, ","), client.CreatedAt.Format(time.RFC3339))
		}
		return table.Flush()
	})
}

type clientRevokeCommand struct {
	config.Data
	ID string `arg:"" help:"The client's id."`
}

// Run removes the client.
func (c *clientRevokeCommand) Run(ctx context.Context, io streams) error {
	return withClients(ctx, c.Data.Data, func(clients store.Clients) error {
		err := clients.RemoveClient(ctx, c.ID)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no client %s; greenroom client list shows them", c.ID)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "revoked %s\n", c.ID)
		return err
	})
}
