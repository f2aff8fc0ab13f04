package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
)

// The report of a run in the forms that Accept can ask for.
func TestReportForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.create(t, map[string]any{"key": "tax"})
	run := w.start(t, draft, api.UpdatePreviewable())
	path := "/x/v1/drafts/key=tax/runs/" + run + "/report"
	missing := w.call(t, viewer, http.MethodGet, path, "", header("Accept", api.MediaMarkdown))
	want(t, missing, http.StatusNotFound, api.CodeResourceNotFound)
	w.finish(t, run, true)

	stored := w.call(t, viewer, http.MethodGet, path, "")
	for accept, is := range map[string]struct{ media, begins string }{
		"*/*":               {"application/json; charset=utf-8", string(stored.body)},
		"text/html":         {"application/json; charset=utf-8", string(stored.body)},
		api.MediaJSON:       {"application/json; charset=utf-8", string(stored.body)},
		api.MediaSARIF:      {"application/sarif+json", "{\n  \"$schema\": "},
		api.MediaMarkdown:   {"text/markdown; charset=utf-8", "## Greenroom: valid\n"},
		"text/*, */*;q=0.1": {"text/markdown; charset=utf-8", "## Greenroom: valid\n"},
	} {
		got := w.call(t, viewer, http.MethodGet, path, "", header("Accept", accept))
		want(t, got, http.StatusOK, "")
		if got.header.Get("Content-Type") != is.media || got.header.Get("Vary") != "Accept" || !strings.HasPrefix(string(got.body), is.begins) {
			t.Errorf("%s: %v %s", accept, got.header, got.body)
		}
		head := w.call(t, viewer, http.MethodHead, path, "", header("Accept", accept))
		if head.header.Get("Content-Type") != is.media || head.header.Get("Content-Length") != got.header.Get("Content-Length") {
			t.Errorf("%s: the head is %v", accept, head.header)
		}
	}

	var log struct {
		Runs []struct {
			Tool struct{ Driver struct{ Version string } }
		}
	}
	if err := json.Unmarshal(w.call(t, viewer, http.MethodGet, path, "", header("Accept", api.MediaSARIF)).body, &log); err != nil {
		t.Fatal(err)
	}
	if log.Runs[0].Tool.Driver.Version != "1.2.3" {
		t.Errorf("the log is %+v", log)
	}
}
