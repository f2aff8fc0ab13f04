package connector

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/store"
)

func TestRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t)
	bad := fails()
	bad.Report.Findings = []api.Finding{{Type: api.EntryError}, {Type: api.EntryWarning}, {Type: api.EntryError}}
	for range 3 {
		d = w.work(t, w.update(t, d, api.UpdatePreviewable()), bad)
		w.clock.pass(time.Second)
	}
	d = w.update(t, d, api.Publish(true))
	requireRuns(t, w, d, "publish v1 queued", "preview v1 failed", "preview v1 failed", "preview v1 failed")
	page, total, err := w.Runs(always, acme, byID(d), 2, 1)
	if err != nil || len(page) != 2 || total != 4 {
		t.Fatalf("%d runs, total %d, error %v", len(page), total, err)
	}
	requireEqual(t, "the second newest", api.Run{
		ID: page[0].ID, DraftID: d.ID, Kind: "preview", State: "failed", Repository: v1, Commit: "bad", Attempt: 1,
		CreatedAt: api.Timestamp{Time: dawn.Add(2 * time.Second)}, StartedAt: api.Timestamp{Time: dawn.Add(2 * time.Second)},
		EndedAt: api.Timestamp{Time: dawn.Add(2 * time.Second)}, Steps: []api.RunStep{{Name: "check", Milliseconds: 1.5}},
		Findings: &api.FindingCounts{Errors: 2, Warnings: 1},
	}, page[0])
}

func TestRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	another := w.create(t)
	claimed := w.claim(t, d)
	run, err := w.Run(always, acme, byID(d), strings.ToUpper(claimed.ID), 0)
	if err != nil || run.ID != claimed.ID || run.State != "running" {
		t.Errorf("run %+v, error %v", run, err)
	}
	calls := map[string]func(store.Ref, string) error{
		"Run":       func(ref store.Ref, id string) error { _, err := w.Run(always, acme, ref, id, 0); return err },
		"RunReport": func(ref store.Ref, id string) error { _, err := w.RunReport(always, acme, ref, id); return err },
	}
	for name, call := range calls {
		for _, id := range []string{"", "x", "urn:uuid:" + claimed.ID, "{" + claimed.ID + "}", strings.ReplaceAll(claimed.ID, "-", "")} {
			p := requireProblem(t, call(byID(d), id), 400, api.CodeInvalidPathParam)
			requireEqual(t, name+" "+id, []string{"run: must be a UUID."}, details(p))
			requireProblem(t, call(store.Ref{Key: "nobody-s"}, id), 400, api.CodeInvalidPathParam)
		}
		nobodys := uuid.NewString()
		p := requireProblem(t, call(byID(d), nobodys), 404, api.CodeResourceNotFound)
		requireEqual(t, name, "The run with ID '"+nobodys+"' was not found.", p.Objects[0].Message)
		p = requireProblem(t, call(byID(another), claimed.ID), 404, api.CodeResourceNotFound)
		requireEqual(t, name+" of another draft", "The run with ID '"+claimed.ID+"' was not found.", p.Objects[0].Message)
	}
}

func TestRunReport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.update(t, w.create(t), api.UpdatePreviewable())
	run := w.claim(t, d)
	_, err := w.RunReport(always, acme, byID(d), run.ID)
	p := requireProblem(t, err, 404, api.CodeResourceNotFound)
	requireEqual(t, "message", "The run has no report; its state is running.", p.Objects[0].Message)
	if err := w.Finish(always, run, fails()); err != nil {
		t.Fatal(err)
	}
	report, err := w.RunReport(always, acme, byID(d), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	requireEqual(t, "report", `{"valid":false,"commit":"bad","engine":"e","ruleset":"r","findings":[]}`, string(report))

	w.clock.pass(time.Second)
	d = w.update(t, w.draft(t, d.ID), api.UpdatePreviewable())
	d = w.update(t, d, api.SetRepository(v3))
	runs, _, err := w.Runs(always, acme, byID(d), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.RunReport(always, acme, byID(d), runs[0].ID)
	p = requireProblem(t, err, 404, api.CodeResourceNotFound)
	requireEqual(t, "message", "The run has no report; its state is cancelled.", p.Objects[0].Message)
}
