package connector

import (
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestReadUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u, err := w.ReadUpdate([]byte(`{"version": 3, "actions": [{"action": "setName", "name": "x"}, {"action": "updatePreviewable"}], "more": 1}`))
	if err != nil || u.Version != 3 || len(u.Actions) != 2 || u.Actions[1].Name != "updatePreviewable" {
		t.Errorf("update %+v, error %v", u, err)
	}
	for body, want := range map[string][]string{
		`{}`: {"$.version: is required.", "$.actions: is required."},
		`{"version": "3", "actions": [{"action": "setName"}]}`: {
			"$.version: must be an integer, but is a string.", "$.actions[0].name: is required.",
		},
		`{"version": 0, "actions": []}`: {"$.version: must be at least 1, but is 0."},
	} {
		_, err := w.ReadUpdate([]byte(body))
		requireEqual(t, body, want, details(requireProblem(t, err, 400, api.CodeInvalidJSONInput)))
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t, withKey("tax"))
	w.clock.pass(time.Minute)
	got := w.update(t, d,
		api.SetName("Tax 2"),
		api.SetDescription("More taxes"),
		api.SetIntegrationTypes("tax", "other"),
		api.SetSupportedRegions("us-central1.gcp"),
		api.SetDocumentationURL("https://example.com/d"),
		api.SetCreatorName("Jane"),
		api.SetCreatorTitle("Dr"),
		api.SetCreatorEmail("j@example.com"),
		api.SetCreatorCompany("Acme"),
		api.SetCreatorNoOfContributors(3),
		api.SetCreatorSupportURL("https://example.com/s"),
		api.SetCreatorLogo("https://example.com/l"),
		api.SetRepository(v3),
		api.UpdatePreviewable(),
	)
	want := d
	want.Version = 2
	want.Name, want.Description, want.DocumentationURL = "Tax 2", "More taxes", "https://example.com/d"
	want.IntegrationTypes, want.SupportedRegions = []api.IntegrationType{"tax", "other"}, []string{"us-central1.gcp"}
	want.Creator = api.Creator{
		Name: "Jane", Title: "Dr", Email: "j@example.com", Company: "Acme", NoOfContributors: 3,
		SupportURL: "https://example.com/s", LogoURL: "https://example.com/l",
	}
	want.Repository, want.IsPreviewable = v3, api.PreviewablePending
	want.Configurations = []api.ConnectorConfigurationApplication{{
		ApplicationName: "other", ApplicationType: "event",
		ConnectorConfiguration: api.ConnectorConfiguration{
			StandardConfiguration: []api.StandardConfigurationKey{}, SecuredConfiguration: []api.SecuredConfigurationKey{},
		},
	}}
	want.GlobalConfiguration, want.APIClient = nil, nil
	requireEqual(t, "answer", want, got)
	requireEqual(t, "stored draft", want, w.draft(t, d.ID))

	row, err := w.store.Draft(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "owner and times", []any{acme.Project, dawn, dawn.Add(time.Minute)}, []any{row.Owner, row.CreatedAt, row.LastModifiedAt})

	byKey, err := w.Update(always, acme, store.Ref{Key: "tax"}, w.updateOf(t, 2, api.SetName("Tax 3")))
	if err != nil || decoded[api.ConnectorStaged](t, byKey).Name != "Tax 3" {
		t.Errorf("by key: %s, error %v", byKey, err)
	}
}

// A request that changes nothing keeps the version and writes nothing.
func TestUpdateThatChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t, func(d *api.ConnectorStagedDraft) {
		d.IntegrationTypes, d.SupportedRegions = []api.IntegrationType{"tax"}, []string{"us-central1.gcp"}
	})
	d = w.work(t, w.update(t, d, api.UpdatePreviewable()), w.passes(t, d))
	before, err := w.store.Draft(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	w.clock.pass(time.Minute)
	w.repos.reads()
	for name, actions := range map[string][]api.UpdateAction{
		"no action":            nil,
		"the same values":      {api.SetName(d.Name), api.SetIntegrationTypes("tax", "tax"), api.SetSupportedRegions("us-central1.gcp"), api.SetDescription("")},
		"there and back":       {api.SetName("x"), api.SetCreatorTitle("Dr"), api.SetName(d.Name), api.SetCreatorTitle("")},
		"the same repository":  {api.SetRepository(v1)},
		"as the CLI writes it": {api.SetRepository(api.Repository{Tag: "v1"})},
	} {
		doc, err := w.Update(always, acme, byID(d), w.updateOf(t, d.Version, actions...))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		requireEqual(t, name, string(before.Document), string(doc))
		after, err := w.store.Draft(always, byID(d))
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, name, before, after)
	}
	requireEqual(t, "reads", nothing, w.repos.reads())
}

func TestUpdateVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.SetName("x"))
	for _, sent := range []int64{1, 3, 1 << 62} {
		d.Version = sent
		for _, actions := range [][]api.UpdateAction{nil, {api.SetName("y")}, {api.SetRepository(v9)}} {
			_, err := w.send(t, d, actions...)
			if p := requireConflict(t, err, sent, 2); p.RetryAfter != 0 {
				t.Errorf("retry after %v: the same request will not succeed", p.RetryAfter)
			}
		}
	}
	requireEqual(t, "name", "x", w.draft(t, d.ID).Name)
}

// All actions or none: whatever the last one fails with, nothing of the others
// is to be seen.
func TestUpdateIsAllOrNothing(t *testing.T) {
	t.Parallel()
	for _, tc := range unreadable {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := w.create(t)
			w.makeUnreadable(tc.release, tc.err)
			_, err := w.send(t, d, api.SetName("x"), api.UpdatePreviewable(), api.SetRepository(v9), api.UpdatePreviewable())
			requireProblem(t, err, tc.status, tc.code)
			requireEqual(t, "draft", d, w.draft(t, d.ID))
			requireRuns(t, w, d)
		})
	}
	w := newWorld(t)
	d := w.create(t)
	_, err := w.send(t, d, api.SetName("x"), api.UpdatePreviewable(), api.UpdatePreviewable())
	requireProblem(t, err, 400, api.CodePreviewRequestUnderProcess)
	requireEqual(t, "draft", d, w.draft(t, d.ID))
	requireRuns(t, w, d)
}

// requireRuns compares the runs of a draft, newest first.
func requireRuns(t *testing.T, w *world, d api.ConnectorStaged, want ...string) {
	t.Helper()
	runs, total, err := w.Runs(always, acme, byID(d), 20, 0)
	if err != nil || total != len(runs) {
		t.Fatalf("%d runs, total %d, error %v", len(runs), total, err)
	}
	got := []string{}
	for _, r := range runs {
		got = append(got, strings.Join([]string{r.Kind, r.Repository.Tag, r.State}, " "))
	}
	if want == nil {
		want = []string{}
	}
	requireEqual(t, "runs", want, got)
}

// Each request fails with the first of its faults in the order of the contract.
func TestUpdateOrderOfChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	d = w.update(t, d, api.UpdatePreviewable())
	faulty := []api.UpdateAction{api.UpdatePreviewable(), api.SetRepository(v9)} // the first is a domain error, the second one of the network

	locked := w.rewrite(t, d.ID, func(r *record) { r.doc.Status = api.StatusProcessing })
	stale := locked
	stale.Version--
	_, err := w.Update(always, bolt, byID(stale), w.updateOf(t, stale.Version, faulty...))
	requireProblem(t, err, 404, api.CodeResourceNotFound)
	_, err = w.send(t, stale, faulty...)
	if p := requireConflict(t, err, stale.Version, locked.Version); p.RetryAfter != 0 {
		t.Error("the lock is answered before the version")
	}
	_, err = w.send(t, locked, faulty...)
	if p := requireConflict(t, err, locked.Version, locked.Version); p.RetryAfter != time.Second {
		t.Error("the lock is not answered")
	}
	d = w.rewrite(t, d.ID, func(r *record) {
		r.submit(Outcome{}, dawn)
		r.doc.Status = api.StatusInCertification
	})
	_, err = w.send(t, d, faulty...)
	requireProblem(t, err, 400, api.CodeInCertification)

	d = w.rewrite(t, d.ID, func(r *record) { r.doc.Status, r.facts.Candidate = api.StatusDraft, nil })
	w.repos.reads()
	_, err = w.send(t, d, faulty...)
	requireProblem(t, err, 400, api.CodePreviewRequestUnderProcess)
	requireEqual(t, "reads", nothing, w.repos.reads())
	_, err = w.send(t, d, faulty[1:]...)
	requireProblem(t, err, 422, api.CodeGitRepositoryNotReachable)
	requireEqual(t, "reads", []string{"file v9"}, w.repos.reads())
	requireEqual(t, "draft", d, w.draft(t, d.ID))
}

// Version and locks are checked once more when the repository has been read.
func TestUpdateMeetsAChange(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		while func(failer, *world, api.ConnectorStaged)
	}{
		{"another update", func(t failer, w *world, d api.ConnectorStaged) { w.update(t, d, api.SetName("theirs")) }},
		{"a publish", func(t failer, w *world, d api.ConnectorStaged) { w.update(t, d, api.Publish(false)) }},
		{"the end of a preview", func(t failer, w *world, d api.ConnectorStaged) { w.work(t, d, fails()) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := w.update(t, w.create(t), api.UpdatePreviewable())
			w.repos.during = func() { tc.while(t, w, d) }
			_, err := w.send(t, d, api.SetRepository(v3), api.SetName("ours"))
			requireConflict(t, err, 2, 3)
			if got := w.draft(t, d.ID); got.Version != 3 || got.Repository != v1 || got.Name == "ours" {
				t.Errorf("version %d of %q at %s", got.Version, got.Name, got.Repository.Tag)
			}
		})
	}
	t.Run("the end of the draft", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := w.create(t)
		w.repos.during = func() {
			gone := store.WriteSet{Op: store.Delete, Guard: store.Guard{Version: 1}, Draft: store.Draft{ID: d.ID}}
			if err := w.store.Commit(always, gone); err != nil {
				t.Error(err)
			}
		}
		_, err := w.send(t, d, api.SetRepository(v3))
		requireProblem(t, err, 404, api.CodeResourceNotFound)
	})
}

// Between the check and the write there is no read of a repository, but time
// enough for others.
func TestUpdateLosesTheRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	meddled := w.withMeddler(func(store.WriteSet) { w.update(t, d, api.SetName("theirs")) })
	_, err := meddled.Update(always, acme, byID(d), w.updateOf(t, 1, api.SetName("ours")))
	requireConflict(t, err, 1, 2)
	requireEqual(t, "name", "theirs", w.draft(t, d.ID).Name)
}

func TestSetRepository(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	previewed := w.work(t, w.update(t, d, api.UpdatePreviewable()), w.passes(t, d))
	if previewed.IsPreviewable != api.PreviewableTrue || previewed.PreviewableReport == nil {
		t.Fatal(statusOf(previewed))
	}
	w.repos.reads()
	moved := w.update(t, previewed, api.SetRepository(api.Repository{Tag: "v3"}))
	requireEqual(t, "reads", []string{"file v3"}, w.repos.reads())
	if moved.Repository != v3 || moved.IsPreviewable != api.PreviewableNone || moved.PreviewableReport != nil || moved.Version != previewed.Version+1 {
		t.Errorf("%s at %+v, version %d, report %v", statusOf(moved), moved.Repository, moved.Version, titles(moved.PreviewableReport))
	}
	if len(moved.Configurations) != 1 || moved.GlobalConfiguration != nil || moved.APIClient != nil {
		t.Errorf("the draft keeps what v1 declares: %+v", moved)
	}
}

// A preview under way is about a release that the draft does not name any more.
func TestSetRepositoryCancelsAPreview(t *testing.T) {
	t.Parallel()
	t.Run("that waits", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := w.update(t, w.create(t), api.UpdatePreviewable())
		d = w.update(t, d, api.SetRepository(v3))
		requireEqual(t, "preview", api.PreviewableNone, d.IsPreviewable)
		requireRuns(t, w, d, "preview v1 cancelled")
	})
	t.Run("that runs, for another", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := w.update(t, w.create(t), api.UpdatePreviewable())
		old := w.claim(t, d)
		w.clock.pass(time.Second)
		d = w.update(t, d, api.SetRepository(v3), api.UpdatePreviewable())
		requireEqual(t, "preview", api.PreviewablePending, d.IsPreviewable)
		requireRuns(t, w, d, "preview v3 queued", "preview v1 running")
		if run, err := w.store.Run(always, old.ID); err != nil || !run.CancelRequested {
			t.Errorf("the old run is not told to stop: %+v, %v", run, err)
		}
		// It ends all the same: its result is nobody's any more.
		if err := w.Finish(always, old, w.passes(t, d)); err != nil {
			t.Error(err)
		}
		requireEqual(t, "draft", d, w.draft(t, d.ID))
		requireRuns(t, w, d, "preview v3 queued", "preview v1 cancelled")
		d = w.work(t, d, w.passes(t, d))
		requireEqual(t, "preview", api.PreviewableTrue, d.IsPreviewable)
	})
	t.Run("but not when it changes nothing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := w.update(t, w.create(t), api.UpdatePreviewable())
		d = w.update(t, d, api.SetRepository(v1), api.SetName("x"))
		requireEqual(t, "preview", api.PreviewablePending, d.IsPreviewable)
		requireRuns(t, w, d, "preview v1 queued")
	})
	t.Run("nor when it comes back to it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := w.update(t, w.create(t), api.UpdatePreviewable())
		after := w.update(t, d, api.SetRepository(v3), api.SetRepository(v1), api.UpdatePreviewable())
		requireEqual(t, "draft", d, after)
		requireRuns(t, w, d, "preview v1 queued")
	})
}

func TestUpdatePreviewable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	d = w.update(t, d, api.UpdatePreviewable())
	requireEqual(t, "draft", "Draft, preview pending, changes true, listed false, certified false, private true", statusOf(d))
	requireRuns(t, w, d, "preview v1 queued")
	_, err := w.send(t, d, api.UpdatePreviewable())
	requireProblem(t, err, 400, api.CodePreviewRequestUnderProcess)
	// Other updates are allowed meanwhile.
	d = w.update(t, d, api.SetName("x"))
	for _, tc := range []struct {
		outcome Outcome
		want    api.IsPreviewable
	}{{fails(), api.PreviewableFalse}, {w.passes(t, d), api.PreviewableTrue}} {
		d = w.work(t, d, tc.outcome)
		requireEqual(t, "preview", tc.want, d.IsPreviewable)
		w.clock.pass(time.Second)
		d = w.update(t, d, api.UpdatePreviewable())
		requireEqual(t, "preview again", api.PreviewablePending, d.IsPreviewable)
	}
	requireRuns(t, w, d, "preview v1 queued", "preview v1 succeeded", "preview v1 failed")
}

func TestPublish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.SetName("x"), api.Publish(true))
	requireEqual(t, "draft", "Processing, preview none, changes true, listed false, certified false, private true", statusOf(d))
	runs, _, err := w.Runs(always, acme, byID(d), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "run", api.Run{
		ID: runs[0].ID, DraftID: d.ID, Kind: "publish", State: "queued", Certification: true, Repository: v1,
		CreatedAt: api.Timestamp{Time: dawn}, Steps: []api.RunStep{},
	}, runs[0])
	if _, err := w.Connector(always, acme, byID(d)); err == nil {
		t.Error("there is a Connector before the run has ended")
	}
}

func TestPublishAlreadyCertified(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t))
	d = w.rewrite(t, d.ID, certified)
	requireEqual(t, "draft", "Published, preview none, changes false, listed true, certified true, private false", statusOf(d))
	_, err := w.send(t, d, api.Publish(true))
	requireProblem(t, err, 400, api.CodeAlreadyCertified)
	_, err = w.send(t, d, api.SetName("x"), api.SetName(d.Name), api.Publish(true))
	requireProblem(t, err, 400, api.CodeAlreadyCertified)
	requireEqual(t, "draft", d, w.draft(t, d.ID))

	// What the same request changes counts.
	d = w.update(t, d, api.SetName("x"), api.Publish(true))
	requireEqual(t, "draft", "Processing, preview none, changes true, listed true, certified true, private false", statusOf(d))
	// The certified Connector stays as it is until the review is over.
	requireEqual(t, "Connector", "Tax", w.connector(t, d.ID).Name)
	d = w.work(t, d, w.passes(t, d))
	requireEqual(t, "draft", "ReadyForCertification, preview none, changes true, listed true, certified true, private false", statusOf(d))
	requireEqual(t, "Connector", "Tax", w.connector(t, d.ID).Name)
}
