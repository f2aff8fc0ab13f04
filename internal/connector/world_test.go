package connector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

var (
	acme = auth.Principal{ClientID: "client of acme", Project: "europe-west1.gcp:acme", Scopes: []auth.Scope{auth.ManageProject}}
	bolt = auth.Principal{ClientID: "client of bolt", Project: "europe-west1.gcp:bolt", Scopes: []auth.Scope{auth.ManageProject}}
	// alice and bob are reviewers.
	alice = auth.Principal{ClientID: "alice", Project: "europe-west1.gcp:reviewers", Scopes: []auth.Scope{auth.CertifyConnectors}}
	bob   = auth.Principal{ClientID: "bob", Project: "europe-west1.gcp:reviewers", Scopes: []auth.Scope{auth.CertifyConnectors}}

	dawn   = time.Date(2024, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	always = context.Background()
)

// failer is a test, or one draw of a property.
type failer interface {
	Helper()
	Error(...any)
	Errorf(string, ...any)
	Fatal(...any)
	Fatalf(string, ...any)
}

// world is a service on a real database, with repositories and a time that the
// test commands.
type world struct {
	*Service
	store *sqlstore.Store
	repos *repositories
	clock *clock
}

func newWorld(tb testing.TB, options ...func(*Options)) *world {
	tb.Helper()
	w := &world{store: openStore(tb), repos: newRepositories(), clock: &clock{now: dawn}}
	o := Options{
		Store:        w.store,
		Repositories: w.repos,
		Rules: field.Rules{
			Regions:       api.DefaultRegions,
			RepositoryURL: func(v string) error { return refuse(v, "https://", "must be an HTTPS address") },
			RepositoryTag: gitsource.CheckTag,
		},
		Now: w.clock.Now,
	}
	for _, change := range options {
		change(&o)
	}
	w.Service = New(o)
	return w
}

func openStore(tb testing.TB) *sqlstore.Store {
	tb.Helper()
	s, err := sqlstore.OpenSQLite(always, tb.TempDir(), sqlstore.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func refuse(v, prefix, message string) error {
	if !strings.HasPrefix(v, prefix) {
		return errors.New(message)
	}
	return nil
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newDraft(change ...func(*api.ConnectorStagedDraft)) api.ConnectorStagedDraft {
	d := api.ConnectorStagedDraft{
		Name:       "Tax",
		Creator:    api.Creator{Email: "jane@example.com"},
		Repository: v1,
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

// create makes a draft of acme.
func (w *world) create(t failer, change ...func(*api.ConnectorStagedDraft)) api.ConnectorStaged {
	t.Helper()
	doc, err := w.Create(always, acme, newDraft(change...))
	if err != nil {
		t.Fatal(err)
	}
	return decoded[api.ConnectorStaged](t, doc)
}

// send updates the draft of the version given.
func (w *world) send(t failer, d api.ConnectorStaged, actions ...api.UpdateAction) (api.ConnectorStaged, error) {
	t.Helper()
	doc, err := w.Update(always, acme, byID(d), w.updateOf(t, d.Version, actions...))
	if err != nil {
		return api.ConnectorStaged{}, err
	}
	return decoded[api.ConnectorStaged](t, doc), nil
}

func (w *world) updateOf(t failer, version int64, actions ...api.UpdateAction) Update {
	t.Helper()
	if actions == nil {
		actions = []api.UpdateAction{}
	}
	body, err := json.Marshal(api.ConnectorStagedUpdate{Version: version, Actions: actions})
	if err != nil {
		t.Fatal(err)
	}
	u, err := w.ReadUpdate(body)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// update is send of what must succeed.
func (w *world) update(t failer, d api.ConnectorStaged, actions ...api.UpdateAction) api.ConnectorStaged {
	t.Helper()
	after, err := w.send(t, d, actions...)
	if err != nil {
		t.Fatal(err)
	}
	return after
}

// draft reads a draft of acme, and checks that its rows agree with it.
func (w *world) draft(t failer, id string) api.ConnectorStaged {
	t.Helper()
	w.requireConsistent(t, id)
	doc, err := w.Draft(always, acme, store.Ref{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return decoded[api.ConnectorStaged](t, doc)
}

func (w *world) connector(t failer, id string) api.Connector {
	t.Helper()
	doc, err := w.Connector(always, acme, store.Ref{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return decoded[api.Connector](t, doc)
}

// claim takes the newest run of the draft that waits, as a worker does.
func (w *world) claim(t failer, d api.ConnectorStaged) store.Run {
	t.Helper()
	runs, _, err := w.store.RunsOf(always, d.ID, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(runs, func(r store.Run) bool { return r.State == store.RunQueued })
	if i < 0 {
		t.Fatalf("none of %d runs waits", len(runs))
	}
	return w.claimRun(t, runs[i].ID)
}

func (w *world) claimRun(t failer, id string) store.Run {
	t.Helper()
	now := w.clock.Now()
	run, err := w.store.ClaimRun(always, id, store.Claim{Token: uuid.NewString(), Now: now, Until: now.Add(lease)})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// lease is for how long the test's workers claim a run.
const lease = 10 * time.Second

// work ends the newest run of the draft with the outcome, and returns the draft
// after it.
func (w *world) work(t failer, d api.ConnectorStaged, o Outcome) api.ConnectorStaged {
	t.Helper()
	if err := w.Finish(always, w.claim(t, d), o); err != nil {
		t.Fatal(err)
	}
	return w.draft(t, d.ID)
}

// publish publishes the draft as its repository is now.
func (w *world) publish(t failer, d api.ConnectorStaged) api.ConnectorStaged {
	t.Helper()
	return w.work(t, w.update(t, d, api.Publish(false)), w.passes(t, d))
}

// submit publishes the draft for certification.
func (w *world) submit(t failer, d api.ConnectorStaged) api.ConnectorStaged {
	t.Helper()
	return w.work(t, w.update(t, d, api.Publish(true)), w.passes(t, d))
}

// certify submits the draft, and approves what was submitted.
func (w *world) certify(t failer, d api.ConnectorStaged) api.ConnectorStaged {
	t.Helper()
	w.submit(t, d)
	for _, step := range []func(context.Context, auth.Principal, store.Ref) (api.Review, error){w.TakeReview, w.Approve} {
		if _, err := step(always, alice, byID(d)); err != nil {
			t.Fatal(err)
		}
	}
	return w.draft(t, d.ID)
}

// comments are those of the draft, with their authors.
func comments(d api.ConnectorStaged) []string {
	if d.CertificationInfo == nil {
		return nil
	}
	var out []string
	for _, c := range d.CertificationInfo.Comments {
		out = append(out, c.UserID+": "+c.Comment)
	}
	return out
}

// rewrite puts a draft behind the back of the service into a state that requests
// take long to come to.
func (w *world) rewrite(t failer, id string, change func(*record)) api.ConnectorStaged {
	t.Helper()
	r, err := w.load(always, store.Ref{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	change(r)
	set := store.WriteSet{Op: store.Update, Guard: store.Guard{Version: r.before.Version}}
	if r.production != nil {
		if set.Connector, err = r.connectorRow(w.now()); err != nil {
			t.Fatal(err)
		}
	}
	if set.Draft, err = r.row(w.now()); err != nil {
		t.Fatal(err)
	}
	set.Counters = store.CountDraft(&r.before, &set.Draft)
	if err := w.store.Commit(always, set); err != nil {
		t.Fatal(err)
	}
	return w.draft(t, id)
}

// certified makes the Connector of a published draft what a review would.
func certified(r *record) { r.production.Private, r.production.Certified = false, true }

// ended is the context of a caller who went away.
func ended() context.Context {
	ctx, cancel := context.WithCancel(always)
	cancel()
	return ctx
}

// meddler is a store in which something happens just before each commit.
type meddler struct {
	store.Store
	before func(store.WriteSet)
}

func (m *meddler) Commit(ctx context.Context, w store.WriteSet) error {
	m.before(w)
	return m.Store.Commit(ctx, w) //nolint:wrapcheck // it stands in for it
}

// withMeddler makes a service over the world's store in which before runs
// before each commit.
func (w *world) withMeddler(before func(store.WriteSet)) *Service {
	meddled := *w.Service
	meddled.store = &meddler{Store: w.store, before: before}
	return &meddled
}

// statusOf describes the parts of a draft that its lifecycle is about.
func statusOf(d api.ConnectorStaged) string {
	return fmt.Sprintf("%s, preview %s, changes %t, listed %t, certified %t, private %t",
		d.Status, d.IsPreviewable, d.HasChanges, d.AlreadyListed, d.Certified, d.Private)
}

func byID(d api.ConnectorStaged) store.Ref { return store.Ref{ID: d.ID} }

func decoded[T any](t failer, doc []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(doc, &v, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return v
}
