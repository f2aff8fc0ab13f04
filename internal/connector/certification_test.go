package connector

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// reviewCalls are all calls of reviewers that name a draft.
func reviewCalls(w *world) map[string]func(context.Context, auth.Principal, store.Ref) error {
	return map[string]func(context.Context, auth.Principal, store.Ref) error{
		"Review": func(ctx context.Context, _ auth.Principal, ref store.Ref) error {
			_, err := w.Review(ctx, ref)
			return err
		},
		"TakeReview": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.TakeReview(ctx, p, ref)
			return err
		},
		"Approve": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.Approve(ctx, p, ref)
			return err
		},
		"Reject": func(ctx context.Context, p auth.Principal, ref store.Ref) error {
			_, err := w.Reject(ctx, p, ref, "No.")
			return err
		},
	}
}

// review is the review of a draft that is before the reviewers.
func (w *world) review(t failer, d api.ConnectorStaged) api.Review {
	t.Helper()
	r, err := w.Review(always, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReviewIsWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.submit(t, w.create(t, withKey("tax")))
	want := api.Review{
		ID: d.ID, Key: "tax", Name: "Tax", Project: acme.Project, Status: api.StatusReadyForCertification,
		Repository: v1, Commit: "c1", SubmittedAt: api.Timestamp{Time: dawn}, Draft: d,
	}
	requireEqual(t, "submitted", want, w.review(t, d))

	w.clock.pass(time.Hour)
	taken, err := w.TakeReview(always, alice, store.Ref{Key: "tax"})
	if err != nil {
		t.Fatal(err)
	}
	want.Status, want.TakenBy, want.TakenAt = api.StatusInCertification, "alice", api.Timestamp{Time: dawn.Add(time.Hour)}
	want.Draft = w.draft(t, d.ID)
	requireEqual(t, "taken", want, taken)
	requireEqual(t, "version", d.Version+1, taken.Draft.Version)

	w.clock.pass(time.Hour)
	again, err := w.TakeReview(always, alice, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "taken again", want, again)

	approved, err := w.Approve(always, alice, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	want.Status, want.ConnectorVersion, want.Draft = api.StatusPublished, 1, w.draft(t, d.ID)
	requireEqual(t, "approved", want, approved)
}

func TestApprove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.certify(t, w.create(t, withKey("tax")))
	requireEqual(t, "draft", "Published, preview none, changes false, listed true, certified true, private false", statusOf(d))
	requireEqual(t, "report", []string{"all is well", "Certification approved"}, titles(d.PublishingReport))
	c := w.connector(t, d.ID)
	requireEqual(t, "Connector", []any{d.ID, "tax", int64(1), false, true}, []any{c.ID, c.Key, c.Version, c.Private, c.Certified})
	for name, call := range reviewCalls(w) {
		got := requireProblem(t, call(always, alice, byID(d)), 404, api.CodeResourceNotFound)
		requireEqual(t, name, "The review with ID '"+d.ID+"' was not found.", got.Objects[0].Message)
	}
	// The counts of lists follow the change of private.
	for private, want := range map[bool]int{true: 0, false: 1} {
		page, err := w.Drafts(always, acme, store.DraftQuery{Private: &private, Limit: 5})
		if err != nil || page.Total != want || len(page.Documents) != want {
			t.Errorf("private %t: %d drafts, total %d, error %v", private, len(page.Documents), page.Total, err)
		}
	}
}

// A re-certification leaves the certified Connector live until it is approved.
func TestApproveAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.certify(t, w.create(t))
	d = w.submit(t, w.update(t, d, api.SetName("Taxes")))
	requireEqual(t, "draft", "ReadyForCertification, preview none, changes true, listed true, certified true, private false", statusOf(d))
	requireEqual(t, "live meanwhile", []any{int64(1), "Tax"}, []any{w.review(t, d).ConnectorVersion, w.connector(t, d.ID).Name})
	if _, err := w.TakeReview(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Approve(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	c := w.connector(t, d.ID)
	requireEqual(t, "Connector", []any{int64(2), "Taxes", true, false}, []any{c.Version, c.Name, c.Certified, c.Private})
}

func TestReject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t))
	d = w.submit(t, w.update(t, d, api.SetName("Taxes"), api.AddCertificationComment("Please look.")))
	if _, err := w.TakeReview(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	review, err := w.Reject(always, alice, byID(d), "The support page answers 404.")
	if err != nil {
		t.Fatal(err)
	}
	d = w.draft(t, d.ID)
	requireEqual(t, "review", []any{api.StatusFailed, "alice", d}, []any{review.Status, review.TakenBy, review.Draft})
	requireEqual(t, "draft", "Failed, preview none, changes true, listed true, certified false, private true", statusOf(d))
	requireEqual(t, "comments", []string{"acme: Please look.", "reviewers: The support page answers 404."}, comments(d))
	entries := d.PublishingReport.Entries
	requireEqual(t, "entry", api.ConnectorReportEntry{
		Type: api.EntryError, Title: "Certification rejected", Message: "The support page answers 404.", CreatedAt: api.Timestamp{Time: dawn},
	}, entries[len(entries)-1])
	if c := w.connector(t, d.ID); c.Version != 1 || c.Name != "Tax" {
		t.Errorf("the Connector has become %s, version %d", c.Name, c.Version)
	}
	d = w.certify(t, d)
	requireEqual(t, "mended", "Published, preview none, changes false, listed true, certified true, private false", statusOf(d))
	requireEqual(t, "a report is of one publish", []string{"all is well", "Certification approved"}, titles(d.PublishingReport))
}

func TestReadReason(t *testing.T) {
	t.Parallel()
	reason, err := ReadReason([]byte(`{"reason": "No\nlicense.", "other": 1}`))
	if err != nil || reason != "No\nlicense." {
		t.Errorf("%q, %v", reason, err)
	}
	for body, want := range map[string]string{
		`{}`:              "$.reason: is required.",
		`{"reason": " "}`: "$.reason: must not be empty.",
		`{"reason": 1}`:   "$.reason: must be a string, but is a number.",
		`{"reason": "` + strings.Repeat("x", 10_001) + `"}`: "$.reason: must have at most 10000 characters, but has 10001.",
	} {
		_, err := ReadReason([]byte(body))
		got := requireProblem(t, err, 400, api.CodeInvalidJSONInput)
		requireEqual(t, body, []string{want}, details(got))
	}
}

func TestReadNothing(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", `{"a": 1}`} {
		if err := ReadNothing([]byte(body)); err != nil {
			t.Errorf("%q: %v", body, err)
		}
	}
	for _, body := range []string{" ", "[]", "null", `{"a":1,"a":1}`} {
		requireProblem(t, ReadNothing([]byte(body)), 400, api.CodeInvalidJSONInput)
	}
}

// Only who has taken a review decides.
func TestReviewersDoNotInterfere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.submit(t, w.create(t))
	calls := reviewCalls(w)
	for _, name := range []string{"Approve", "Reject"} {
		got := requireProblem(t, calls[name](always, alice, byID(d)), 400, api.CodeNotInCertification)
		requireEqual(t, name, "Take the review first.", got.Objects[0].Message)
	}
	if _, err := w.TakeReview(always, bob, byID(d)); err != nil {
		t.Fatal(err)
	}
	d = w.draft(t, d.ID)
	for name, code := range map[string]api.ErrorCode{
		"TakeReview": api.CodeInCertification, "Approve": api.CodeNotInCertification, "Reject": api.CodeNotInCertification,
	} {
		got := requireProblem(t, calls[name](always, alice, byID(d)), 400, code)
		requireEqual(t, name, "Another reviewer has taken it: bob.", got.Objects[0].Message)
	}
	requireEqual(t, "draft", d, w.draft(t, d.ID))
}

func TestReviewOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.publish(t, w.create(t, withKey("tax")))
	nobodys := uuid.NewString()
	for name, call := range reviewCalls(w) {
		for ref, named := range map[store.Ref]string{
			{ID: draft.ID}: "ID '" + draft.ID + "'", {ID: nobodys}: "ID '" + nobodys + "'", {Key: "tax"}: "key 'tax'", {Key: "no"}: "key 'no'",
		} {
			got := requireProblem(t, call(always, alice, ref), 404, api.CodeResourceNotFound)
			requireEqual(t, name, "The review with "+named+" was not found.", got.Objects[0].Message)
		}
	}
}

func TestReviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := func(limit, offset int) []string {
		t.Helper()
		reviews, total, err := w.Reviews(always, limit, offset)
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, "total", 3, total)
		names := []string{}
		for _, r := range reviews {
			names = append(names, r.Name)
			requireEqual(t, r.Name, r, w.review(t, r.Draft))
		}
		return names
	}
	if reviews, total, err := w.Reviews(always, 5, 0); err != nil || total != 0 || reviews == nil || len(reviews) != 0 {
		t.Fatalf("%v, total %d, error %v", reviews, total, err)
	}
	named := func(name string) api.ConnectorStaged {
		w.clock.pass(time.Second)
		return w.create(t, func(d *api.ConnectorStagedDraft) { d.Name = name })
	}
	a, b, c := named("a"), named("b"), named("c")
	named("draft")
	w.update(t, named("processing"), api.Publish(true))
	w.certify(t, named("certified"))
	for _, d := range []api.ConnectorStaged{c, a, b} {
		w.clock.pass(time.Second)
		w.submit(t, d)
	}
	requireEqual(t, "all", []string{"c", "a", "b"}, list(5, 0))
	requireEqual(t, "page", []string{"a"}, list(1, 1))
	w.clock.pass(time.Second)
	if _, err := w.TakeReview(always, alice, byID(c)); err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "one is taken", []string{"a", "b", "c"}, list(5, 0))
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fresh := w.submit(t, w.create(t))
	published := w.submit(t, w.publish(t, w.create(t)))
	if _, err := w.TakeReview(always, alice, byID(published)); err != nil {
		t.Fatal(err)
	}
	for want, d := range map[string]api.ConnectorStaged{
		"Draft, preview none, changes true, listed false, certified false, private true":     fresh,
		"Published, preview none, changes false, listed true, certified false, private true": published,
	} {
		before := w.draft(t, d.ID)
		doc, err := w.Withdraw(always, acme, byID(d))
		if err != nil {
			t.Fatal(err)
		}
		after := decoded[api.ConnectorStaged](t, doc)
		requireEqual(t, "answer", w.draft(t, d.ID), after)
		requireEqual(t, "draft", want, statusOf(after))
		requireEqual(t, "version", before.Version+1, after.Version)
		requireEqual(t, "report", []string{"all is well", "Certification withdrawn"}, titles(after.PublishingReport))
		_, err = w.Withdraw(always, acme, byID(d))
		requireProblem(t, err, 400, api.CodeNotInCertification)
		w.certify(t, w.update(t, after, api.SetName("Taxes")))
	}
	processing := w.update(t, w.create(t), api.Publish(true))
	_, err := w.Withdraw(always, acme, byID(processing))
	requireProblem(t, err, 400, api.CodeNotInCertification)
}

// What is certified is what was submitted: not what the tag names by the time of
// the review, nor what a preview meanwhile has written to the draft.
func TestTheCandidateIsASnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	d = w.update(t, d, api.UpdatePreviewable(), api.Publish(true))
	runs, _, err := w.store.RunsOf(always, d.ID, 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(kind store.RunKind) store.Run {
		i := slices.IndexFunc(runs, func(r store.Run) bool { return r.Kind == kind })
		return w.claimRun(t, runs[i].ID)
	}
	if err := w.Finish(always, claim(store.RunPublish), w.passes(t, d)); err != nil {
		t.Fatal(err)
	}
	submitted := w.draft(t, d.ID)
	w.repos.put(v1, release{commit: "moved", text: otherSpecification})
	if err := w.Finish(always, claim(store.RunPreview), w.passes(t, d)); err != nil {
		t.Fatal(err)
	}
	d = w.draft(t, d.ID)
	requireEqual(t, "the preview's", "other", d.Configurations[0].ApplicationName)
	requireEqual(t, "commit", "c1", w.review(t, d).Commit)

	d = w.update(t, d, api.AddPrivateProject(bolt.Project), api.AddCertificationComment("Moved."))
	if _, err := w.TakeReview(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Approve(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	d = w.draft(t, d.ID)
	requireEqual(t, "draft", "Published, preview true, changes true, listed true, certified true, private false", statusOf(d))
	requireEqual(t, "certified", submitted.Configurations, w.connector(t, d.ID).Configurations)
	requireEqual(t, "kept", []any{[]string{bolt.Project}, []string{"acme: Moved."}}, []any{d.PrivateProjects, comments(d)})
}

// Comments are taken in every state but Processing.
func TestCertificationComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	say := func(text string) { t.Helper(); d = w.update(t, w.draft(t, d.ID), api.AddCertificationComment(text)) }
	say("a draft")
	d = w.work(t, w.update(t, d, api.Publish(true)), fails())
	say("failed")
	d = w.submit(t, d)
	w.clock.pass(time.Minute)
	say("waiting")
	if _, err := w.TakeReview(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	say("taken")
	if _, err := w.Approve(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	say("published")
	requireEqual(t, "comments", []string{"acme: a draft", "acme: failed", "acme: waiting", "acme: taken", "acme: published"}, comments(d))
	requireEqual(t, "times", []time.Time{dawn, dawn.Add(time.Minute)},
		[]time.Time{d.CertificationInfo.Comments[1].Datetime.Time, d.CertificationInfo.Comments[2].Datetime.Time})
	requireEqual(t, "a comment is no change of the Connector", false, d.HasChanges)
	d = w.update(t, d, api.Publish(false))
	_, err := w.send(t, d, api.AddCertificationComment("x"))
	requireConflict(t, err, d.Version, d.Version)
}

func TestUnlist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.certify(t, w.create(t, withKey("tax")))
	requireFound(t, w, bolt, 1)
	d = w.update(t, d, api.Unlist())
	requireEqual(t, "draft", "Published, preview none, changes false, listed false, certified true, private false", statusOf(d))
	for _, p := range []auth.Principal{acme, bolt} {
		requireFound(t, w, p, 0)
		if _, err := w.Connector(always, p, store.Ref{Key: "tax"}); err != nil {
			t.Errorf("%s does not see it any more: %v", p.Project, err)
		}
	}
	requireEqual(t, "no publish", int64(1), w.connector(t, d.ID).Version)
	requireEqual(t, "again", d, w.update(t, d, api.Unlist()))

	// A private one stays listed.
	private := w.publish(t, w.create(t))
	requireEqual(t, "private", private, w.update(t, private, api.Unlist()))
	requireFound(t, w, acme, 1)
}

// requireFound says how many Connectors a project finds.
func requireFound(t *testing.T, w *world, p auth.Principal, want int) {
	t.Helper()
	page, err := w.Connectors(always, p, store.ConnectorQuery{Viewer: "nobody:asks", Limit: 5})
	if err != nil || page.Total != want || len(page.Documents) != want {
		t.Errorf("%s finds %d, total %d, error %v; want %d", p.Project, len(page.Documents), page.Total, err, want)
	}
}

// What was certified and unlisted comes back without a review, if it is the same
// to the commit.
func TestRelist(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*testing.T, *world, api.ConnectorStaged) api.ConnectorStaged
		status api.ConnectorStatus
	}{
		{"unchanged", func(_ *testing.T, _ *world, d api.ConnectorStaged) api.ConnectorStaged { return d }, api.StatusPublished},
		{"changed back", func(t *testing.T, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			t.Helper()
			return w.update(t, w.update(t, d, api.SetName("x"), api.SetRepository(v3)), api.SetName("Tax"), api.SetRepository(v1))
		}, api.StatusPublished},
		{"changed", func(t *testing.T, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			t.Helper()
			return w.update(t, d, api.SetName("x"))
		}, api.StatusReadyForCertification},
		{"the same at another tag", func(t *testing.T, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			t.Helper()
			return w.update(t, d, api.SetRepository(v2))
		}, api.StatusReadyForCertification},
		{"a tag that moved", func(_ *testing.T, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			w.repos.put(v1, release{commit: "moved", text: specification})
			return d
		}, api.StatusReadyForCertification},
		{"made private between", func(t *testing.T, w *world, d api.ConnectorStaged) api.ConnectorStaged {
			t.Helper()
			return w.publish(t, d)
		}, api.StatusReadyForCertification},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := w.update(t, w.certify(t, w.create(t)), api.Unlist())
			d = w.submit(t, tc.change(t, w, d))
			requireEqual(t, "status", tc.status, d.Status)
			if tc.status == api.StatusPublished {
				requireEqual(t, "draft", "Published, preview none, changes false, listed true, certified true, private false", statusOf(d))
				requireFound(t, w, bolt, 1)
			}
		})
	}
}

// Who may see a private Connector follows at once; no publish is needed, and
// nothing differs from the Connector by it.
func TestPrivateProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.publish(t, w.create(t))
	requireFound(t, w, bolt, 0)
	d = w.update(t, d, api.AddPrivateProject("r:zz"), api.AddPrivateProject(bolt.Project))
	requireEqual(t, "draft", "Published, preview none, changes false, listed true, certified false, private true", statusOf(d))
	requireFound(t, w, bolt, 1)
	requireEqual(t, "again", d, w.update(t, d, api.AddPrivateProject("r:zz")))
	d = w.submit(t, d)
	d = w.update(t, d, api.RemovePrivateProject(bolt.Project))
	requireFound(t, w, bolt, 0)
	requireEqual(t, "projects", []string{"r:zz"}, d.PrivateProjects)
	if _, err := w.TakeReview(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Approve(always, alice, byID(d)); err != nil {
		t.Fatal(err)
	}
	requireFound(t, w, bolt, 1)
	d = w.draft(t, d.ID)
	for _, a := range []api.UpdateAction{api.AddPrivateProject(bolt.Project), api.RemovePrivateProject("r:zz")} {
		_, err := w.send(t, d, a)
		requireProblem(t, err, 400, api.CodeNotPrivate)
	}
	d = w.publish(t, d)
	requireFound(t, w, bolt, 0)
	w.update(t, d, api.AddPrivateProject(bolt.Project))
	requireFound(t, w, bolt, 1)
}

// A step that names no version is tried anew when it is overtaken.
func TestReviewMeetsAChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.submit(t, w.create(t))
	said := 0
	s := w.withMeddler(func(store.WriteSet) {
		if said < 3 {
			said++
			w.update(t, w.draft(t, d.ID), api.AddCertificationComment("x"))
		}
	})
	review, err := s.TakeReview(always, alice, byID(d))
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "comments", 3, len(comments(review.Draft)))

	// Two reviewers at once: the second one learns of the first.
	d = w.submit(t, w.create(t))
	s = w.withMeddler(func(store.WriteSet) {
		if _, err := w.TakeReview(always, bob, byID(d)); err != nil {
			t.Error(err)
		}
	})
	_, err = s.TakeReview(always, alice, byID(d))
	requireProblem(t, err, 400, api.CodeInCertification)

	// It is not tried for ever.
	d = w.submit(t, w.create(t))
	s = w.withMeddler(func(store.WriteSet) { w.update(t, w.draft(t, d.ID), api.AddCertificationComment("x")) })
	_, err = s.TakeReview(always, alice, byID(d))
	got := requireProblem(t, err, 503, api.CodeGeneral)
	requireEqual(t, "retry after", time.Second, got.RetryAfter)
	requireEqual(t, "status", api.StatusReadyForCertification, w.draft(t, d.ID).Status)
}

// A list of reviews leaves out what is deleted while it is made.
func TestReviewsOfWhatVanishes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := w.submit(t, w.publish(t, w.create(t)))
	w.submit(t, w.create(t))
	s := *w.Service
	s.store = &vanishing{Store: w.store, version: gone.Version}
	reviews, _, err := s.Reviews(always, 5, 0)
	if err != nil || len(reviews) != 1 {
		t.Errorf("%d reviews, error %v; want the other one", len(reviews), err)
	}
}
