package httpapi

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // a commit's id, as git makes them
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/correlation"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/report"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
	"github.com/greenroom-registry/greenroom/internal/testkit/openapi"
)

// role is who a request comes from.
type role string

// The roles of the tests. All but the stranger's belong to one project.
const (
	nobody     role = "nobody"
	badToken   role = "a bad token"
	viewer     role = "view_connectors"
	developer  role = "manage_connectors"
	owner      role = "manage_project"
	certifier  role = "certify_connectors"
	strangers  role = "manage_project of another project"
	ownProject      = "europe-west1.gcp:acme"
)

var roles = []role{nobody, badToken, viewer, developer, owner, certifier, strangers}

// world is the API over a real database; only the repositories are scripted.
type world struct {
	http.Handler
	store  *sqlstore.Store
	drafts *connector.Service
	tokens map[role]string
	logged *journal
	ready  func(context.Context) error
	// validate stands in for the pipeline.
	validate     func(ctx context.Context, project string, r api.Repository) (api.Report, error)
	validateTree func(pack io.Reader, tree string) (api.Report, error)
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	s, err := sqlstore.OpenSQLite(tb.Context(), tb.TempDir(), sqlstore.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	source, err := gitsource.New(gitsource.Options{ScratchDir: tb.TempDir()}) // for what an address may be
	if err != nil {
		tb.Fatal(err)
	}
	w := &world{store: s, logged: &journal{}, ready: s.Ping, validate: foundNothing, validateTree: judgedTree}
	w.drafts = connector.New(connector.Options{
		Store:        s,
		Repositories: repositories{},
		Rules:        field.Rules{Regions: api.DefaultRegions, RepositoryURL: source.CheckURL, RepositoryTag: gitsource.CheckTag},
		Now:          time.Now,
	})
	tokens := auth.New(s, time.Now)
	w.Handler = New(Options{
		Drafts: w.drafts,
		Tokens: tokens,

		Credentials: credential.New(s, tb.TempDir(), time.Now),
		Validate: func(ctx context.Context, project string, r api.Repository) (api.Report, error) {
			return w.validate(ctx, project, r)
		},
		ValidateTree: func(_ context.Context, _ string, pack io.Reader, tree string) (api.Report, error) {
			return w.validateTree(pack, tree)
		},
		Tool:  report.Tool{Version: "1.2.3"},
		Ready: func(ctx context.Context) error { return w.ready(ctx) },
		Log:   correlation.Logger(slog.NewJSONHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	w.tokens = map[role]string{badToken: "0123456789"}
	for r, project := range map[role]string{viewer: ownProject, developer: ownProject, owner: ownProject, certifier: ownProject, strangers: "europe-west1.gcp:other"} {
		scope, _, _ := strings.Cut(string(r), " ")
		c, secret, err := auth.NewClient(tb.Context(), s, project, []auth.Scope{auth.Scope(scope)}, time.Now())
		if err != nil {
			tb.Fatal(err)
		}
		token, err := tokens.Issue(tb.Context(), c.ID, secret, "")
		if err != nil {
			tb.Fatal(err)
		}
		w.tokens[r] = token.AccessToken
	}
	return w
}

// foundNothing is a validation of what is good.
func foundNothing(context.Context, string, api.Repository) (api.Report, error) {
	return api.Report{Valid: true, Commit: commit, Engine: engine, Ruleset: ruleset, Findings: []api.Finding{}}, nil
}

// judgedTree is what is said of a tree that is sent.
func judgedTree(_ io.Reader, tree string) (api.Report, error) {
	return api.Report{Valid: true, Tree: tree, Engine: engine, Ruleset: ruleset, Findings: []api.Finding{}}, nil
}

// What runs and validations of the tests are about.
const (
	commit  = "0000000000000000000000000000000000000001"
	engine  = "2"
	ruleset = "sha256:0123456789abcdef"
)

// repositories are those below https://git.example/: the last part of the URL
// says what is found there.
type repositories struct{}

const goodSpec = "deployAs:\n  - name: tax-service\n    applicationType: service\n    endpoint: /tax\n"

func (repositories) Resolve(_ context.Context, req gitsource.Request) (string, error) {
	sum := sha1.Sum([]byte(req.URL + req.Tag)) //nolint:gosec // see above
	return hex.EncodeToString(sum[:]), nil
}

func (repositories) CredentialID(context.Context, gitsource.Request) (string, error) { return "", nil }

func (r repositories) File(ctx context.Context, req gitsource.Request, path string) (gitsource.File, error) {
	commit, _ := r.Resolve(ctx, req)
	switch strings.TrimPrefix(req.URL, "https://git.example/") {
	case "good", "better":
		return gitsource.File{Commit: commit, Data: []byte(goodSpec)}, nil
	case "bad":
		return gitsource.File{Commit: commit, Data: []byte("deployAs:\n  - name: 1\n")}, nil
	case "empty":
		return gitsource.File{}, &gitsource.FileNotFoundError{Path: path, Commit: commit, Siblings: []string{"connect.yml"}}
	case "busy":
		return gitsource.File{}, fmt.Errorf("wait: %w", gitsource.ErrBusy)
	case "broken":
		return gitsource.File{}, fmt.Errorf("make /srv/scratch: disk full")
	case "slow":
		<-ctx.Done()
		return gitsource.File{}, ctx.Err()
	default:
		return gitsource.File{}, fmt.Errorf("dial 10.0.0.7:22: %w", gitsource.ErrNotReachable)
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

func (a answer) failure(tb testing.TB) api.ErrorResponse {
	tb.Helper()
	return decode[api.ErrorResponse](tb, a.body)
}

func decode[T any](tb testing.TB, text []byte) T {
	tb.Helper()
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	return v
}

// call sends a request; a body that is not empty is sent as JSON unless change
// says otherwise. Every answer is held to the API's description.
func (w *world) call(tb testing.TB, r role, method, target, body string, change ...func(*http.Request)) answer {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), method, "http://greenroom.example"+target, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token, ok := w.tokens[r]; ok {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for _, c := range change {
		c(req)
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	openapi.Load(tb).CheckAnswer(tb, req.Method, req.URL.RequestURI(), rec.Code, rec.Header(), rec.Body.Bytes())
	return answer{rec.Code, rec.Header(), rec.Body.Bytes()}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// want checks the status of an answer, and its code when there is one.
func want(tb testing.TB, got answer, status int, code api.ErrorCode) {
	tb.Helper()
	if got.status != status {
		tb.Fatalf("answered %s, want %d %s", got, status, code)
	}
	if code != "" {
		if e := got.failure(tb); e.Errors[0].Code != code {
			tb.Fatalf("answered %s, want %s", got, code)
		}
	}
}

// create makes a draft of the project acme. Members override those of a good
// body.
func (w *world) create(tb testing.TB, members map[string]any) api.ConnectorStaged {
	tb.Helper()
	got := w.call(tb, owner, http.MethodPost, "/connectors/drafts", draftBody(tb, members))
	want(tb, got, http.StatusCreated, "")
	return decode[api.ConnectorStaged](tb, got.body)
}

func draftBody(tb testing.TB, members map[string]any) string {
	tb.Helper()
	body := map[string]any{
		"name":       "Tax",
		"creator":    map[string]any{"email": "jane@example.com"},
		"repository": map[string]any{"url": "https://git.example/good", "tag": "v1"},
	}
	for name, value := range members {
		body[name] = value
	}
	return encode(tb, body)
}

func encode(tb testing.TB, v any) string {
	tb.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func updateBody(tb testing.TB, version int64, actions ...api.UpdateAction) string {
	tb.Helper()
	return encode(tb, map[string]any{"version": version, "actions": append([]api.UpdateAction{}, actions...)})
}

// start asks for a run of the draft and returns its id.
func (w *world) start(tb testing.TB, d api.ConnectorStaged, action api.UpdateAction) string {
	tb.Helper()
	want(tb, w.call(tb, owner, http.MethodPost, "/connectors/drafts/"+d.ID, updateBody(tb, d.Version, action)), http.StatusCreated, "")
	runs := w.call(tb, owner, http.MethodGet, "/x/v1/drafts/"+d.ID+"/runs?limit=1", "")
	want(tb, runs, http.StatusOK, "")
	return decode[api.PagedQueryResponse[api.Run]](tb, runs.body).Results[0].ID
}

// finish ends a run as its worker would.
func (w *world) finish(tb testing.TB, id string, passed bool) {
	tb.Helper()
	now := time.Now()
	run, err := w.store.ClaimRun(tb.Context(), id, store.Claim{Token: "worker", Now: now, Until: now.Add(time.Minute)})
	if err != nil {
		tb.Fatal(err)
	}
	outcome := connector.Outcome{
		Commit: commit,
		Report: api.Report{Valid: passed, Engine: engine, Ruleset: ruleset, Findings: []api.Finding{}},
		Steps:  []api.RunStep{{Name: "fetch", Milliseconds: 1}},
	}
	if passed {
		outcome.Spec, _ = connectyaml.Parse([]byte(goodSpec))
	}
	if err := w.drafts.Finish(tb.Context(), run, outcome); err != nil {
		tb.Fatal(err)
	}
}

// submit makes a draft that waits for its certification.
func (w *world) submit(tb testing.TB, members map[string]any) api.ConnectorStaged {
	tb.Helper()
	d := w.create(tb, members)
	w.finish(tb, w.start(tb, d, api.Publish(true)), true)
	d.Version += 2
	return d
}

// take makes the certifier its reviewer.
func (w *world) take(tb testing.TB, d api.ConnectorStaged) api.ConnectorStaged {
	tb.Helper()
	want(tb, w.call(tb, certifier, http.MethodPost, "/x/v1/reviews/"+d.ID+"/take", ""), http.StatusOK, "")
	d.Version++
	return d
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text.Reset()
}

// served starts a real server with the API, for what a recorder does not do.
func (w *world) served(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	return s
}

func receive(t *testing.T, res *http.Response, err error) answer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // everything was read
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, body}
}
