package httpapi

import (
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/report"
)

// getRunReport answers with the stored report, byte for byte, or with the other
// forms of it that Accept may ask for.
func (a *API) getRunReport(r *request) (*response, error) {
	ref, err := r.ref()
	if err != nil {
		return nil, err
	}
	doc, err := a.Drafts.RunReport(r.Context(), r.principal, ref, r.PathValue("run"))
	if err != nil {
		return nil, err
	}
	res := &response{status: http.StatusOK, body: doc, header: http.Header{"Vary": {"Accept"}}}
	media := preferred(r.Header, api.MediaJSON, api.MediaSARIF, api.MediaMarkdown)
	if media == api.MediaJSON {
		return res, nil
	}
	run, err := a.Drafts.Run(r.Context(), r.principal, ref, r.PathValue("run"), 0)
	if err != nil {
		return nil, err
	}
	subject := report.Subject{Repository: run.Repository.URL, Tag: run.Repository.Tag}
	if err := json.Unmarshal(doc, &subject.Report); err != nil {
		return nil, fmt.Errorf("read the report of the run %s: %w", run.ID, err)
	}
	if media == api.MediaMarkdown {
		res.media, res.body = api.MediaMarkdown+"; charset=utf-8", report.Markdown([]report.Subject{subject})
		return res, nil
	}
	res.media = api.MediaSARIF
	res.body, err = a.Tool.SARIF([]report.Subject{subject})
	return res, err
}
