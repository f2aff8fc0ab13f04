package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

// Create a draft, publish it, and read the production Connector.
func ExampleClient() {
	registry, stop := exampleRegistry()
	defer stop()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := client.New(client.Options{URL: registry.URL, ID: clientID, Secret: clientSecret})

	draft, err := c.CreateDraft(ctx, api.ConnectorStagedDraft{
		Key:        "tax-calculator",
		Name:       "Tax calculator",
		Creator:    api.Creator{Email: "jane@example.com"},
		Repository: registry.Repository,
	})
	if err != nil {
		log.Fatal(err)
	}
	ref := client.ByID(draft.ID)
	if _, err := c.UpdateDraft(ctx, ref, draft.Version, api.Publish(false)); err != nil {
		log.Fatal(err)
	}
	run, err := c.LatestRun(ctx, ref)
	if err != nil {
		log.Fatal(err)
	}
	if run, err = c.AwaitRun(ctx, ref, run.ID); err != nil {
		log.Fatal(err)
	}
	connector, err := c.Connector(ctx, ref)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("the publish has %s: %s is at version %d\n", run.State, connector.Key, connector.Version)
	// Output: the publish has succeeded: tax-calculator is at version 1
}
