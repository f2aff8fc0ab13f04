package connector

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestFinishPreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	w.clock.pass(time.Minute)
	run := w.claim(t, d)
	if err := w.Finish(always, run, fails()); err != nil {
		t.Fatal(err)
	}
	got := w.draft(t, d.ID)
	want := d
	want.Version, want.IsPreviewable = 3, api.PreviewableFalse
	want.PreviewableReport = &api.ConnectorReport{Entries: fails().Entries}
	requireEqual(t, "draft of a bad release", want, got)

	ended, err := w.store.Run(always, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "run", []any{store.RunFailed, "", "bad", dawn.Add(time.Minute), `[{"name":"check","milliseconds":1.5}]`,
		`{"valid":false,"commit":"bad","engine":"e","ruleset":"r","findings":[]}`},
		[]any{ended.State, ended.Token, ended.Commit, ended.EndedAt, string(ended.Steps), string(ended.Report)})

	// The tag names another commit now; what it declares becomes the draft's.
	w.repos.put(v1, release{commit: "c9", text: otherSpecification})
	got = w.work(t, w.update(t, got, api.UpdatePreviewable()), w.passes(t, d))
	want.Version, want.IsPreviewable = 5, api.PreviewableTrue
	want.PreviewableReport = &api.ConnectorReport{Entries: w.passes(t, d).Entries}
	want.GlobalConfiguration, want.APIClient = nil, nil
	want.Configurations = got.Configurations
	requireEqual(t, "draft of a good release", want, got)
	requireEqual(t, "application", "other", got.Configurations[0].ApplicationName)
}

const production = `{"id":"ID","key":"tax","version":1,"name":"Tax","integrationTypes":["tax"],"creator":{"email":"jane@example.com"},` +
	`"repository":{"url":"https://git.example/acme/shop.git","tag":"v1"},` + declared + `,"private":true,"supportedRegions":[],"certified":false}`

func TestFinishPublish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t, withKey("tax"), func(d *api.ConnectorStagedDraft) {
		d.IntegrationTypes, d.PrivateProjects = []api.IntegrationType{"tax"}, []string{"z:zz", bolt.Project}
	})
	processing := w.update(t, d, api.Publish(false))
	w.clock.pass(time.Minute)
	got := w.work(t, processing, w.passes(t, d))
	want := processing
	want.Version, want.Status, want.HasChanges, want.AlreadyListed = 3, api.StatusPublished, false, true
	want.PublishingReport = &api.ConnectorReport{Entries: w.passes(t, d).Entries}
	requireEqual(t, "draft", want, got)

	row, err := w.store.Connector(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "Connector", strings.Replace(production, "ID", d.ID, 1), string(row.Document))
	requireEqual(t, "projects that may see it", []string{bolt.Project, "z:zz"}, row.PrivateProjects)
	published := dawn.Add(time.Minute)
	requireEqual(t, "owner and times", []any{acme.Project, published, published}, []any{row.Owner, row.CreatedAt, row.LastModifiedAt})
	requireRuns(t, w, d, "publish v1 succeeded")

	// Each publish counts, and only a publish; what it read is what it publishes.
	w.clock.pass(time.Minute)
	w.repos.put(v1, release{commit: "c9", text: otherSpecification})
	got = w.publish(t, w.update(t, got, api.SetName("Tax 2")))
	if c := w.connector(t, d.ID); c.Version != 2 || c.Name != "Tax 2" || c.Configurations[0].ApplicationName != "other" || c.APIClient != nil {
		t.Errorf("Connector %+v", c)
	}
	requireEqual(t, "application of the draft", "other", got.Configurations[0].ApplicationName)
	again, err := w.store.Connector(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "times", []any{published, dawn.Add(2 * time.Minute)}, []any{again.CreatedAt, again.LastModifiedAt})
	requireEqual(t, "draft", "Published, preview none, changes false, listed true, certified false, private true", statusOf(got))
}

// A draft that is edited after its publish leaves the Connector alone, and so
// does a publish that fails.
func TestTheConnectorIsASnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t))
	before, err := w.store.Connector(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	// Who may see the Connector is no part of the snapshot: that follows at once.
	noEdits := []string{"publish", "updatePreviewable", "addPrivateProject", "removePrivateProject"}
	for name, a := range everyAction() {
		if !slices.Contains(noEdits, name) {
			d = w.update(t, d, a)
		}
	}
	requireEqual(t, "edited", "Published, preview none, changes true, listed true, certified false, private true", statusOf(d))
	d = w.update(t, d, api.Publish(false))
	requireEqual(t, "processing", "Processing, preview none, changes true, listed true, certified false, private true", statusOf(d))
	d = w.work(t, d, fails())
	requireEqual(t, "failed", "Failed, preview none, changes true, listed true, certified false, private true", statusOf(d))
	requireEqual(t, "report", []string{"nothing is well"}, titles(d.PublishingReport))

	after, err := w.store.Connector(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "Connector", before, after)
	// From Failed it can be published again.
	d = w.update(t, d, api.SetRepository(v2))
	requireEqual(t, "published", "Published, preview none, changes false, listed true, certified false, private true", statusOf(w.publish(t, d)))
}

func TestFinishFirstPublishFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.work(t, w.update(t, w.create(t), api.Publish(true)), fails())
	requireEqual(t, "draft", "Failed, preview none, changes true, listed false, certified false, private true", statusOf(d))
	_, err := w.Connector(always, acme, byID(d))
	requireProblem(t, err, 404, api.CodeResourceNotFound)
	requireRuns(t, w, d, "publish v1 failed")
	d = w.update(t, d, api.SetName("x"))
	requireEqual(t, "an edit keeps the status", api.StatusFailed, d.Status)
}

func TestFinishPublishWithCertification(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	d = w.work(t, w.update(t, d, api.Publish(true)), w.passes(t, d))
	requireEqual(t, "draft", "ReadyForCertification, preview none, changes true, listed false, certified false, private true", statusOf(d))
	requireEqual(t, "report", []string{"all is well"}, titles(d.PublishingReport))
	_, err := w.Connector(always, acme, byID(d))
	requireProblem(t, err, 404, api.CodeResourceNotFound)
	// A preview is allowed meanwhile, and ends as ever.
	d = w.work(t, w.update(t, d, api.UpdatePreviewable()), w.passes(t, d))
	requireEqual(t, "draft", "ReadyForCertification, preview true, changes true, listed false, certified false, private true", statusOf(d))
}

// publish(false) of a certified public Connector makes it private, and says so;
// not before the run has succeeded.
func TestFinishMakesAPublicConnectorPrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t))
	d = w.rewrite(t, d.ID, certified)
	d = w.update(t, d, api.Publish(false))
	requireEqual(t, "processing", "Processing, preview none, changes false, listed true, certified true, private false", statusOf(d))
	d = w.work(t, d, fails())
	requireEqual(t, "failed", "Failed, preview none, changes false, listed true, certified true, private false", statusOf(d))
	requireEqual(t, "report", []string{"nothing is well"}, titles(d.PublishingReport))
	if c := w.connector(t, d.ID); c.Private || !c.Certified || c.Version != 1 {
		t.Errorf("Connector %d: private %t, certified %t", c.Version, c.Private, c.Certified)
	}
	d = w.publish(t, d)
	requireEqual(t, "published", "Published, preview none, changes false, listed true, certified false, private true", statusOf(d))
	requireEqual(t, "report", []string{"all is well", "CONNECTOR IS PRIVATE NOW"}, titles(d.PublishingReport))
	if c := w.connector(t, d.ID); !c.Private || c.Certified || c.Version != 2 {
		t.Errorf("Connector %d: private %t, certified %t", c.Version, c.Private, c.Certified)
	}
	// It is private already.
	requireEqual(t, "report", []string{"all is well"}, titles(w.publish(t, d).PublishingReport))
	for private, want := range map[bool]int{true: 1, false: 0} {
		page, err := w.Drafts(always, acme, store.DraftQuery{Private: &private, Limit: 5})
		if err != nil || page.Total != want || len(page.Documents) != want {
			t.Errorf("private %t: %d drafts, total %d, error %v", private, len(page.Documents), page.Total, err)
		}
	}
}

func TestFinishWarnsOfAMovedTag(t *testing.T) {
	t.Parallel()
	const warning = "GIT TAG MOVED SINCE THE PREVIEW"
	moved := release{commit: "c9", text: otherSpecification}
	preview := func(t failer, w *world, d api.ConnectorStaged) api.ConnectorStaged {
		return w.work(t, w.update(t, d, api.UpdatePreviewable()), w.passes(t, d))
	}
	for _, tc := range []struct {
		name   string
		before func(failer, *world, api.ConnectorStaged) api.ConnectorStaged
		want   []string
	}{
		{"moved", func(t failer, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			d = preview(t, w, d)
			w.repos.put(v1, moved)
			return d
		}, []string{"all is well", warning}},
		{"not moved", preview, []string{"all is well"}},
		{"never previewed", func(t failer, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			w.repos.put(v1, moved)
			return d
		}, []string{"all is well"}},
		{"moved before the last preview", func(t failer, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			d = preview(t, w, d)
			w.repos.put(v1, moved)
			return preview(t, w, d)
		}, []string{"all is well"}},
		{"moved, and bad at the last preview", func(t failer, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			d = w.work(t, w.update(t, preview(t, w, d), api.UpdatePreviewable()), fails())
			w.repos.put(v1, moved)
			return d
		}, []string{"all is well", warning}},
		{"another tag", func(t failer, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			return w.update(t, preview(t, w, d), api.SetRepository(v2))
		}, []string{"all is well"}},
		{"another tag whose preview failed", func(t failer, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			d = w.update(t, preview(t, w, d), api.SetRepository(v2), api.UpdatePreviewable())
			return w.work(t, d, fails())
		}, []string{"all is well"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := w.publish(t, tc.before(t, w, w.create(t)))
			requireEqual(t, "report", tc.want, titles(d.PublishingReport))
			if len(tc.want) == 2 {
				requireEqual(t, "message", "Tag v1 named commit c1 at the preview and names commit c9 now. The publish used c9.",
					d.PublishingReport.Entries[1].Message)
			}
		})
	}
	t.Run("a publish that fails says it too", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := preview(t, w, w.create(t))
		d = w.work(t, w.update(t, d, api.Publish(false)), fails())
		requireEqual(t, "report", []string{"nothing is well", warning}, titles(d.PublishingReport))
		unresolved := fails()
		unresolved.Commit = ""
		d = w.work(t, w.update(t, d, api.Publish(false)), unresolved)
		requireEqual(t, "report without a commit", []string{"nothing is well"}, titles(d.PublishingReport))
	})
}

// snapshot is everything that is stored of a draft and a run.
func snapshot(t *testing.T, w *world, draft, run string) []any {
	t.Helper()
	d, err := w.store.Draft(always, store.Ref{ID: draft})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.store.Run(always, run)
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.store.Connector(always, store.Ref{ID: draft})
	if err != nil && !isMissing(err) {
		t.Fatal(err)
	}
	return []any{d, r, c}
}

// Whoever lost the claim changes nothing: neither by a result, nor by giving up.
func TestLostClaim(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		action api.UpdateAction
		after  func(*testing.T, *world, api.ConnectorStaged)
	}{
		{"publish", api.Publish(false), nil},
		{"preview", api.UpdatePreviewable(), nil},
		{"cancelled preview", api.UpdatePreviewable(), func(t *testing.T, w *world, d api.ConnectorStaged) {
			t.Helper()
			w.update(t, d, api.SetRepository(v2))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := w.update(t, w.create(t), tc.action)
			lost := w.claim(t, d)
			w.clock.pass(lease)
			held := w.claimRun(t, lost.ID)
			if tc.after != nil {
				tc.after(t, w, d)
			}
			before := snapshot(t, w, d.ID, lost.ID)
			for what, end := range map[string]func() error{
				"finish":  func() error { return w.Finish(always, lost, w.passes(t, d)) },
				"fail":    func() error { return w.Finish(always, lost, fails()) },
				"abandon": func() error { return w.Abandon(always, lost, Outcome{}) },
			} {
				if err := end(); !errors.Is(err, store.ErrConflict) {
					t.Errorf("%s: error %v, want ErrConflict", what, err)
				}
				requireEqual(t, what, before, snapshot(t, w, d.ID, lost.ID))
			}
			if err := w.Finish(always, held, w.passes(t, d)); err != nil {
				t.Errorf("the holder cannot finish: %v", err)
			}
			// An end that was written is not written again.
			before = snapshot(t, w, d.ID, lost.ID)
			if err := w.Finish(always, held, fails()); !errors.Is(err, store.ErrConflict) {
				t.Errorf("twice: error %v, want ErrConflict", err)
			}
			requireEqual(t, "twice", before, snapshot(t, w, d.ID, lost.ID))
		})
	}
}

// The draft is edited while its preview ends: both are to be seen.
func TestFinishRetries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	run := w.claim(t, d)
	edits := 0
	meddled := w.withMeddler(func(store.WriteSet) {
		if edits < 3 {
			edits++
			d = w.update(t, d, api.SetCreatorNoOfContributors(int64(edits)))
		}
	})
	if err := meddled.Finish(always, run, w.passes(t, d)); err != nil {
		t.Fatal(err)
	}
	got := w.draft(t, d.ID)
	if got.Version != 6 || got.Creator.NoOfContributors != 3 || got.IsPreviewable != api.PreviewableTrue {
		t.Errorf("version %d, contributors %d, preview %s", got.Version, got.Creator.NoOfContributors, got.IsPreviewable)
	}
	requireEqual(t, "report", []string{"all is well"}, titles(got.PreviewableReport))
	requireRuns(t, w, d, "preview v1 succeeded")
}

// A draft that never rests does not hold a worker for ever; the run is still to
// be ended.
func TestFinishGivesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	run := w.claim(t, d)
	edits := 0
	meddled := w.withMeddler(func(store.WriteSet) {
		edits++
		d = w.update(t, d, api.SetCreatorNoOfContributors(int64(edits)))
	})
	err := meddled.Finish(always, run, w.passes(t, d))
	if err == nil || errors.Is(err, store.ErrConflict) {
		t.Errorf("error %v, want one that says that the run is left", err)
	}
	requireEqual(t, "attempts", finishAttempts, edits)
	requireRuns(t, w, d, "preview v1 running")
	if err := w.Finish(always, run, w.passes(t, d)); err != nil {
		t.Errorf("later: %v", err)
	}
}

// The preview is cancelled just before its result is written.
func TestFinishMeetsACancellation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	run := w.claim(t, d)
	cancelled := false
	meddled := w.withMeddler(func(store.WriteSet) {
		if !cancelled {
			cancelled = true
			d = w.update(t, d, api.SetRepository(v3))
		}
	})
	if err := meddled.Finish(always, run, w.passes(t, d)); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "draft", d, w.draft(t, d.ID))
	requireRuns(t, w, d, "preview v1 cancelled")
}

func TestFinishWithoutADraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.Publish(false))
	run := w.claim(t, d)
	gone := store.WriteSet{Op: store.Delete, Guard: store.Guard{Version: d.Version}, Draft: store.Draft{ID: d.ID}}
	if err := w.store.Commit(always, gone); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(always, run, w.passes(t, d)); err != nil {
		t.Fatal(err)
	}
	ended, err := w.store.Run(always, run.ID)
	if err != nil || ended.State != store.RunCancelled {
		t.Errorf("run %s, error %v", ended.State, err)
	}
}

func TestFinishWithTroubleOfTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.Publish(false))
	run := w.claim(t, d)
	before := snapshot(t, w, d.ID, run.ID)
	for name, end := range map[string]func(*Service) error{
		"finish":  func(s *Service) error { return s.Finish(ended(), run, w.passes(t, d)) },
		"abandon": func(s *Service) error { return s.Abandon(ended(), run, Outcome{}) },
	} {
		if err := end(w.Service); err == nil || errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: error %v, want the database's", name, err)
		}
		requireEqual(t, name, before, snapshot(t, w, d.ID, run.ID))
	}
}

func TestAbandon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	run := w.claim(t, d)
	d = w.update(t, d, api.SetRepository(v3))
	if err := w.Abandon(always, run, Outcome{Steps: []api.RunStep{{Name: "fetch", Milliseconds: 2, Failed: true}}}); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "draft", d, w.draft(t, d.ID))
	ended, err := w.store.Run(always, run.ID)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "run", []any{store.RunCancelled, "", "", `[{"name":"fetch","milliseconds":2,"failed":true}]`, ""},
		[]any{ended.State, ended.Token, ended.Commit, string(ended.Steps), string(ended.Report)})
}

func TestOutcomePassed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	passed := w.passes(t, w.create(t))
	withoutSpec, notValid := passed, passed
	withoutSpec.Spec, notValid.Report.Valid = nil, false
	for o, want := range map[*Outcome]bool{&passed: true, &withoutSpec: false, &notValid: false, {}: false} {
		if o.Passed() != want {
			t.Errorf("%+v passed: %t", o, !want)
		}
	}
}
