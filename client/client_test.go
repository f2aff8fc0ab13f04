package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

const patience = 30 * time.Second

func draftOf(r *registry, key string) api.ConnectorStagedDraft {
	return api.ConnectorStagedDraft{
		Key: key, Name: "Tax", Creator: api.Creator{Email: "jane@example.com"},
		IntegrationTypes: []api.IntegrationType{"tax"}, Repository: r.Repository,
	}
}

// The whole way of a draft, through every method.
func TestClient(t *testing.T) {
	t.Parallel()
	c, r, w := newClient(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	created, err := c.CreateDraft(ctx, draftOf(r, "tax"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateDraft(ctx, draftOf(r, "tax-2")); err != nil {
		t.Fatal(err)
	}
	byID, err := c.Draft(ctx, client.ByID(created.ID))
	if err != nil {
		t.Fatal(err)
	}
	byKey, err := c.Draft(ctx, client.ByKey("tax"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(created, byID); diff != "" || !cmp.Equal(byID, byKey) {
		t.Errorf("created, by id (-want +got):\n%s\nby key: %+v", diff, byKey)
	}
	page, err := c.Drafts(ctx, client.List{Limit: 1, Offset: 1, Sort: []string{"key desc"}, IntegrationTypes: []api.IntegrationType{"oms", "tax"}})
	if err != nil || page.Total != 2 || page.Count != 1 || page.Results[0].Key != "tax" {
		t.Errorf("the page is %+v, %v", page, err)
	}
	if page, err = c.Drafts(ctx, client.List{}); err != nil || page.Count != 2 || page.Limit != 20 {
		t.Errorf("the first page is %+v, %v", page, err)
	}
	if same, err := c.UpdateDraft(ctx, client.ByKey("tax"), 1); err != nil || same.Version != 1 {
		t.Errorf("an update without actions made %+v, %v", same, err)
	}
	if _, err := c.LatestRun(ctx, client.ByKey("tax")); err == nil || err.Error() != "the draft key=tax has no run" {
		t.Errorf("the latest of no runs: %v", err)
	}
	if _, err = c.UpdateDraft(ctx, client.ByKey("tax"), 1, api.SetName("Taxes"), api.Publish(false)); err != nil {
		t.Fatal(err)
	}
	run, err := c.LatestRun(ctx, client.ByKey("tax"))
	if err != nil {
		t.Fatal(err)
	}
	if run, err = c.AwaitRun(ctx, client.ByKey("tax"), run.ID); err != nil || run.State != "succeeded" || !run.Ended() {
		t.Fatalf("the run is %+v, %v", run, err)
	}
	if report, err := c.RunReport(ctx, client.ByKey("tax"), run.ID); err != nil || !report.Valid || report.Commit != run.Commit {
		t.Errorf("the report is %+v, %v", report, err)
	}
	if log, err := c.RunReportSARIF(ctx, client.ByKey("tax"), run.ID); err != nil || !strings.Contains(string(log), `"revisionId": "`+run.Commit+`"`) {
		t.Errorf("as SARIF it is %s, %v", log, err)
	}
	if text, err := c.RunReportMarkdown(ctx, client.ByKey("tax"), run.ID); err != nil || !strings.HasPrefix(string(text), "## Greenroom: valid") {
		t.Errorf("as Markdown it is %s, %v", text, err)
	}
	if _, err := c.RunReportMarkdown(ctx, client.ByKey("none"), run.ID); !errors.As(err, new(*client.Error)) {
		t.Errorf("the report of no draft is %v, want the server's answer", err)
	}
	if production, err := c.Connector(ctx, client.ByID(created.ID)); err != nil || production.Name != "Taxes" || production.Version != 1 {
		t.Errorf("the Connector is %+v, %v", production, err)
	}
	if n := w.count("/oauth/token"); n != 1 {
		t.Errorf("%d tokens were asked for, want one", n)
	}
}

// A token that the server does not know any more is replaced, once for all who
// use it.
func TestTokenRenewal(t *testing.T) {
	t.Parallel()
	c, _, w := newClient(t)
	for round := range 3 {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := c.Drafts(t.Context(), client.List{}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := w.count("/oauth/token"); n != round+1 {
			t.Errorf("%d tokens were asked for after %d revocations", n, round)
		}
		w.forgetTokens()
	}
}

// A token is not renewed for ever.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	var calls, tokens int
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/oauth/token" {
			tokens++
			_, _ = w.Write([]byte(`{"access_token":"t","expires_in":172800}`))
			return
		}
		calls++
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer s.Close()
	_, err := client.New(client.Options{URL: s.URL, ID: "a", Secret: "b"}).Drafts(t.Context(), client.List{})
	if failed := asError(t, err); failed.StatusCode != http.StatusUnauthorized || calls != 2 || tokens != 2 {
		t.Errorf("%v after %d calls with %d tokens", err, calls, tokens)
	}
}

// A token is replaced before it ends.
func TestTokenNearItsEnd(t *testing.T) {
	t.Parallel()
	tokens := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/oauth/token" {
			_, _ = w.Write([]byte(`{}`))
			return
		}
		tokens++
		_, _ = w.Write([]byte(`{"access_token":"t","expires_in":59}`))
	}))
	defer s.Close()
	c := client.New(client.Options{URL: s.URL, ID: "a", Secret: "b"})
	for range 2 {
		if _, err := c.Drafts(t.Context(), client.List{}); err != nil {
			t.Fatal(err)
		}
	}
	if tokens != 2 {
		t.Errorf("%d tokens were asked for, want two", tokens)
	}
}

func asError(t *testing.T, err error) *client.Error {
	t.Helper()
	var failed *client.Error
	if !errors.As(err, &failed) {
		t.Fatalf("%v is no answer", err)
	}
	return failed
}

func TestErrors(t *testing.T) {
	t.Parallel()
	c, r, _ := newClient(t)
	if _, err := c.CreateDraft(t.Context(), draftOf(r, "tax")); err != nil {
		t.Fatal(err)
	}
	_, err := c.Draft(t.Context(), client.ByKey("none"))
	failed := asError(t, err)
	if failed.StatusCode != http.StatusNotFound || !failed.HasCode(api.CodeResourceNotFound) || failed.CorrelationID == "" || failed.RetryAfter != 0 {
		t.Errorf("missing: %+v", failed)
	}
	if got := err.Error(); got != "the server answered 404: ResourceNotFound: The ConnectorStaged with key 'none' was not found." {
		t.Errorf("missing: %s", got)
	}
	_, err = c.UpdateDraft(t.Context(), client.ByKey("tax"), 7)
	if failed = asError(t, err); failed.StatusCode != http.StatusConflict || failed.Errors[0].CurrentVersion != 1 || failed.Errors[0].ExpectedVersion != 7 {
		t.Errorf("conflict: %+v", failed)
	}
	_, err = c.CreateDraft(t.Context(), api.ConnectorStagedDraft{Key: "?", Repository: r.Repository})
	if failed = asError(t, err); failed.StatusCode != http.StatusBadRequest || len(failed.Errors) < 2 || !strings.Contains(err.Error(), "; InvalidJsonInput: ") {
		t.Errorf("bad body: %v", err)
	}
	if _, err = c.UpdateDraft(t.Context(), client.ByKey("tax"), 1, api.UpdateAction{"bad": func() {}}); err == nil || !strings.Contains(err.Error(), "encode the request") {
		t.Errorf("a body that is no JSON: %v", err)
	}
	if _, err = c.Draft(t.Context(), client.Ref("\x7f")); err == nil {
		t.Error("a path that is none was sent")
	}
	stranger := client.New(client.Options{URL: r.URL, ID: "nobody", Secret: "x"})
	_, err = stranger.Draft(t.Context(), client.ByKey("tax"))
	if failed = asError(t, err); !failed.HasCode(api.CodeInvalidClient) || !strings.HasPrefix(err.Error(), "get a token: ") {
		t.Errorf("a bad secret: %v", err)
	}
}

// What is between the client and the server may answer too, and not in JSON.
func TestStrangeAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		header http.Header
		body   string
		want   client.Error
	}{
		"page of a proxy": {502, nil, "<h1>Bad Gateway</h1>", client.Error{}},
		"empty":           {503, http.Header{"Retry-After": {"7"}}, "", client.Error{RetryAfter: 7 * time.Second}},
		"other JSON":      {500, http.Header{"X-Correlation-Id": {"abc"}}, `{"message":"no","errors":"none"}`, client.Error{CorrelationID: "abc"}},
		"no errors":       {403, http.Header{"Retry-After": {"-7"}}, `{"message":"no","errors":[]}`, client.Error{}},
		"a date":          {429, http.Header{"Retry-After": {"Wed, 21 Oct 2015 07:28:00 GMT"}}, `[]`, client.Error{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := asError(t, answered(t, c.status, c.header, c.body))
			if failed.StatusCode != c.status || len(failed.Errors) != 1 || !failed.HasCode(api.CodeGeneral) || failed.Message != failed.Errors[0].Message {
				t.Errorf("%+v", failed)
			}
			if !strings.Contains(failed.Error(), "not one of Greenroom's") || failed.RetryAfter != c.want.RetryAfter || failed.CorrelationID != c.want.CorrelationID {
				t.Errorf("%+v", failed)
			}
		})
	}
	for _, body := range []string{"<h1>Welcome</h1>", "", `{"id":1}`} {
		if err := answered(t, 200, nil, body); err == nil || !strings.Contains(err.Error(), "decode the answer") {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// answered asks a server that gives tokens and one answer.
func answered(t *testing.T, status int, header http.Header, body string) error {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			_, _ = w.Write([]byte(`{"access_token":"t","expires_in":172800}`))
			return
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	_, err := client.New(client.Options{URL: s.URL, ID: "a", Secret: "b"}).Draft(t.Context(), client.ByKey("tax"))
	return err
}

// Only its context bounds how long a run is waited for.
func TestAwaitRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			_, _ = w.Write([]byte(`{"access_token":"t","expires_in":172800}`))
			return
		}
		if asked++; asked == 3 {
			cancel()
		}
		_, _ = w.Write([]byte(`{"id":"1","state":"running"}`))
	}))
	defer s.Close()
	c := client.New(client.Options{URL: s.URL, ID: "a", Secret: "b"})
	if _, err := c.AwaitRun(ctx, client.ByKey("tax"), "1"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v after it asked %d times", err, asked)
	}
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) }))
	defer s.Close()
	_, err := client.New(client.Options{URL: s.URL, ID: "a", Secret: "b"}).Draft(t.Context(), client.ByKey("tax"))
	if err == nil || err.Error() != "get a token: the answer has none" {
		t.Errorf("%v", err)
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(nil)
	s.Close()
	_, err := client.New(client.Options{URL: s.URL, ID: "a", Secret: "b"}).Draft(t.Context(), client.ByKey("tax"))
	if err == nil || !strings.Contains(err.Error(), "reach the server") {
		t.Errorf("%v", err)
	}
}

// A caller does not wait for a token longer than its own context says, whoever
// else is getting one.
func TestWaitForATokenEnds(t *testing.T) {
	t.Parallel()
	arrived, over := make(chan struct{}), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-over
	}))
	defer s.Close()
	defer close(over)
	c := client.New(client.Options{URL: s.URL, ID: "a", Secret: "b"})
	first, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := c.Draft(first, client.ByKey("tax"))
		left <- err
	}()
	<-arrived
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := c.Draft(ended, client.ByKey("tax")); !errors.Is(err, context.Canceled) {
		t.Errorf("the second caller: %v", err)
	}
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the first caller: %v", err)
	}
}
