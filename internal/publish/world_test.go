package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/connector"
	"github.com/greenroom-registry/greenroom/internal/connector/field"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// world is a worker over a real database and a real Git server, with the draft of
// one connector. Tests can put its clock forward.
type world struct {
	*Worker
	store   *sqlstore.Store
	git     *gitserver.Server
	repo    *gitserver.Repo
	source  *gitsource.Source
	clock   *clock
	logged  *bytes.Buffer
	scratch string
	ref     store.Ref
}

var owner = auth.Principal{Project: "europe-west1.gcp:acme", Scopes: []auth.Scope{auth.ManageProject}}

const tag = "v1.0.0"

// newWorld makes a world whose draft names the tag of a good connector.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := newServer(t)
	w.open(t, t.TempDir())
	return w
}

// newServer makes the part of a world that is outside of us.
func newServer(t *testing.T) *world {
	t.Helper()
	git := gitserver.New(t)
	w := &world{git: git, repo: git.Repo(t, "tax.git"), clock: &clock{}, logged: &bytes.Buffer{}, scratch: t.TempDir()}
	w.repo.Commit(t, good())
	w.repo.Tag(t, tag)
	return w
}

// inBubble runs the test with a world whose time is that of synctest: it passes
// when all of us wait.
func inBubble(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	w := newServer(t)
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w.open(t, data)
		test(t, w)
	})
}

// open makes the other parts, and the draft.
func (w *world) open(t *testing.T, data string) {
	t.Helper()
	var err error
	if w.store, err = sqlstore.OpenSQLite(t.Context(), data, sqlstore.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.source, err = gitsource.New(gitsource.Options{
		CABundle: w.git.CAFile, AllowHosts: []string{"127.0.0.1"}, ScratchDir: w.scratch, TreeDeadline: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Worker = New(Options{
		Runs: w.store,
		Drafts: connector.New(connector.Options{
			Store:        w.store,
			Repositories: w.source,
			Rules: field.Rules{
				Regions:       api.DefaultRegions,
				RepositoryURL: w.source.CheckURL,
				RepositoryTag: gitsource.CheckTag,
			},
			Now: w.clock.now,
		}),
		Trees:  w.source,
		Engine: check.New(checks.All()...),
		Now:    w.clock.now,
		Log:    slog.New(slog.NewTextHandler(w.logged, nil)),
	})
	doc, err := w.Drafts.Create(t.Context(), owner, api.ConnectorStagedDraft{
		Name:       "Tax",
		Creator:    api.Creator{Email: "jane@example.com"},
		Repository: api.Repository{URL: w.repo.URL, Tag: tag},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.ref = store.Ref{ID: decode[api.ConnectorStaged](t, doc).ID}
}

// good is a connector without a fault.
func good() map[string]string {
	return map[string]string{
		"connect.yaml": "deployAs:\n  - name: tax-service\n    applicationType: service\n    endpoint: /tax\n",
		"tax-service/package.json": `{"name": "tax-service", "scripts": {"start": "node index.js"}}
`,
		"README.md":    "# Tax\n\n## Configuration\n\n## Contact\n",
		"CHANGELOG.md": "## 1.0.0\n",
		"LICENSE":      license,
	}
}

// license is the text of 0BSD.
const license = `Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
PERFORMANCE OF THIS SOFTWARE.
`

// ask applies one action to the draft and returns the id of the run that it
// starts, if it does.
func (w *world) ask(t *testing.T, action api.UpdateAction) string {
	t.Helper()
	body, err := json.Marshal(api.ConnectorStagedUpdate{Version: w.draft(t).Version, Actions: []api.UpdateAction{action}})
	if err != nil {
		t.Fatal(err)
	}
	update, err := w.Drafts.ReadUpdate(body)
	if err == nil {
		_, err = w.Drafts.Update(t.Context(), owner, w.ref, update)
	}
	if err != nil {
		t.Fatal(err)
	}
	runs, _, err := w.store.RunsOf(t.Context(), w.ref.ID, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) == 0 {
		return ""
	}
	return runs[0].ID
}

func (w *world) work(t *testing.T, id string) {
	t.Helper()
	if err := w.Work(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func (w *world) draft(t *testing.T) api.ConnectorStaged {
	t.Helper()
	doc, err := w.Drafts.Draft(t.Context(), owner, w.ref)
	if err != nil {
		t.Fatal(err)
	}
	return decode[api.ConnectorStaged](t, doc)
}

// run reads a run, and checks its state.
func (w *world) run(t *testing.T, id string, want store.RunState) store.Run {
	t.Helper()
	run, err := w.store.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if run.State != want {
		t.Fatalf("the run is %s, want %s; logged:\n%s", run.State, want, w.logged)
	}
	return run
}

// claimAway takes the run as another worker would after the lease has ended.
func (w *world) claimAway(t *testing.T, id string) store.Run {
	t.Helper()
	w.clock.advance(lease)
	run, err := w.store.ClaimRun(t.Context(), id, store.Claim{Token: "another", Now: w.clock.now(), Until: w.clock.now().Add(lease)})
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// requireNoTree fails when a fetched repository was left on disk.
func (w *world) requireNoTree(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(w.scratch)
	if err != nil || len(entries) > 0 {
		t.Errorf("left in the folder for scratch files: %v, %v", entries, err)
	}
}

// trees is a Trees that a test scripts.
type trees func(ctx context.Context, req gitsource.Request) (*gitsource.Tree, error)

func (f trees) Tree(ctx context.Context, req gitsource.Request) (*gitsource.Tree, error) {
	return f(ctx, req)
}

func (trees) Unpack(context.Context, string, io.Reader, string) (*gitsource.Tree, error) {
	return nil, errors.New("nothing is sent in this test")
}

func failing(err error) trees {
	return func(context.Context, gitsource.Request) (*gitsource.Tree, error) { return nil, err }
}

// clock is a clock that can be put forward.
type clock struct {
	mu      sync.Mutex
	forward time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.forward)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forward += d
}

func decode[T any](t *testing.T, doc []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
