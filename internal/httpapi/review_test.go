package httpapi

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/problem"
)

// The way of a draft through two reviews.
func TestReviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.submit(t, map[string]any{"key": "tax"})
	review := func(method, path, body string) api.Review {
		t.Helper()
		got := w.call(t, certifier, method, "/x/v1/reviews/key=tax"+path, body)
		want(t, got, http.StatusOK, "")
		return decode[api.Review](t, got.body)
	}
	if r := review(http.MethodGet, "", ""); r.ID != d.ID || r.Project != ownProject || r.Status != api.StatusReadyForCertification || r.TakenBy != "" || r.Commit != commit {
		t.Errorf("what waits is %+v", r)
	}
	got := w.call(t, certifier, http.MethodGet, "/x/v1/reviews?limit=1", "")
	if page := decode[api.PagedQueryResponse[api.Review]](t, got.body); page.Total != 1 || page.Count != 1 || page.Limit != 1 || page.Results[0].ID != d.ID {
		t.Errorf("the list is %s", got)
	}
	want(t, w.call(t, certifier, http.MethodPost, "/x/v1/reviews/key=tax/approve", ""), http.StatusBadRequest, api.CodeNotInCertification)
	if r := review(http.MethodPost, "/take", ""); r.Status != api.StatusInCertification || r.TakenBy == "" {
		t.Errorf("what is taken is %+v", r)
	}
	want(t, w.call(t, owner, http.MethodDelete, "/connectors/drafts/key=tax", ""), http.StatusBadRequest, api.CodeInCertification)
	for _, body := range []string{"", "{}", `{"reason": ""}`, "[]"} {
		want(t, w.call(t, certifier, http.MethodPost, "/x/v1/reviews/key=tax/reject", body), http.StatusBadRequest, api.CodeInvalidJSONInput)
	}
	if r := review(http.MethodPost, "/reject", `{"reason": "No license."}`); r.Status != api.StatusFailed || r.Draft.CertificationInfo.Comments[0].Comment != "No license." {
		t.Errorf("what is rejected is %+v", r)
	}
	want(t, w.call(t, certifier, http.MethodGet, "/x/v1/reviews/key=tax", ""), http.StatusNotFound, api.CodeResourceNotFound)

	d.Version += 2
	w.finish(t, w.start(t, d, api.Publish(true)), true)
	review(http.MethodPost, "/take", "")
	if r := review(http.MethodPost, "/approve", ""); r.Status != api.StatusPublished || r.ConnectorVersion != 1 || !r.Draft.Certified || r.Draft.Private {
		t.Errorf("what is approved is %+v", r)
	}
	want(t, w.call(t, strangers, http.MethodGet, "/connectors/key=tax", ""), http.StatusOK, "")
	got = w.call(t, certifier, http.MethodGet, "/x/v1/reviews", "")
	if page := decode[api.PagedQueryResponse[api.Review]](t, got.body); page.Total != 0 || page.Results == nil {
		t.Errorf("the list is %s", got)
	}
	for path, code := range map[string]api.ErrorCode{
		"/x/v1/reviews?limit=501": api.CodeInvalidQueryParam, "/x/v1/reviews/1": api.CodeInvalidPathParam, "/x/v1/reviews/key=none": api.CodeResourceNotFound,
	} {
		if got := w.call(t, certifier, http.MethodGet, path, ""); got.failure(t).Errors[0].Code != code {
			t.Errorf("%s: answered %s", path, got)
		}
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, body := range []string{"", "{}", `{"any": "member"}`} {
		d := w.submit(t, nil)
		path := "/x/v1/drafts/" + d.ID + "/withdraw"
		for _, bad := range []string{"[]", "null", "x"} {
			want(t, w.call(t, owner, http.MethodPost, path, bad), http.StatusBadRequest, api.CodeInvalidJSONInput)
		}
		got := w.call(t, owner, http.MethodPost, path, body)
		want(t, got, http.StatusCreated, "")
		if after := decode[api.ConnectorStaged](t, got.body); after.Status != api.StatusDraft || after.Version != d.Version+1 {
			t.Errorf("withdrawn is %s", got)
		}
		want(t, w.call(t, owner, http.MethodPost, path, body), http.StatusBadRequest, api.CodeNotInCertification)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.create(t, map[string]any{"key": "tax"})
	run := w.start(t, d, api.Publish(false))
	got := w.call(t, owner, http.MethodDelete, "/connectors/drafts/key=tax", "")
	want(t, got, http.StatusConflict, api.CodeConcurrentModification)
	if e := got.failure(t).Errors[0]; got.header.Get("Retry-After") != "1" || e.ExpectedVersion != 2 || e.CurrentVersion != 2 {
		t.Errorf("while it is published: %v %s", got.header, got)
	}
	w.finish(t, run, true)
	before := w.call(t, owner, http.MethodGet, "/connectors/drafts/"+d.ID, "")
	got = w.call(t, owner, http.MethodDelete, "/connectors/drafts/key=tax", "")
	if got.String() != before.String() {
		t.Errorf("answered %s, want %s", got, before)
	}
	for _, path := range []string{"/connectors/drafts/" + d.ID, "/connectors/" + d.ID, "/x/v1/drafts/" + d.ID + "/runs"} {
		want(t, w.call(t, owner, http.MethodGet, path, ""), http.StatusNotFound, api.CodeResourceNotFound)
	}
	want(t, w.call(t, owner, http.MethodDelete, "/connectors/drafts/key=tax", ""), http.StatusNotFound, api.CodeResourceNotFound)
	want(t, w.call(t, strangers, http.MethodPost, "/connectors/drafts", draftBody(t, map[string]any{"key": "tax"})), http.StatusBadRequest, api.CodeDuplicateField)
	w.create(t, map[string]any{"key": "tax"})
}

func TestValidations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := ""
	findings := []api.Finding{{Rule: "repository/not-reachable", Type: api.EntryError, Message: "No."}}
	w.validate = func(_ context.Context, project string, r api.Repository) (api.Report, error) {
		asked = project + " " + r.URL + " " + r.Tag
		return api.Report{Ruleset: ruleset, Findings: findings}, nil
	}
	const body = `{"url": "https://git.example/good", "tag": "v1", "other": 1}`
	before := w.everything(t)
	got := w.call(t, developer, http.MethodPost, "/x/v1/validations", body)
	want(t, got, http.StatusOK, "")
	if report := decode[api.Report](t, got.body); report.Valid || len(report.Findings) != 1 || asked != ownProject+" https://git.example/good v1" {
		t.Errorf("asked for %s, answered %s", asked, got)
	}
	if len(before) != len(w.everything(t)) {
		t.Error("a validation left a trace")
	}
	asked = ""
	for _, bad := range []string{"", "[]", "{}", `{"url": "https://git.example/good"}`, `{"url": "http://x", "tag": "v1"}`, `{"url": "https://x", "tag": "-v"}`} {
		want(t, w.call(t, developer, http.MethodPost, "/x/v1/validations", bad), http.StatusBadRequest, api.CodeInvalidJSONInput)
	}
	if asked != "" {
		t.Errorf("a bad body was validated: %s", asked)
	}
	w.validate = func(context.Context, string, api.Repository) (api.Report, error) {
		return api.Report{}, problem.Busy("Not now.", 5*time.Second, nil)
	}
	got = w.call(t, developer, http.MethodPost, "/x/v1/validations", body)
	want(t, got, http.StatusServiceUnavailable, api.CodeGeneral)
	if got.header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After: %q", got.header.Get("Retry-After"))
	}
}

func TestValidationsOfTrees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/x/v1/validations/" + commit
	asPack := header("Content-Type", api.MediaPack)
	body := strings.Repeat("PACK", 1<<20) // more than a body of JSON may have
	sent := ""
	w.validateTree = func(pack io.Reader, tree string) (api.Report, error) {
		text, err := io.ReadAll(pack)
		sent = string(text)
		return api.Report{Valid: true, Tree: tree, Engine: engine, Ruleset: ruleset, Findings: []api.Finding{}}, err
	}
	got := w.call(t, developer, http.MethodPost, path, body, asPack)
	want(t, got, http.StatusOK, "")
	if report := decode[api.Report](t, got.body); report.Tree != commit || sent != body {
		t.Errorf("of %d bytes %d came; answered %s", len(body), len(sent), got)
	}
	sent = ""
	want(t, w.call(t, viewer, http.MethodPost, path, body, asPack), http.StatusForbidden, "")
	want(t, w.call(t, developer, http.MethodPost, path, body), http.StatusUnsupportedMediaType, api.CodeGeneral)
	want(t, w.call(t, developer, http.MethodPost, path, body, asPack, header("Content-Encoding", "gzip")), http.StatusUnsupportedMediaType, api.CodeGeneral)
	if sent != "" {
		t.Error("a request that was refused was read")
	}
	w.validateTree = func(io.Reader, string) (api.Report, error) { return api.Report{}, problem.InvalidPack(nil) }
	want(t, w.call(t, developer, http.MethodPost, path, body, asPack), http.StatusBadRequest, api.CodeInvalidJSONInput)
}
