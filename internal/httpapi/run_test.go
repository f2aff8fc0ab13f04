package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
)

func TestRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, map[string]any{"key": "tax"})
	preview := w.start(t, draft, api.UpdatePreviewable())
	const runs = "/x/v1/drafts/key=tax/runs"

	got := w.call(t, viewer, http.MethodGet, runs+"/"+preview, "")
	want(t, got, http.StatusOK, "")
	if run := decode[api.Run](t, got.body); run.State != "queued" || run.Kind != "preview" || run.DraftID != draft.ID || run.Ended() || run.Steps == nil {
		t.Errorf("a run that waits is %s", got)
	}
	got = w.call(t, viewer, http.MethodGet, runs+"/"+preview+"/report", "")
	want(t, got, http.StatusNotFound, api.CodeResourceNotFound)
	if !strings.Contains(got.failure(t).Message, "queued") {
		t.Errorf("answered %s", got)
	}
	w.finish(t, preview, true)
	draft.Version = 3
	publish := w.start(t, draft, api.Publish(false))

	page := decode[api.PagedQueryResponse[api.Run]](t, w.call(t, viewer, http.MethodGet, runs, "").body)
	if page.Total != 2 || page.Count != 2 || page.Limit != 20 || page.Results[0].ID != publish || page.Results[1].ID != preview {
		t.Errorf("the runs are %+v", page)
	}
	page = decode[api.PagedQueryResponse[api.Run]](t, w.call(t, viewer, http.MethodGet, runs+"?limit=1&offset=1", "").body)
	if page.Total != 2 || page.Count != 1 || page.Results[0].ID != preview || page.Results[0].State != "succeeded" {
		t.Errorf("the second page is %+v", page)
	}
	if empty := w.call(t, viewer, http.MethodGet, runs+"?limit=0", ""); !strings.Contains(string(empty.body), `"total":2,"results":[]`) {
		t.Errorf("no page is %s", empty)
	}
	got = w.call(t, viewer, http.MethodGet, runs+"/"+preview+"/report", "")
	if got.String() != `200 {"valid":true,"engine":"`+engine+`","ruleset":"`+ruleset+`","findings":[]}` {
		t.Errorf("the report is %s", got)
	}
	other := w.create(t, map[string]any{"key": "other"})
	for path, code := range map[string]api.ErrorCode{
		runs + "/1":                   api.CodeInvalidPathParam,
		runs + "/" + uuid.NewString(): api.CodeResourceNotFound,
		"/x/v1/drafts/" + other.ID + "/runs/" + preview:             api.CodeResourceNotFound,
		"/x/v1/drafts/" + other.ID + "/runs/" + preview + "/report": api.CodeResourceNotFound,
		"/x/v1/drafts/1/runs":             api.CodeInvalidPathParam,
		runs + "?limit=501":               api.CodeInvalidQueryParam,
		runs + "/" + preview + "?wait=26": api.CodeInvalidQueryParam,
		runs + "/" + preview + "?wait=":   api.CodeInvalidQueryParam,
		runs + "/" + preview + "?wait=1s": api.CodeInvalidQueryParam,
	} {
		status := http.StatusBadRequest
		if code == api.CodeResourceNotFound {
			status = http.StatusNotFound
		}
		want(t, w.call(t, viewer, http.MethodGet, path, ""), status, code)
	}
}

// A run can be waited for: the answer comes with its end, long before the wait is
// over.
func TestWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, nil)
	run := w.start(t, draft, api.Publish(false))
	path := "/x/v1/drafts/" + draft.ID + "/runs/" + run
	start := time.Now()
	answered := make(chan answer, 1)
	go func() { answered <- w.call(t, viewer, http.MethodGet, path+"?wait=25", "") }()
	w.finish(t, run, false)
	got := <-answered
	want(t, got, http.StatusOK, "")
	if state := decode[api.Run](t, got.body).State; state != "failed" {
		t.Errorf("waited for %s", state)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	// One that has ended is not waited for.
	want(t, w.call(t, viewer, http.MethodGet, path+"?wait=25", ""), http.StatusOK, "")
}

// The wait ends with its time: the answer is the run as it is then.
func TestWaitInVain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, nil)
	run := w.start(t, draft, api.Publish(false))
	path := "/x/v1/drafts/" + draft.ID + "/runs/" + run
	for _, wait := range []string{"", "?wait=0", "?wait=1"} {
		got := w.call(t, viewer, http.MethodGet, path+wait, "")
		want(t, got, http.StatusOK, "")
		if state := decode[api.Run](t, got.body).State; state != "queued" {
			t.Errorf("%s: the run is %s", wait, state)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, nil)
	run := w.start(t, draft, api.UpdatePreviewable())
	path := "/x/v1/drafts/" + draft.ID + "/runs/" + run + "/cancel"
	want(t, w.call(t, owner, http.MethodPost, path, "[]"), http.StatusBadRequest, api.CodeInvalidJSONInput)
	for range 2 {
		got := w.call(t, owner, http.MethodPost, path, "{}")
		want(t, got, http.StatusOK, "")
		if state := decode[api.Run](t, got.body).State; state != "cancelled" {
			t.Errorf("the run is %s", state)
		}
	}
	got := w.call(t, owner, http.MethodGet, "/connectors/drafts/"+draft.ID, "")
	if d := decode[api.ConnectorStaged](t, got.body); d.IsPreviewable != api.PreviewableNone || d.Version != draft.Version+2 {
		t.Errorf("the draft is %s", got)
	}
}
