// Package kill_test kills the server as kill -9 does, in the middle of previews
// and publishes, and looks at what is left when it is started again.
package kill_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
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
	recovery   = 15 * time.Second
)

func TestMain(m *testing.M) { os.Exit(binary.Main(m)) }

func TestKillDuringPublish(t *testing.T) {
	rounds := kills
	if testing.Short() {
		rounds = quickKills
	}
	t.Setenv("TMPDIR", t.TempDir()) // a server that is killed cannot tidy up
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	h := &harness{data: t.TempDir(), repository: repository(t), acknowledged: map[client.Ref]bool{}}
	h.start(t)
	for n := range drafts {
		ref := h.create(t, fmt.Sprintf("draft-%d", n))
		if !h.acknowledged[ref] {
			t.Fatalf("%s was not created", ref)
		}
		h.drafts = append(h.drafts, &draft{ref: ref})
	}
	latest := h.undisturbed(t)
	t.Logf("seed %d; killed within %d ms of the first request", seed, latest.Milliseconds())
	for n := range rounds {
		// Squared, since the requests are under way in the first moments.
		part := random.Float64()
		delay := time.Duration(part * part * float64(latest))
		requests := h.ask(t, fmt.Sprintf("late-%d", n))
		<-time.After(delay)
		h.server.Kill(t)
		requests.Wait()
		h.start(t)
		h.recover(t)
	}
	h.summarize(t, rounds)
	h.examine(t)
}

// examine asks the doctor, beside the server.
func (h *harness) examine(t *testing.T) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary.Path(t), "doctor", "--data="+h.data).CombinedOutput()
	if err != nil {
		t.Errorf("greenroom doctor: %v\n%s", err, out)
	}
}

// harness is one database and what is known to have been accepted for it.
type harness struct {
	data       string
	repository api.Repository
	server     *binary.Server
	client     *client.Client
	// drafts are those that are published, again and again.
	drafts []*draft

	mu sync.Mutex
	// acknowledged holds every create that was sent, and whether its 201 arrived.
	acknowledged map[client.Ref]bool
	slowest      time.Duration
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

// create asks for a draft and returns how it is named if there is one.
func (h *harness) create(t *testing.T, key string) client.Ref {
	t.Helper()
	ref := client.ByKey(key)
	_, err := h.client.CreateDraft(t.Context(), api.ConnectorStagedDraft{
		Key: key, Name: key, Creator: api.Creator{Email: "kill@greenroom.example"}, Repository: h.repository,
	})
	mustNotBeRefused(t, err)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acknowledged[ref] = err == nil
	return ref
}

// mustNotBeRefused allows no error but that the server is gone.
func mustNotBeRefused(t *testing.T, err error) {
	t.Helper()
	var refused *client.Error
	if errors.As(err, &refused) {
		t.Error(err)
	}
}

// undisturbed does once what is done before each kill, and returns how long that
// takes: a kill that comes later hits nothing.
func (h *harness) undisturbed(t *testing.T) time.Duration {
	t.Helper()
	begin := time.Now()
	h.ask(t, "early").Wait()
	h.recover(t)
	return time.Since(begin)
}

// ask sends a preview and a publish of every draft and a create, all at once.
func (h *harness) ask(t *testing.T, newDraft string) *sync.WaitGroup {
	t.Helper()
	versions := make([]int64, len(h.drafts))
	for i, d := range h.drafts {
		current, err := h.client.Draft(t.Context(), d.ref)
		if err != nil {
			t.Fatal(err)
		}
		versions[i] = current.Version
	}
	var requests sync.WaitGroup
	for i, d := range h.drafts {
		d.sent++
		requests.Go(func() {
			_, err := h.client.UpdateDraft(t.Context(), d.ref, versions[i], api.UpdatePreviewable(), api.Publish(false))
			mustNotBeRefused(t, err)
			if err == nil {
				d.accepted++
			}
		})
	}
	requests.Go(func() { h.create(t, newDraft) })
	return &requests
}

// recover waits until every run has come to its end.
func (h *harness) recover(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), recovery)
	defer cancel()
	begin := time.Now()
	for _, d := range h.drafts {
		for _, run := range h.runs(ctx, t, d) {
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

// publishes counts the publishes of a draft; each run must have succeeded.
func (h *harness) publishes(ctx context.Context, t *testing.T, d *draft) int {
	t.Helper()
	n := 0
	for _, run := range h.runs(ctx, t, d) {
		if run.State != "succeeded" {
			t.Errorf("%s run %s of %s ended as %s", run.Kind, run.ID, d.ref, run.State)
		}
		if run.Kind == "publish" {
			n++
		}
	}
	return n
}

func (h *harness) runs(ctx context.Context, t *testing.T, d *draft) []api.Run {
	t.Helper()
	page, err := h.client.Runs(ctx, d.ref, client.List{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	if page.Total > page.Count {
		t.Fatalf("%s has %d runs, more than a page", d.ref, page.Total)
	}
	return page.Results
}

// existing counts the drafts that are there: every one whose create was
// acknowledged, and none that nobody sent.
func (h *harness) existing(t *testing.T) int {
	t.Helper()
	page, err := h.client.Drafts(t.Context(), client.List{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	found := map[client.Ref]bool{}
	for _, d := range page.Results {
		ref := client.ByKey(d.Key)
		found[ref] = true
		if _, sent := h.acknowledged[ref]; !sent || d.Status == api.StatusProcessing || d.IsPreviewable == api.PreviewablePending {
			t.Errorf("found %s at version %d, %s, isPreviewable %s", ref, d.Version, d.Status, d.IsPreviewable)
		}
	}
	for ref, acknowledged := range h.acknowledged {
		if acknowledged && !found[ref] {
			t.Errorf("%s was acknowledged and is lost", ref)
		}
	}
	if page.Total != page.Count {
		t.Errorf("the list counts %d drafts and holds %d", page.Total, page.Count)
	}
	return page.Count
}

func (h *harness) summarize(t *testing.T, rounds int) {
	t.Helper()
	sent, accepted, published, cutOff, acknowledged := 0, 0, 0, 0, 0
	for _, d := range h.drafts {
		sent += d.sent
		accepted += d.accepted
		published += h.publishes(t.Context(), t, d)
		for _, run := range h.runs(t.Context(), t, d) {
			if run.Attempt > 1 {
				cutOff++
			}
		}
	}
	for _, arrived := range h.acknowledged {
		if arrived {
			acknowledged++
		}
	}
	t.Logf("%d kills cut off %d runs: %d publishes sent, %d accepted, %d Connector versions; %d creates sent, %d acknowledged, %d drafts; "+
		"no draft left in Processing or pending; recovered within %d ms",
		rounds, cutOff, sent, accepted, published, len(h.acknowledged), acknowledged, h.existing(t), h.slowest.Milliseconds())
}
