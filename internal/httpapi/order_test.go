package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/greenroom-registry/greenroom/api"
)

// One request that breaks every rule is mended step by step; each step meets the
// next rule of the contract's order.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, nil)
	run := w.start(t, draft, api.Publish(false)) // locked from here on
	foreign := draftBody(t, nil)
	other := w.call(t, strangers, http.MethodPost, "/connectors/drafts", foreign)
	want(t, other, http.StatusCreated, "")

	const path = "/connectors/drafts/"
	huge := strings.Repeat(" ", maxBody+1)
	twice := func(version int64, url string) string {
		return updateBody(t, version, api.SetRepository(api.Repository{URL: url, Tag: "v2"}), api.UpdatePreviewable(), api.UpdatePreviewable())
	}
	plain := header("Content-Type", "text/plain")
	for _, step := range []struct {
		broken string
		got    func() answer
		status int
		code   api.ErrorCode
	}{
		{"no token", func() answer { return w.call(t, nobody, http.MethodPatch, path+"1?%zz", huge, plain) }, 401, api.CodeInvalidToken},
		{"method", func() answer { return w.call(t, viewer, http.MethodPatch, path+"1?%zz", huge, plain) }, 405, api.CodeGeneral},
		{"size", func() answer { return w.call(t, viewer, http.MethodPost, path+"1?%zz", huge, plain) }, 413, api.CodeGeneral},
		{"media type", func() answer { return w.call(t, viewer, http.MethodPost, path+"1?%zz", "{", plain) }, 415, api.CodeGeneral},
		{"scope", func() answer { return w.call(t, viewer, http.MethodPost, path+"1?%zz", "{") }, 403, api.CodeAuthorizationError},
		{"query", func() answer { return w.call(t, owner, http.MethodPost, path+"1?%zz", "{") }, 400, api.CodeInvalidQueryParam},
		{"path", func() answer { return w.call(t, owner, http.MethodPost, path+"1", "{") }, 400, api.CodeInvalidPathParam},
		{"syntax", func() answer { return w.call(t, owner, http.MethodPost, path+uuid.NewString(), "{") }, 400, api.CodeInvalidJSONInput},
		{"content", func() answer { return w.call(t, owner, http.MethodPost, path+uuid.NewString(), "{}") }, 400, api.CodeInvalidJSONInput},
		{"unknown", func() answer {
			return w.call(t, owner, http.MethodPost, path+uuid.NewString(), twice(7, "https://git.example/none"))
		}, 404, api.CodeResourceNotFound},
		{"another project's", func() answer {
			return w.call(t, owner, http.MethodPost, path+decode[api.ConnectorStaged](t, other.body).ID, twice(7, "https://git.example/none"))
		}, 404, api.CodeResourceNotFound},
		{"version", func() answer {
			return w.call(t, owner, http.MethodPost, path+draft.ID, twice(7, "https://git.example/none"))
		}, 409, api.CodeConcurrentModification},
		{"lock", func() answer {
			return w.call(t, owner, http.MethodPost, path+draft.ID, twice(2, "https://git.example/none"))
		}, 409, api.CodeConcurrentModification},
		{"domain", func() answer {
			w.finish(t, run, false)
			return w.call(t, owner, http.MethodPost, path+draft.ID, twice(3, "https://git.example/none"))
		}, 400, api.CodePreviewRequestUnderProcess},
		{"repository", func() answer {
			return w.call(t, owner, http.MethodPost, path+draft.ID, updateBody(t, 3, api.SetRepository(api.Repository{URL: "https://git.example/none", Tag: "v2"})))
		}, 422, api.CodeGitRepositoryNotReachable},
		{"nothing", func() answer {
			return w.call(t, owner, http.MethodPost, path+draft.ID, updateBody(t, 3, api.SetRepository(api.Repository{URL: "https://git.example/better", Tag: "v2"})))
		}, 201, ""},
	} {
		got := step.got()
		if got.status != step.status {
			t.Fatalf("broken: %s: answered %s, want %d", step.broken, got, step.status)
		}
		if step.code != "" {
			want(t, got, step.status, step.code)
		}
		switch e := got.failure(t); {
		case step.broken == "version" && (e.Errors[0].ExpectedVersion != 7 || e.Errors[0].CurrentVersion != 2):
			t.Errorf("the conflict is %s", got)
		case step.broken == "lock" && (got.header.Get("Retry-After") != "1" || !strings.Contains(e.Message, "being published")):
			t.Errorf("the lock is %s, Retry-After %q", got, got.header.Get("Retry-After"))
		}
	}
}

// Nothing that was refused has left a trace.
func TestRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, map[string]any{"key": "tax"})
	before := w.call(t, owner, http.MethodGet, "/connectors/drafts", "")
	for body, status := range map[string]int{
		updateBody(t, 9, api.SetName("Other")):                                                                                       409,
		updateBody(t, 1, api.SetName("Other"), api.UpdatePreviewable(), api.UpdatePreviewable()):                                     400,
		updateBody(t, 1, api.SetName("Other"), api.SetName("")):                                                                      400,
		updateBody(t, 1, api.SetName("Other"), api.SetRepository(api.Repository{URL: "https://git.example/bad", Tag: "v1"})):         422,
		updateBody(t, 1, api.UpdatePreviewable(), api.SetRepository(api.Repository{URL: "https://git.example/busy", Tag: "v1"})):     503,
		updateBody(t, 1, api.SetName("Other"), api.SetRepository(api.Repository{URL: "https://git.example/broken", Tag: "v1"})):      500,
		updateBody(t, 1, api.SetName("Other"), api.SetRepository(api.Repository{URL: "https://git.example/empty", Tag: "v1"})):       422,
		updateBody(t, 1, api.SetName("Other"), api.UpdateAction{"action": "setPrivate"}, api.UpdateAction{"action": "publish"}):      400,
		updateBody(t, 1, api.Publish(false), api.SetName("Other")):                                                                   400,
		updateBody(t, 1, api.SetName("Other"), api.SetRepository(api.Repository{URL: "https://git.example/better", Tag: "-x"})):      400,
		updateBody(t, 1, api.SetRepository(api.Repository{URL: "ssh://git.example/good", Tag: "v1"}), api.UpdatePreviewable()):       400,
		updateBody(t, 1, api.SetRepository(api.Repository{URL: "https://git.example/none", Tag: "v1"}), api.Publish(false)):          422,
		updateBody(t, 1, api.SetRepository(api.Repository{URL: "https://git.example/none", Tag: "v1"}), api.SetDescription("Other")): 422,
	} {
		if got := w.call(t, owner, http.MethodPost, "/connectors/drafts/key=tax", body); got.status != status {
			t.Errorf("%s: answered %s, want %d", body, got, status)
		}
	}
	for _, members := range []map[string]any{
		{"key": "tax"},
		{"key": "new", "repository": map[string]any{"url": "https://git.example/none", "tag": "v1"}},
		{"key": "new", "name": ""},
	} {
		if got := w.call(t, owner, http.MethodPost, "/connectors/drafts", draftBody(t, members)); got.status < 400 {
			t.Errorf("%v: answered %s", members, got)
		}
	}
	if after := w.call(t, owner, http.MethodGet, "/connectors/drafts", ""); string(after.body) != string(before.body) {
		t.Errorf("the drafts were\n%s\nand are\n%s", before, after)
	}
	if runs := w.call(t, owner, http.MethodGet, "/x/v1/drafts/"+draft.ID+"/runs", ""); !strings.Contains(string(runs.body), `"total":0`) {
		t.Errorf("a run was started: %s", runs)
	}
}
