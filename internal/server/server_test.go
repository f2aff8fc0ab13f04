package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/server"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

const project = "europe-west1.gcp:acme"

// patience bounds every wait of the tests; stopWithin is what is promised.
const (
	patience   = 30 * time.Second
	stopWithin = 10 * time.Second
)

// options are those of a server with an empty database that may read from git.
func options(t *testing.T, git *gitserver.Server) server.Options {
	t.Helper()
	o := server.Options{
		Listen:       "127.0.0.1:0",
		DataDir:      t.TempDir(),
		Regions:      api.DefaultRegions,
		Repositories: gitsource.Options{AllowHosts: []string{"127.0.0.1"}, ScratchDir: t.TempDir()},
		Workers:      2,
		Log:          slog.New(slog.DiscardHandler),
	}
	if git != nil {
		o.Repositories.CABundle = git.CAFile
	}
	return o
}

// running is a server that runs.
type running struct {
	*server.Server
	client  *client.Client
	token   string // one of the client's
	stop    context.CancelFunc
	stopped chan error
}

// start opens and runs a server, which is stopped with the test.
func start(t *testing.T, o server.Options) *running {
	t.Helper()
	s, err := server.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, s)
}

func run(t *testing.T, s *server.Server) *running {
	t.Helper()
	c, secret, err := auth.NewClient(t.Context(), s.Store(), project, []auth.Scope{auth.ManageProject}, time.Now())
	if err != nil {
		t.Fatal(errors.Join(err, s.Close()))
	}
	token, err := auth.New(s.Store(), time.Now).Issue(t.Context(), c.ID, secret, "")
	if err != nil {
		t.Fatal(errors.Join(err, s.Close()))
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &running{
		Server: s, token: token.AccessToken, stop: stop, stopped: make(chan error, 1),
		client: client.New(client.Options{URL: s.URL(), ID: c.ID, Secret: secret}),
	}
	go func() { r.stopped <- s.Run(ctx) }()
	t.Cleanup(func() { r.end(t) })
	return r
}

// end stops the server, and checks that it does so well and in time. It may be
// called again.
func (r *running) end(t *testing.T) {
	t.Helper()
	r.stop()
	select {
	case err := <-r.stopped:
		if err != nil {
			t.Errorf("the server ended with %v", err)
		}
		r.stopped <- nil
	case <-time.After(stopWithin):
		t.Errorf("the server did not stop within %s", stopWithin)
	}
}

// repository makes a good connector with the tag v1.
func repository(t *testing.T, git *gitserver.Server) api.Repository {
	t.Helper()
	repo := git.Repo(t, "tax.git")
	repo.Commit(t, map[string]string{
		"connect.yaml":             "deployAs:\n  - name: tax-service\n    applicationType: service\n    endpoint: /tax\n",
		"tax-service/package.json": `{"name": "tax-service", "scripts": {"start": "node index.js"}}`,
	})
	repo.Tag(t, "v1")
	return api.Repository{URL: repo.URL, Tag: "v1"}
}

func (r *running) create(t *testing.T, repository api.Repository) (api.ConnectorStaged, error) {
	t.Helper()
	return r.client.CreateDraft(t.Context(), api.ConnectorStagedDraft{
		Name: "Tax", Creator: api.Creator{Email: "jane@example.com"}, Repository: repository,
	})
}

// createdDraft is create where nothing is expected to go wrong.
func (r *running) createdDraft(t *testing.T, repository api.Repository) api.ConnectorStaged {
	t.Helper()
	draft, err := r.create(t, repository)
	if err != nil {
		t.Fatal(err)
	}
	return draft
}

// publish asks for a publish and returns its run.
func (r *running) publish(t *testing.T, draft api.ConnectorStaged) api.Run {
	t.Helper()
	ref := client.ByID(draft.ID)
	if _, err := r.client.UpdateDraft(t.Context(), ref, draft.Version, api.Publish(false)); err != nil {
		t.Fatal(err)
	}
	run, err := r.client.LatestRun(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// succeeds waits for the run's end.
func (r *running) succeeds(t *testing.T, run api.Run, attempt int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got, err := r.client.AwaitRun(ctx, client.ByID(run.DraftID), run.ID)
	if err != nil || got.State != "succeeded" || got.Attempt != attempt {
		t.Errorf("the run is %+v, %v; want it to succeed in attempt %d", got, err, attempt)
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	r := start(t, options(t, git))
	draft := r.createdDraft(t, repository(t, git))
	r.succeeds(t, r.publish(t, draft), 1)
	ref := client.ByID(draft.ID)
	if c, err := r.client.Connector(t.Context(), ref); err != nil || c.Version != 1 {
		t.Errorf("the Connector is %+v, %v", c, err)
	}
	r.end(t)
	if _, err := r.client.Connector(t.Context(), ref); err == nil {
		t.Error("a server that was stopped answers")
	}
	if err := r.Close(); err != nil {
		t.Errorf("close a server that was stopped: %v", err)
	}
}

// A request that does not end in time is told to give up, and is answered.
func TestStopWithARequestThatWaits(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	o := options(t, git)
	o.Workers = 0
	s, err := server.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	arrivals := s.Arrivals()
	r := run(t, s)
	queued := r.publish(t, r.createdDraft(t, repository(t, git)))
	for len(arrivals) > 0 {
		<-arrivals
	}

	path := "/x/v1/drafts/" + queued.DraftID + "/runs/" + queued.ID + "?wait=25"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	answered := make(chan string, 1)
	go func() { answered <- exchange(&http.Transport{}, req) }()
	<-arrivals
	r.end(t)
	if got := <-answered; !strings.HasPrefix(got, `503 {"statusCode":503,`) {
		t.Errorf("answered %s, want 503", got)
	}
}

// Whoever follows a run does not keep the server from stopping.
func TestStopWithAStream(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	o := options(t, git)
	o.Workers = 0
	r := start(t, o)
	queued := r.publish(t, r.createdDraft(t, repository(t, git)))
	path := "/x/v1/drafts/" + queued.DraftID + "/runs/" + queued.ID + "/events"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	if res.StatusCode != http.StatusOK {
		t.Fatalf("answered %s", res.Status)
	}
	r.end(t)
	body, err := io.ReadAll(res.Body)
	if err != nil || !strings.HasPrefix(string(body), ": ") {
		t.Errorf("the stream ended with %q, error %v", body, err)
	}
}

// exchange returns the status and the body of the answer, or the error.
func exchange(transport *http.Transport, req *http.Request) string {
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", res.StatusCode, body)
}

// One that ends in time is answered as if nothing were.
func TestStopWithARequestUnderWay(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	repo := repository(t, git)
	arrived, goOn := make(chan struct{}, 1), make(chan struct{})
	git.Intercept(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case arrived <- struct{}{}:
			default:
			}
			<-goOn
			next.ServeHTTP(w, r)
		})
	})
	r := start(t, options(t, git))
	answered := make(chan error, 1)
	go func() {
		_, err := r.create(t, repo)
		answered <- err
	}()
	<-arrived
	r.stop()
	close(goOn)
	if err := <-answered; err != nil {
		t.Errorf("a request that was under way got %v", err)
	}
	r.end(t)
}

// A create whose repository does not answer is answered before the server goes.
func TestStopWithAStalledRepository(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	repo := repository(t, git)
	arrived := make(chan *http.Request, 1)
	git.Intercept(gitserver.Stall(arrived))
	r := start(t, options(t, git))
	answered := make(chan error, 1)
	go func() {
		_, err := r.create(t, repo)
		answered <- err
	}()
	<-arrived
	r.end(t)
	var failed *client.Error
	if err := <-answered; !errors.As(err, &failed) || failed.StatusCode != http.StatusServiceUnavailable || failed.RetryAfter <= 0 {
		t.Errorf("the create got %v, want 503 with Retry-After", err)
	}
}

// A run under way is handed back, and the next server ends it.
func TestStopHandsRunsBack(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	o := options(t, git)
	r := start(t, o)
	draft := r.createdDraft(t, repository(t, git))
	arrived := make(chan *http.Request, 1)
	git.Intercept(gitserver.Stall(arrived))
	cutOff := r.publish(t, draft)
	<-arrived
	r.end(t)
	git.Intercept(nil)

	s, err := server.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	handed, err := s.Store().Run(t.Context(), cutOff.ID)
	if err != nil || handed.State != store.RunQueued || handed.Token != "" || handed.DueAt.After(time.Now()) {
		t.Errorf("the run is %+v, %v", handed, err)
	}
	run(t, s).succeeds(t, cutOff, 2)
}

// Whoever asks for a run under way is told of the step that it is at.
func TestProgress(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	r := start(t, options(t, git))
	draft := r.createdDraft(t, repository(t, git))
	arrived := make(chan *http.Request, 1)
	git.Intercept(gitserver.Stall(arrived))
	queued := r.publish(t, draft)
	<-arrived
	got, err := r.client.Run(t.Context(), client.ByID(draft.ID), queued.ID)
	if err != nil || got.State != "running" || len(got.Steps) != 1 || got.Steps[0].Name != "fetch" {
		t.Errorf("under way: %+v, %v", got, err)
	}
}

// A run whose process died is taken over at the start, not when its lease ends.
func TestRunsCutOff(t *testing.T) {
	t.Parallel()
	git := gitserver.New(t)
	o := options(t, git)
	o.Workers = 0
	r := start(t, o)
	cutOff := r.publish(t, r.createdDraft(t, repository(t, git)))
	now := time.Now()
	if _, err := r.Store().ClaimRun(t.Context(), cutOff.ID, store.Claim{Token: "dead", Now: now, Until: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	r.end(t)
	o.Workers = 1
	start(t, o).succeeds(t, cutOff, 2)
}

// A server that is told to stop before it has begun stops as well as any other.
func TestStopAtTheStart(t *testing.T) {
	t.Parallel()
	s, err := server.Open(t.Context(), options(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Run(ctx); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

func TestOneServerForADirectory(t *testing.T) {
	t.Parallel()
	o := options(t, nil)
	first := start(t, o)
	_, err := server.Open(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "another server uses the data directory "+o.DataDir) {
		t.Fatalf("a second server: %v", err)
	}
	first.end(t)
	second := start(t, o)
	if res, err := http.Get(second.URL() + "/healthz"); err != nil || res.StatusCode != http.StatusOK { //nolint:noctx // short
		t.Errorf("the next server: %v, %v", res, err)
	} else if err := res.Body.Close(); err != nil {
		t.Error(err)
	}
}

// Whatever keeps a server from opening, it holds nothing afterwards.
func TestFailedOpen(t *testing.T) {
	t.Parallel()
	busy := start(t, options(t, nil))
	for name, c := range map[string]struct {
		spoil func(*server.Options)
		want  string
	}{
		"port in use": {func(o *server.Options) { o.Listen = strings.TrimPrefix(busy.URL(), "http://") }, "choose another address with --listen"},
		"no address":  {func(o *server.Options) { o.Listen = "nowhere" }, "listen on nowhere"},
		"bad alias": {func(o *server.Options) {
			o.Repositories.Aliases = []gitsource.Alias{{From: "a", To: "b"}}
		}, "set up the reading of repositories"},
		"no git": {func(o *server.Options) { o.Repositories.Git = "/nowhere/git" }, "install git"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, nil)
			spoiled := o
			c.spoil(&spoiled)
			if _, err := server.Open(t.Context(), spoiled); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("opened with %v, want %q", err, c.want)
			}
			s, err := server.Open(t.Context(), o)
			if err != nil {
				t.Fatalf("the directory is still held: %v", err)
			}
			for range 2 {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
		})
	}
}

// A data directory that cannot be one says so.
func TestBadDataDir(t *testing.T) {
	t.Parallel()
	o := options(t, nil)
	o.DataDir = "/dev/null/data"
	if _, err := server.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), "data directory") {
		t.Errorf("opened with %v", err)
	}
}
