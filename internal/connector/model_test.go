package connector

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// TestLifecycle sends requests, ends runs and reviews at random, on a few drafts
// at once, and compares what can be read with a model of the lifecycle: after
// each step the draft that it was about, and in the end everything.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{world: w, drafts: map[string]*draftModel{}, runs: map[string]*runModel{}, others: w.total(rt)}
		rt.Repeat(map[string]func(*rapid.T){
			"":               m.compareLast,
			"create":         m.createOne,
			"update":         m.updateOne,
			"preview":        func(t *rapid.T) { m.request(t, m.any(t), api.UpdatePreviewable()) },
			"publish":        func(t *rapid.T) { m.request(t, m.any(t), api.Publish(rapid.Bool().Draw(t, "certification"))) },
			"claim":          m.claimOne,
			"finish":         m.finishOne,
			"cancel":         m.cancelOne,
			"review":         m.reviewOne,
			"advance":        m.advanceOne,
			"advance more":   m.advanceOne,
			"withdraw":       m.withdrawOne,
			"delete":         m.deleteOne,
			"a lease passes": func(*rapid.T) { w.clock.pass(lease) },
		})
		for _, id := range m.draftIDs {
			m.compare(rt, id)
		}
		requireEqual(rt, "drafts", m.others+len(m.drafts), w.total(rt))
	})
}

// total is how many drafts acme has.
func (w *world) total(t failer) int {
	t.Helper()
	page, err := w.Drafts(always, acme, store.DraftQuery{})
	if err != nil {
		t.Fatal(err)
	}
	return page.Total
}

// machine is the service beside its model.
type machine struct {
	*world
	others   int // drafts that are not this machine's
	drafts   map[string]*draftModel
	runs     map[string]*runModel
	claims   []store.Run // all that were ever made
	last     string      // the draft that the last step was about, if it was
	draftIDs []string    // in the order of their creation
	runIDs   []string
}

// draftModel is what the lifecycle is about.
type draftModel struct {
	version                       int64
	name, tag                     string
	status                        api.ConnectorStatus
	preview                       api.IsPreviewable
	previewReport, publishReport  []string
	previewRun, publishRun        string
	projects, comments            []string
	production                    productionModel
	candidate                     *candidateModel // nil: not in certification
	startedPreview, cancelPreview bool            // by the request under way
}

// productionModel is a Connector; version 0 stands for none.
type productionModel struct {
	version           int64
	name, tag         string
	certified, listed bool
}

// candidateModel is what is certified if it is approved.
type candidateModel struct{ name, tag, takenBy string }

type runModel struct {
	draft, tag    string
	kind          store.RunKind
	certification bool
	state         store.RunState
	token         string
	until         time.Time
}

func (d *draftModel) hasChanges() bool {
	return d.production.version == 0 || d.name != d.production.name || d.tag != d.production.tag
}

// act is what one action does.
func (d *draftModel) act(a api.UpdateAction) api.ErrorCode {
	switch a["action"] {
	case "setName":
		d.name = a["name"].(string)
	case "setRepository":
		if a["tag"] != d.tag {
			d.cancelPreview = d.cancelPreview || d.preview == api.PreviewablePending && !d.startedPreview
			d.tag, d.preview, d.previewReport, d.startedPreview = a["tag"].(string), api.PreviewableNone, nil, false
		}
	case "updatePreviewable":
		if d.preview == api.PreviewablePending {
			return api.CodePreviewRequestUnderProcess
		}
		d.preview, d.startedPreview = api.PreviewablePending, true
	case "addPrivateProject", "removePrivateProject":
		if d.production.certified {
			return api.CodeNotPrivate
		}
		project := a["privateProject"].(string)
		others := slices.DeleteFunc(slices.Clone(d.projects), func(p string) bool { return p == project })
		if a["action"] == "removePrivateProject" {
			d.projects = others
		} else if len(others) == len(d.projects) {
			d.projects = append(others, project)
		}
	case "addCertificationComment":
		d.comments = append(slices.Clone(d.comments), "acme: "+a["comment"].(string))
	case "unlist":
		d.production.listed = d.production.listed && !d.production.certified
	case "publish":
		if a["certification"] == true && d.production.certified && d.production.listed && !d.hasChanges() {
			return api.CodeAlreadyCertified
		}
		d.status = api.StatusProcessing
	}
	return ""
}

// locked is why the draft's status forbids a request.
func (d *draftModel) locked(actions []api.UpdateAction) api.ErrorCode {
	allowed := []string{"updatePreviewable", "addPrivateProject", "removePrivateProject", "addCertificationComment"}
	other := slices.ContainsFunc(actions, func(a api.UpdateAction) bool { return !slices.Contains(allowed, a["action"].(string)) })
	switch {
	case d.status == api.StatusProcessing:
		return api.CodeConcurrentModification
	case d.inReview() && (other || len(actions) == 0):
		return api.CodeInCertification
	}
	return ""
}

func (d *draftModel) inReview() bool { return d.candidate != nil }

// relisted says whether a publish with certification needs no review.
func (d *draftModel) relisted() bool {
	return d.production.certified && !d.production.listed && !d.hasChanges()
}

// promote makes a release the Connector.
func (d *draftModel) promote(name, tag string, certified bool) {
	d.status = api.StatusPublished
	d.production = productionModel{version: d.production.version + 1, name: name, tag: tag, certified: certified, listed: true}
}

// conclude ends the certification.
func (d *draftModel) conclude(status api.ConnectorStatus, title string) {
	d.version++
	d.status, d.candidate = status, nil
	d.publishReport = append(slices.Clone(d.publishReport), title)
}

// oneOf draws one of what has random names, by its number: so that what fails
// can be repeated.
func oneOf[V any](t *rapid.T, what string, from []V) V {
	if len(from) == 0 {
		t.Skip("there is no " + what)
	}
	return from[rapid.IntRange(0, len(from)-1).Draw(t, what)]
}

// any draws a draft.
func (m *machine) any(t *rapid.T) string {
	m.last = oneOf(t, "draft", m.draftIDs)
	return m.last
}

func (m *machine) createOne(t *rapid.T) {
	if len(m.drafts) == 3 {
		t.Skip("enough drafts")
	}
	d := m.create(t)
	m.draftIDs = append(m.draftIDs, d.ID)
	m.last = d.ID
	m.drafts[d.ID] = &draftModel{version: 1, name: d.Name, tag: "v1", status: api.StatusDraft, preview: api.PreviewableNone}
}

func (m *machine) updateOne(t *rapid.T) {
	action := rapid.OneOf(
		rapid.Map(rapid.SampledFrom([]string{"Tax", "Tax 2"}), api.SetName),
		rapid.Map(rapid.SampledFrom([]string{"v1", "v2", "v3", "v9"}), func(tag string) api.UpdateAction {
			return api.SetRepository(api.Repository{Tag: tag})
		}),
		rapid.SampledFrom([]api.UpdateAction{
			api.UpdatePreviewable(), api.AddCertificationComment("Please look."), api.Unlist(),
			api.AddPrivateProject(bolt.Project), api.RemovePrivateProject(bolt.Project), api.AddPrivateProject("r:zz"),
		}),
	)
	actions := rapid.SliceOfN(action, 0, 4).Draw(t, "actions")
	if rapid.IntRange(0, 4).Draw(t, "publish") == 0 {
		actions = append(actions, api.Publish(rapid.Bool().Draw(t, "certification")))
	}
	m.request(t, m.any(t), actions...)
}

// request sends an update, now and then of an old version, and does to the model
// what the contract says.
func (m *machine) request(t *rapid.T, id string, actions ...api.UpdateAction) {
	m.clock.pass(time.Millisecond)
	before := m.drafts[id]
	sent := before.version
	if rapid.IntRange(0, 9).Draw(t, "version") == 0 {
		sent++
	}
	answer, err := m.send(t, api.ConnectorStaged{ID: id, Version: sent}, actions...)

	after := *before
	if code := m.refusal(&after, sent, actions); code != "" {
		m.requireRefused(t, err, code, sent, before.version)
		return
	}
	if err != nil {
		t.Fatalf("%v: %v", actions, err)
	}
	if !m.changed(before, &after) {
		requireEqual(t, "answer", before.version, answer.Version)
		return
	}
	after.version++
	m.drafts[id] = &after
	m.startAndCancel(t, id, before.previewRun)
	requireEqual(t, "answer", m.draft(t, id), answer)
}

// refusal applies the actions to d, and returns the code of what forbids them:
// version, locks, state, network, in this order.
func (m *machine) refusal(d *draftModel, sent int64, actions []api.UpdateAction) api.ErrorCode {
	if sent != d.version {
		return api.CodeConcurrentModification
	}
	if code := d.locked(actions); code != "" {
		return code
	}
	tag := d.tag
	for _, a := range actions {
		if code := d.act(a); code != "" {
			return code
		}
	}
	if d.tag == "v9" && tag != "v9" {
		return api.CodeGitRepositoryNotReachable
	}
	return ""
}

func (m *machine) requireRefused(t *rapid.T, err error, code api.ErrorCode, sent, current int64) {
	t.Helper()
	switch code {
	case api.CodeConcurrentModification:
		p := requireConflict(t, err, sent, current)
		if locked := sent == current; locked != (p.RetryAfter == time.Second) {
			t.Errorf("retry after %v", p.RetryAfter)
		}
	case api.CodeGitRepositoryNotReachable:
		requireProblem(t, err, 422, code)
	default:
		requireProblem(t, err, 400, code)
	}
}

// changed says whether a request left a trace.
func (m *machine) changed(before, after *draftModel) bool {
	return before.name != after.name || before.tag != after.tag || before.status != after.status ||
		before.preview != after.preview || !reflect.DeepEqual(before.previewReport, after.previewReport) ||
		before.production != after.production || !slices.Equal(before.projects, after.projects) ||
		!slices.Equal(before.comments, after.comments)
}

// startAndCancel finds the runs that a request has started, and cancels the one
// that it has cancelled.
func (m *machine) startAndCancel(t *rapid.T, id, oldPreview string) {
	t.Helper()
	d := m.drafts[id]
	if d.cancelPreview {
		if r := m.runs[oldPreview]; r.state == store.RunQueued {
			r.state = store.RunCancelled
		}
		d.previewRun = ""
	}
	started := map[store.RunKind]bool{
		store.RunPreview: d.startedPreview,
		store.RunPublish: d.status == api.StatusProcessing,
	}
	d.startedPreview, d.cancelPreview = false, false
	rows, _, err := m.store.RunsOf(always, id, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if m.runs[r.ID] != nil {
			continue
		}
		if !started[r.Kind] {
			t.Fatalf("a %s out of nothing", r.Kind)
		}
		started[r.Kind] = false
		m.runIDs = append(m.runIDs, r.ID)
		m.runs[r.ID] = &runModel{draft: id, tag: d.tag, kind: r.Kind, certification: r.Certification, state: store.RunQueued}
		if r.Kind == store.RunPreview {
			d.previewRun = r.ID
		} else {
			d.publishRun = r.ID
		}
	}
	requireEqual(t, "runs that were not started", map[store.RunKind]bool{store.RunPreview: false, store.RunPublish: false}, started)
}

func (m *machine) claimOne(t *rapid.T) {
	now := m.clock.Now()
	var due []string
	for _, id := range m.runIDs {
		if r := m.runs[id]; r.state == store.RunQueued || r.state == store.RunRunning && !r.until.After(now) {
			due = append(due, id)
		}
	}
	m.take(t, oneOf(t, "due run", due))
}

// take claims a run that is due.
func (m *machine) take(t *rapid.T, id string) store.Run {
	claimed := m.claimRun(t, id)
	r := m.runs[id]
	m.last = r.draft
	r.state, r.token, r.until = store.RunRunning, claimed.Token, m.clock.Now().Add(lease)
	m.claims = append(m.claims, claimed)
	return claimed
}

// finishOne ends a run by a claim that was made once, held or lost.
func (m *machine) finishOne(t *rapid.T) {
	m.end(t, oneOf(t, "claim", m.claims[max(0, len(m.claims)-4):]), rapid.Bool().Draw(t, "passed"))
}

func (m *machine) end(t *rapid.T, claimed store.Run, passed bool) {
	r := m.runs[claimed.ID]
	m.last = r.draft
	o := m.passes(t, api.ConnectorStaged{Repository: api.Repository{URL: claimed.URL, Tag: claimed.Tag}})
	if !passed {
		o.Spec, o.Report.Valid, o.Entries = nil, false, fails().Entries
	}
	err := m.Finish(always, claimed, o)
	if r.state != store.RunRunning || r.token != claimed.Token {
		if !errors.Is(err, store.ErrConflict) {
			t.Fatalf("error %v of a lost claim", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.finished(r, claimed.ID, passed)
}

func (m *machine) finished(r *runModel, id string, passed bool) {
	d := m.drafts[r.draft]
	if d == nil || d.previewRun != id && d.publishRun != id {
		r.state = store.RunCancelled // another repository was set meanwhile
		return
	}
	d.version++
	report := []string{"nothing is well"}
	r.state = store.RunFailed
	if passed {
		report = []string{"all is well"}
		r.state = store.RunSucceeded
	}
	switch {
	case r.kind == store.RunPreview:
		d.previewRun, d.previewReport = "", report
		d.preview = map[bool]api.IsPreviewable{true: api.PreviewableTrue, false: api.PreviewableFalse}[passed]
		return
	case !passed:
		d.status = api.StatusFailed
	case r.certification && d.relisted():
		d.promote(d.name, d.tag, true)
	case r.certification:
		d.status = api.StatusReadyForCertification
		d.candidate = &candidateModel{name: d.name, tag: d.tag}
	default:
		if d.production.certified {
			report = append(report, "CONNECTOR IS PRIVATE NOW")
		}
		d.promote(d.name, d.tag, false)
	}
	d.publishRun, d.publishReport = "", report
}

func (m *machine) compareLast(t *rapid.T) {
	if m.drafts[m.last] != nil {
		m.compare(t, m.last)
	}
	m.last = ""
}

// compare reads a draft, its rows, its Connector and its runs.
func (m *machine) compare(t *rapid.T, id string) {
	m.requireConsistent(t, id)
	want, d := m.drafts[id], m.draft(t, id)
	requireEqual(t, "draft", []any{
		want.version, want.name, want.tag, want.status, want.preview, want.previewReport, want.publishReport,
		want.hasChanges(), want.production.listed, want.production.certified, !want.production.certified,
		append([]string{}, want.projects...), want.comments,
	}, []any{
		d.Version, d.Name, d.Repository.Tag, d.Status, d.IsPreviewable, titles(d.PreviewableReport), titles(d.PublishingReport),
		d.HasChanges, d.AlreadyListed, d.Certified, d.Private,
		d.PrivateProjects, comments(d),
	})
	if want.production.version > 0 {
		c := m.connector(t, id)
		got := productionModel{version: c.Version, name: c.Name, tag: c.Repository.Tag, certified: c.Certified, listed: d.AlreadyListed}
		if got != want.production {
			t.Errorf("Connector %+v, want %+v", got, want.production)
		}
	} else if _, err := m.Connector(always, acme, store.Ref{ID: id}); err == nil {
		t.Error("a Connector out of nothing")
	}
	m.compareRuns(t, id)
	m.compareReview(t, id)
	m.compareVisibility(t, id)
}

func (m *machine) compareRuns(t *rapid.T, draft string) {
	rows, _, err := m.store.RunsOf(always, draft, 1000, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string]store.RunState{}, map[string]store.RunState{}
	for _, r := range rows {
		got[r.ID] = r.State
	}
	for id, r := range m.runs {
		if r.draft == draft {
			want[id] = r.state
		}
	}
	requireEqual(t, "runs", want, got)
}
