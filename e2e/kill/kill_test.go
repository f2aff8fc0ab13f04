// Package kill_test kills the server as kill -9 does, in the middle of previews
// and publishes, and looks at what is left when it is started again.
package kill_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/demo"
	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

const (
	kills      = 20
	quickKills = 3
	drafts     = 4
	// latestKill is how long after the first request the server is killed at the
	// latest; a publish takes about 30 ms.
	latestKill = 80 * time.Millisecond
	recovery   = 15 * time.Second
)

func TestMain(m *testing.M) { os.Exit(binary.Main(m)) }

func TestKillDuringPublish(t *testing.T) {
	rounds := kills
	if testing.Short() {
		rounds = quickKills
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	h := &harness{data: t.TempDir(), random: rand.New(rand.NewPCG(seed, 0)), repository: repository(t)}
	h.start(t)
	for n := range drafts {
		h.create(t, n)
	}
	for range rounds {
		delay := time.Duration(h.random.Int64N(int64(latestKill)))
		h.publishAndKill(t, delay)
		h.start(t)
		h.recover(t)
	}
	h.summarise(t, rounds)
}

// harness is one database and what is known to have been accepted for it.
type harness struct {
	data       string
	random     *rand.Rand
	repository api.Repository
	server     *binary.Server
	client     *client.Client
	drafts     []*draft
	slowest    time.Duration
}

// draft is what was asked of a draft: publishes that were sent, and those whose
// 201 arrived.
type draft struct {
	ref            client.Ref
	sent, accepted int
}

func repository(t *testing.T) api.Repository {
	t.Helper()
	c := connectors.All()[0]
	made, err := demo.MakeRepository(t.Context(), filepath.Join(t.TempDir(), "repository.git"), c.Files, c.Tag)
	if err != nil {
		t.Fatal(err)
	}
	return api.Repository{URL: made.URL, Tag: c.Tag}
}

func (h *harness) start(t *testing.T) {
	t.Helper()
	h.server = binary.Dev(t, h.data)
	h.client = client.New(client.Options{URL: h.server.URL, ID: "dev", Secret: "dev"})
}

func (h *harness) create(t *testing.T, n int) {
	t.Helper()
	key := fmt.Sprintf("draft-%d", n)
	_, err := h.client.CreateDraft(t.Context(), api.ConnectorStagedDraft{
		Key: key, Name: key, Creator: api.Creator{Email: "kill@greenroom.example"}, Repository: h.repository,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.drafts = append(h.drafts, &draft{ref: client.ByKey(key)})
}

// publishAndKill asks for a preview and a publish of every draft at once, and
// kills the server after the delay, whatever has been answered by then.
func (h *harness) publishAndKill(t *testing.T, delay time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	versions := make([]int64, len(h.drafts))
	for i, d := range h.drafts {
		current, err := h.client.Draft(ctx, d.ref)
		if err != nil {
			t.Fatal(err)
		}
		versions[i] = current.Version
	}
	kill := time.After(delay)
	var requests sync.WaitGroup
	for i, d := range h.drafts {
		d.sent++
		requests.Go(func() {
			_, err := h.client.UpdateDraft(ctx, d.ref, versions[i], api.UpdatePreviewable(), api.Publish(false))
			var refused *client.Error
			switch {
			case err == nil:
				d.accepted++
			case errors.As(err, &refused):
				t.Errorf("publish of %s: %v", d.ref, err)
			}
		})
	}
	<-kill
	h.server.Kill(t)
	cancel()
	requests.Wait()
}

// recover waits until every run has come to its end.
func (h *harness) recover(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), recovery)
	defer cancel()
	begin := time.Now()
	for _, d := range h.drafts {
		runs, err := h.client.Runs(ctx, d.ref, client.List{Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range runs.Results {
			if run.Ended() {
				continue
			}
			if _, err := h.client.AwaitRun(ctx, d.ref, run.ID); err != nil {
				t.Fatalf("%s run %s of %s did not end: %v", run.Kind, run.ID, d.ref, err)
			}
		}
		h.check(ctx, t, d)
	}
	h.slowest = max(h.slowest, time.Since(begin))
}

// check compares a draft with what was accepted.
func (h *harness) check(ctx context.Context, t *testing.T, d *draft) {
	t.Helper()
	now, err := h.client.Draft(ctx, d.ref)
	if err != nil {
		t.Fatal(err)
	}
	if now.Status == api.StatusProcessing || now.IsPreviewable == api.PreviewablePending {
		t.Errorf("%s is left as %s, isPreviewable %s", d.ref, now.Status, now.IsPreviewable)
	}
	publishes := h.publishes(ctx, t, d)
	if publishes < d.accepted || publishes > d.sent {
		t.Errorf("%s: %d publishes ran, of %d accepted and %d sent", d.ref, publishes, d.accepted, d.sent)
	}
	if publishes == 0 {
		return
	}
	production, err := h.client.Connector(ctx, d.ref)
	if err != nil {
		t.Fatal(err)
	}
	if production.Version != int64(publishes) {
		t.Errorf("%s: Connector version %d after %d publishes", d.ref, production.Version, publishes)
	}
}

// publishes counts the publishes of a draft; each must have succeeded.
func (h *harness) publishes(ctx context.Context, t *testing.T, d *draft) int {
	t.Helper()
	runs, err := h.client.Runs(ctx, d.ref, client.List{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, run := range runs.Results {
		if run.State != "succeeded" {
			t.Errorf("%s run %s of %s ended as %s", run.Kind, run.ID, d.ref, run.State)
		}
		if run.Kind == "publish" {
			n++
		}
	}
	return n
}

func (h *harness) summarise(t *testing.T, rounds int) {
	t.Helper()
	sent, accepted, published := 0, 0, 0
	for _, d := range h.drafts {
		sent += d.sent
		accepted += d.accepted
		published += h.publishes(t.Context(), t, d)
	}
	t.Logf("%d kills: %d publishes sent, %d accepted, %d Connector versions; no draft left in Processing or pending; recovered within %d ms",
		rounds, sent, accepted, published, h.slowest.Milliseconds())
}
