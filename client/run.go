package client

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/greenroom-registry/greenroom/api"
)

// waitSeconds is how long the server is asked to wait for the end of a run at a
// time; it takes up to 25.
const waitSeconds = 20

// Runs lists the runs of a draft, newest first.
func (c *Client) Runs(ctx context.Context, draft Ref, l List) (api.PagedQueryResponse[api.Run], error) {
	return call[api.PagedQueryResponse[api.Run]](ctx, c, http.MethodGet, "/x/v1/drafts/"+string(draft)+"/runs?"+l.query(), nil)
}

// LatestRun returns the newest run of a draft.
func (c *Client) LatestRun(ctx context.Context, draft Ref) (api.Run, error) {
	page, err := c.Runs(ctx, draft, List{Limit: 1})
	if err != nil {
		return api.Run{}, err
	}
	if len(page.Results) == 0 {
		return api.Run{}, fmt.Errorf("the draft %s has no run", draft)
	}
	return page.Results[0], nil
}

// Run returns one run of a draft.
func (c *Client) Run(ctx context.Context, draft Ref, run string) (api.Run, error) {
	return c.runWithin(ctx, draft, run, 0)
}

// runWithin returns the run as it is at its end, or after the seconds.
func (c *Client) runWithin(ctx context.Context, draft Ref, run string, seconds int) (api.Run, error) {
	return call[api.Run](ctx, c, http.MethodGet, fmt.Sprintf("/x/v1/drafts/%s/runs/%s?wait=%d", draft, run, seconds), nil)
}

// CancelRun takes a preview or publish back that has not ended, and returns its run
// as it is then: a worker may still have to hear of it.
func (c *Client) CancelRun(ctx context.Context, draft Ref, run string) (api.Run, error) {
	return call[api.Run](ctx, c, http.MethodPost, fmt.Sprintf("/x/v1/drafts/%s/runs/%s/cancel", draft, run), nil)
}

// AwaitRun returns the run when it has ended. Only ctx bounds how long that takes.
func (c *Client) AwaitRun(ctx context.Context, draft Ref, run string) (api.Run, error) {
	for {
		out, err := c.runWithin(ctx, draft, run, waitSeconds)
		if err != nil || out.Ended() {
			return out, err
		}
	}
}

// WatchRun is AwaitRun that tells of the run as it is at once, then of each of its
// steps as it begins and ends, and every second. Of a server that has no stream, or
// when it breaks, it asks every second instead.
func (c *Client) WatchRun(ctx context.Context, draft Ref, run string, tell func(api.Run)) (api.Run, error) {
	out, err := c.Run(ctx, draft, run)
	if err != nil || out.Ended() {
		return out, err
	}
	if len(out.Steps) == 0 { // otherwise the stream tells of them from the first on
		tell(out)
	}
	out.Steps = nil
	watching, stop := context.WithCancel(ctx)
	defer stop()
	if out, ended := c.watchStream(watching, draft, out, tell); ended {
		return out, nil
	}
	for {
		out, err = c.runWithin(ctx, draft, run, 1)
		if err != nil || out.Ended() {
			return out, err
		}
		tell(out)
	}
}

// watchStream follows a run by its stream, which is resumed for as long as it has
// something to tell, and says whether it came to the run's end.
func (c *Client) watchStream(ctx context.Context, draft Ref, run api.Run, tell func(api.Run)) (api.Run, bool) {
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for last := ""; ; {
		fresh := false
		events := c.openStream(ctx, draft, run.ID, last)
		for open := true; open; {
			var e event
			select {
			case e, open = <-events:
			case <-again.C:
			}
			if e.id != "" {
				last, fresh = e.id, true
			}
			ended, err := follow(&run, e)
			if ended || err != nil {
				return run, ended
			}
			tell(run)
		}
		if !fresh {
			return run, false
		}
	}
}

// Validate checks a release as a preview does, without a draft.
func (c *Client) Validate(ctx context.Context, r api.Repository) (api.Report, error) {
	return call[api.Report](ctx, c, http.MethodPost, "/x/v1/validations", r)
}

// ValidateTree checks the tree of that id, whose files come in a pack of git's of at
// most 32 MiB.
func (c *Client) ValidateTree(ctx context.Context, tree string, files []byte) (api.Report, error) {
	return call[api.Report](ctx, c, http.MethodPost, "/x/v1/validations/"+tree, pack(files))
}

// RunReport returns the whole report of a run that has ended.
func (c *Client) RunReport(ctx context.Context, draft Ref, run string) (api.Report, error) {
	return call[api.Report](ctx, c, http.MethodGet, reportPath(draft, run), nil)
}

// RunReportSARIF returns the report of a run that has ended as a SARIF 2.1.0 log,
// for code scanning.
func (c *Client) RunReportSARIF(ctx context.Context, draft Ref, run string) ([]byte, error) {
	return c.report(ctx, draft, run, api.MediaSARIF)
}

// RunReportMarkdown returns the report of a run that has ended as Markdown, for a
// comment on a pull request.
func (c *Client) RunReportMarkdown(ctx context.Context, draft Ref, run string) ([]byte, error) {
	return c.report(ctx, draft, run, api.MediaMarkdown)
}

func (c *Client) report(ctx context.Context, draft Ref, run, media string) ([]byte, error) {
	d := document{media: media}
	err := c.call(ctx, http.MethodGet, reportPath(draft, run), nil, &d)
	return d.text, err
}

func reportPath(draft Ref, run string) string {
	return fmt.Sprintf("/x/v1/drafts/%s/runs/%s/report", draft, run)
}
