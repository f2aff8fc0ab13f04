package connector

import (
	"slices"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// The part of the lifecycle's model that is about reviews, deletes, and who sees
// what.

// advanceOne brings a draft one step nearer to the end of a certification, which
// steps by chance seldom come to.
func (m *machine) advanceOne(t *rapid.T) {
	id := m.any(t)
	d := m.drafts[id]
	switch {
	case d.status == api.StatusProcessing:
		if m.runs[d.publishRun].state == store.RunRunning {
			m.clock.pass(lease)
		}
		m.end(t, m.take(t, d.publishRun), true)
	case !d.inReview():
		m.request(t, id, api.Publish(true))
	case d.candidate.takenBy == "":
		m.decide(t, id, "take", alice)
	default:
		reviewer := map[string]auth.Principal{alice.ClientID: alice, bob.ClientID: bob}[d.candidate.takenBy]
		m.decide(t, id, rapid.SampledFrom([]string{"approve", "reject"}).Draw(t, "decision"), reviewer)
	}
}

// reviewOne is a step of a reviewer, of whom there are two.
func (m *machine) reviewOne(t *rapid.T) {
	m.decide(t, m.any(t), rapid.SampledFrom([]string{"take", "approve", "reject"}).Draw(t, "decision"),
		rapid.SampledFrom([]auth.Principal{alice, bob}).Draw(t, "reviewer"))
}

func (m *machine) decide(t *rapid.T, id, decision string, reviewer auth.Principal) {
	before := m.drafts[id]
	var review api.Review
	var err error
	switch decision {
	case "take":
		review, err = m.TakeReview(always, reviewer, store.Ref{ID: id})
	case "approve":
		review, err = m.Approve(always, reviewer, store.Ref{ID: id})
	case "reject":
		review, err = m.Reject(always, reviewer, store.Ref{ID: id}, "No.")
	}
	after := *before
	if code := after.review(decision, reviewer.ClientID); code != "" {
		requireProblem(t, err, map[bool]int{true: 404, false: 400}[code == api.CodeResourceNotFound], code)
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", decision, err)
	}
	m.drafts[id] = &after
	requireEqual(t, "review", []any{after.status, before.candidate.tag, after.production.version, m.draft(t, id)},
		[]any{review.Status, review.Repository.Tag, review.ConnectorVersion, review.Draft})
}

// review is what a reviewer's step does.
func (d *draftModel) review(decision, reviewer string) api.ErrorCode {
	if !d.inReview() {
		return api.CodeResourceNotFound
	}
	c := *d.candidate
	switch {
	case decision == "take" && c.takenBy == "":
		c.takenBy = reviewer
		d.version++
		d.candidate, d.status = &c, api.StatusInCertification
	case decision == "take" && c.takenBy != reviewer:
		return api.CodeInCertification
	case decision == "take":
	case c.takenBy != reviewer:
		return api.CodeNotInCertification
	case decision == "approve":
		d.conclude(api.StatusPublished, "Certification approved")
		d.promote(c.name, c.tag, true)
	case decision == "reject":
		d.conclude(api.StatusFailed, "Certification rejected")
		d.comments = append(slices.Clone(d.comments), "reviewers: No.")
	}
	return ""
}

func (m *machine) withdrawOne(t *rapid.T) {
	id := m.any(t)
	_, err := m.Withdraw(always, acme, store.Ref{ID: id})
	after := *m.drafts[id]
	if !after.inReview() {
		requireProblem(t, err, 400, api.CodeNotInCertification)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	status := api.StatusDraft
	if after.production.version > 0 {
		status = api.StatusPublished
	}
	after.conclude(status, "Certification withdrawn")
	m.drafts[id] = &after
}

func (m *machine) deleteOne(t *rapid.T) {
	id := m.any(t)
	d := m.drafts[id]
	doc, err := m.Delete(always, acme, store.Ref{ID: id})
	switch {
	case d.inReview():
		requireProblem(t, err, 400, api.CodeInCertification)
		return
	case d.status == api.StatusProcessing, d.preview == api.PreviewablePending:
		requireConflict(t, err, d.version, d.version)
		return
	case err != nil:
		t.Fatal(err)
	}
	requireEqual(t, "what was deleted", d.version, decoded[api.ConnectorStaged](t, doc).Version)
	delete(m.drafts, id)
	m.draftIDs = slices.DeleteFunc(m.draftIDs, func(of string) bool { return of == id })
	for _, read := range []func() ([]byte, error){
		func() ([]byte, error) { return m.Draft(always, acme, store.Ref{ID: id}) },
		func() ([]byte, error) { return m.Connector(always, acme, store.Ref{ID: id}) },
	} {
		_, err := read()
		requireProblem(t, err, 404, api.CodeResourceNotFound)
	}
}

// compareReview reads what reviewers see.
func (m *machine) compareReview(t *rapid.T, id string) {
	t.Helper()
	want := m.drafts[id].candidate
	got, err := m.Review(always, store.Ref{ID: id})
	if want == nil {
		requireProblem(t, err, 404, api.CodeResourceNotFound)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "review", *want, candidateModel{name: got.Draft.Name, tag: got.Repository.Tag, takenBy: got.TakenBy}, candidates)
}

var candidates = cmp.AllowUnexported(candidateModel{})

// compareVisibility asks for the Connector, and searches for it, as its owner and
// as a project that it may have been given to.
func (m *machine) compareVisibility(t *rapid.T, id string) {
	t.Helper()
	d := m.drafts[id]
	given := d.production.certified || slices.Contains(d.projects, bolt.Project)
	for _, c := range []struct {
		who  auth.Principal
		sees bool
	}{{acme, d.production.version > 0}, {bolt, d.production.version > 0 && given}} {
		if _, err := m.Connector(always, c.who, store.Ref{ID: id}); (err == nil) != c.sees {
			t.Errorf("%s gets the Connector: error %v, want that it sees it: %t", c.who.Project, err, c.sees)
		}
		found := 0
		if c.sees && d.production.listed {
			found = 1
		}
		page, err := m.Connectors(always, c.who, store.ConnectorQuery{IDs: []string{id}, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		requireEqual(t, c.who.Project+" finds", []int{found, found}, []int{page.Total, len(page.Documents)})
	}
}
