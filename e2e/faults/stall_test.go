package faults_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

const (
	stallingProjects = 5
	stallingEach     = 10
	// stallWorkers are enough for every publish to be under way: what is shared
	// fairly is the reading of repositories.
	stallWorkers = 64
	// goodTries is how often the good connector is published: the median counts.
	goodTries = 5
	// stallSlack is what a busy machine may add to two times the time without
	// stalling hosts.
	stallSlack = time.Second
)

// Repositories that stall hold up nobody else: 50 of five projects on one host,
// and a good one of a sixth project.
func TestStall(t *testing.T) {
	onlyOnDemand(t)
	v, _ := begin(t)
	d := newDriver(t)
	stalling, good := newLab(t, d.repository), newLab(t, d.repository)
	clients := d.clients(t, stallingProjects+1)
	d.start(t, fmt.Sprintf("--workers=%d", stallWorkers))
	sixth := d.as(clients[stallingProjects])
	idle := publishGood(t, sixth, good.repository(d.repository), "idle")
	var drafts []api.ConnectorStaged
	for n := range stallingProjects * stallingEach {
		drafts = append(drafts, createDraft(t, d.as(clients[n%stallingProjects]), stalling.repository(d.repository), fmt.Sprintf("stalling-%d", n)))
	}
	stalling.shut()
	for n, draft := range drafts {
		if _, err := d.as(clients[n%stallingProjects]).UpdateDraft(t.Context(), client.ByID(draft.ID), draft.Version, api.Publish(false)); err != nil {
			t.Fatal(err)
		}
	}
	for range stallingProjects {
		stalling.awaitArrival(t)
	}
	busy := publishGood(t, sixth, good.repository(d.repository), "busy")
	if most := 2*idle + stallSlack; busy > most {
		v.add(fmt.Sprintf("a good repository took %s among stalling ones, at most %s is allowed", busy, most))
	}
	v.iterations = goodTries
	d.server.Kill(t)
	v.print(t, "%d stalling repositories of %d projects: create and publish of a good one took %d ms, without them %d ms",
		len(drafts), stallingProjects, busy.Milliseconds(), idle.Milliseconds())
}

// clients puts clients of as many projects into the database.
func (d *driver) clients(t *testing.T, n int) (names []string) {
	t.Helper()
	s, err := sqlstore.OpenSQLite(t.Context(), d.data, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		name := fmt.Sprintf("project-%d", i)
		if _, err := auth.PutClient(t.Context(), s, name, name, "europe-west1.gcp:"+name, []auth.Scope{auth.ManageProject}, time.Now()); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return names
}

func (d *driver) as(name string) *client.Client {
	return client.New(client.Options{URL: d.server.URL, ID: name, Secret: name})
}

func createDraft(t *testing.T, c *client.Client, r api.Repository, key string) api.ConnectorStaged {
	t.Helper()
	draft, err := c.CreateDraft(t.Context(), api.ConnectorStagedDraft{
		Key: key, Name: key, Creator: api.Creator{Email: "faults@greenroom.example"}, Repository: r,
	})
	if err != nil {
		t.Fatal(err)
	}
	return draft
}

// publishGood creates and publishes drafts and returns the median of the times.
func publishGood(t *testing.T, c *client.Client, r api.Repository, name string) time.Duration {
	t.Helper()
	var took []time.Duration
	for n := range goodTries {
		begun := time.Now()
		draft := createDraft(t, c, r, fmt.Sprintf("%s-%d", name, n))
		if _, err := c.UpdateDraft(t.Context(), client.ByID(draft.ID), draft.Version, api.Publish(false)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), loadWithin)
		run, err := c.LatestRun(ctx, client.ByID(draft.ID))
		if err == nil {
			run, err = c.AwaitRun(ctx, client.ByID(draft.ID), run.ID)
		}
		cancel()
		if err != nil || run.State != "succeeded" {
			t.Fatalf("publish %s %d: %s, %v", name, n, run.State, err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	return took[len(took)/2]
}
