package client_test

import (
	"context"
	"errors"
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

// Create a draft of a release, and see what its connect.yaml declares.
func ExampleClient_CreateDraft() {
	registry, stop := exampleRegistry()
	defer stop()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := client.New(client.Options{URL: registry.URL, ID: clientID, Secret: clientSecret})

	draft := api.ConnectorStagedDraft{
		Key:        "tax-calculator",
		Name:       "Tax calculator",
		Creator:    api.Creator{Email: "jane@example.com"},
		Repository: registry.Repository,
	}
	created, err := c.CreateDraft(ctx, draft)
	if err != nil {
		log.Fatal(err)
	}
	for _, app := range created.Configurations {
		fmt.Println(app.ApplicationName, app.ApplicationType)
	}

	_, err = c.CreateDraft(ctx, draft)
	var refused *client.Error
	if errors.As(err, &refused) && refused.Errors[0].Code == api.CodeDuplicateField {
		fmt.Println(refused.Message)
	}
	// Output:
	// tax-service service
	// A duplicate value "tax-calculator" exists for field "key".
}

// List the project's drafts, a page at a time.
func ExampleClient_Drafts() {
	registry, stop := exampleRegistry()
	defer stop()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := client.New(client.Options{URL: registry.URL, ID: clientID, Secret: clientSecret})
	for _, name := range []string{"Taxes", "Loyalty", "Stock"} {
		_, err := c.CreateDraft(ctx, api.ConnectorStagedDraft{
			Name:       name,
			Creator:    api.Creator{Email: "jane@example.com"},
			Repository: registry.Repository,
		})
		if err != nil {
			log.Fatal(err)
		}
	}

	list := client.List{Limit: 2, Sort: []string{"name asc"}}
	for {
		page, err := c.Drafts(ctx, list)
		if err != nil {
			log.Fatal(err)
		}
		for _, draft := range page.Results {
			fmt.Println(draft.Name, draft.Status)
		}
		list.Offset += page.Count
		if page.Count == 0 || list.Offset >= page.Total {
			break
		}
	}
	// Output:
	// Loyalty Draft
	// Stock Draft
	// Taxes Draft
}

// Find a private Connector of one's own.
func ExampleClient_SearchConnectors() {
	registry, stop := exampleRegistry()
	defer stop()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := client.New(client.Options{URL: registry.URL, ID: clientID, Secret: clientSecret})
	if err := publishTaxCalculator(ctx, c, registry.Repository, false); err != nil {
		log.Fatal(err)
	}

	page, err := c.SearchConnectors(ctx, client.Search{Text: "TAX", Private: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, connector := range page.Results {
		fmt.Printf("%s: version %d, certified %t\n", connector.Key, connector.Version, connector.Certified)
	}
	// Output: tax-calculator: version 1, certified false
}

// Certify what waits for it, as a client with the scope certify_connectors.
func ExampleClient_ApproveReview() {
	registry, stop := exampleRegistry()
	defer stop()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	creator := client.New(client.Options{URL: registry.URL, ID: clientID, Secret: clientSecret})
	if err := publishTaxCalculator(ctx, creator, registry.Repository, true); err != nil {
		log.Fatal(err)
	}

	reviewer := client.New(client.Options{URL: registry.URL, ID: reviewerID, Secret: clientSecret})
	waiting, err := reviewer.Reviews(ctx, client.List{})
	if err != nil {
		log.Fatal(err)
	}
	for _, review := range waiting.Results {
		fmt.Println(review.Key, review.Status)
		ref := client.ByID(review.ID)
		if _, err := reviewer.TakeReview(ctx, ref); err != nil {
			log.Fatal(err)
		}
		approved, err := reviewer.ApproveReview(ctx, ref)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(approved.Key, approved.Status)
	}
	// Output:
	// tax-calculator ReadyForCertification
	// tax-calculator Published
}

// publishTaxCalculator creates a draft, publishes it, and waits for the end.
func publishTaxCalculator(ctx context.Context, c *client.Client, repository api.Repository, certification bool) error {
	draft, err := c.CreateDraft(ctx, api.ConnectorStagedDraft{
		Key:        "tax-calculator",
		Name:       "Tax calculator",
		Creator:    api.Creator{Email: "jane@example.com"},
		Repository: repository,
	})
	if err != nil {
		return err
	}
	ref := client.ByID(draft.ID)
	if _, err := c.UpdateDraft(ctx, ref, draft.Version, api.Publish(certification)); err != nil {
		return err
	}
	run, err := c.LatestRun(ctx, ref)
	if err != nil {
		return err
	}
	_, err = c.AwaitRun(ctx, ref, run.ID)
	return err
}
