// Package ssrf_test sends a real server to where no stranger's URL may lead: only
// the name service, the Git servers and a canary on loopback are the tests' own.
package ssrf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/server"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// tag is that of every release of the tests.
const tag = "v1"

// greenroom is a running server with one draft, of a good release.
type greenroom struct {
	*server.Server
	client *client.Client
	token  string
	gitLog string
	draft  api.ConnectorStaged
	// unknown is what each door says of a host that does not exist.
	unknown map[string]answer
}

// start runs a server that may read from git, which stands for the public
// Internet: so nothing leaves this machine, even if the guard failed.
func start(t *testing.T, git *gitserver.Server, resolver gitsource.Resolver, allow ...string) *greenroom {
	t.Helper()
	link := filepath.Join(t.TempDir(), "git")
	noted, err := filepath.Abs("testdata/git")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(noted, link); err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(t.Context(), server.Options{
		Listen:  "127.0.0.1:0",
		DataDir: t.TempDir(),
		Regions: api.DefaultRegions,
		Repositories: gitsource.Options{
			Git: link, ScratchDir: t.TempDir(), CABundle: git.CAFile, Resolver: resolver, AllowHosts: allow,
			Aliases: []gitsource.Alias{{From: "https://good.example.com/", To: git.URL + "/"}},
		},
		Workers: 1,
		Log:     slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	g := &greenroom{Server: s, gitLog: link + ".log"}
	g.run(t)
	g.draft, err = g.client.CreateDraft(t.Context(), draftOf("https://good.example.com/tax", tag))
	if err != nil {
		t.Fatal(err)
	}
	g.askUnknown(t)
	return g
}

// run serves until the end of the test, for a client of its own.
func (g *greenroom) run(t *testing.T) {
	t.Helper()
	c, secret, err := auth.NewClient(t.Context(), g.Store(), "europe-west1.gcp:acme", []auth.Scope{auth.ManageProject}, time.Now())
	if err != nil {
		t.Fatal(errors.Join(err, g.Close()))
	}
	token, err := auth.New(g.Store(), time.Now).Issue(t.Context(), c.ID, secret, "")
	if err != nil {
		t.Fatal(errors.Join(err, g.Close()))
	}
	g.token = token.AccessToken
	g.client = client.New(client.Options{URL: g.URL(), ID: c.ID, Secret: secret})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan error, 1)
	go func() { stopped <- g.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
}

// newInternet starts the Git server of one good release, /tax.
func newInternet(t *testing.T) *gitserver.Server {
	t.Helper()
	git := gitserver.New(t)
	addRelease(t, git, "tax")
	return git
}

var goodFiles = map[string]string{
	"connect.yaml":             "deployAs:\n  - name: tax-service\n    applicationType: service\n    endpoint: /tax\n",
	"tax-service/package.json": `{"name": "tax-service", "scripts": {"start": "node index.js"}}`,
}

func addRelease(t *testing.T, git *gitserver.Server, name string) *gitserver.Repo {
	t.Helper()
	repo := git.Repo(t, name)
	repo.Commit(t, goodFiles)
	repo.Tag(t, tag)
	return repo
}

func draftOf(url, tag string) api.ConnectorStagedDraft {
	return api.ConnectorStagedDraft{
		Name: "Tax", Creator: api.Creator{Email: "jane@example.com"}, Repository: api.Repository{URL: url, Tag: tag},
	}
}

// conversations counts the commands of git that talk to another server.
func (g *greenroom) conversations(t *testing.T) int {
	t.Helper()
	log, err := os.ReadFile(g.gitLog)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(log, []byte("\n"))
}

// door is one of the requests that make a server read a stranger's URL.
type door struct {
	name string
	path string
	// at is where its body has the repository.
	at   string
	body func(url, tag string) any
}

func (g *greenroom) doors() []door {
	return []door{
		{"create", "/connectors/drafts", "$.repository", func(url, tag string) any { return draftOf(url, tag) }},
		{"setRepository", "/connectors/drafts/" + g.draft.ID, "$.actions[0]", func(url, tag string) any {
			return map[string]any{"version": g.draft.Version, "actions": []any{
				map[string]any{"action": "setRepository", "url": url, "tag": tag},
			}}
		}},
		{"validations", "/x/v1/validations", "$", func(url, tag string) any { return api.Repository{URL: url, Tag: tag} }},
	}
}

type answer struct {
	status int
	body   string
}

// knock asks the server to read the URL.
func (g *greenroom) knock(t *testing.T, d door, url, tag string) answer {
	t.Helper()
	body, err := json.Marshal(d.body(url, tag))
	if err != nil {
		t.Fatal(err)
	}
	return g.exchange(t, http.MethodPost, d.path, body)
}

func (g *greenroom) exchange(t *testing.T, method, path string, body []byte) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, g.URL()+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+g.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, string(text)}
}

// reload reads the draft again, after it was changed.
func (g *greenroom) reload(t *testing.T) {
	t.Helper()
	draft, err := g.client.Draft(t.Context(), client.ByID(g.draft.ID))
	if err != nil {
		t.Fatal(err)
	}
	g.draft = draft
}

// stored is everything that the server shows of its drafts.
func (g *greenroom) stored(t *testing.T) string {
	t.Helper()
	got := g.exchange(t, http.MethodGet, "/connectors/drafts", nil)
	if got.status != http.StatusOK {
		t.Fatalf("list the drafts: %+v", got)
	}
	return got.body
}

// names is a name service: what is not in it does not exist.
type names struct {
	mu      sync.Mutex
	answers map[string][][]netip.Addr // the last one stays
	asked   map[string]int
}

func newNames() *names {
	return &names{answers: map[string][][]netip.Addr{}, asked: map[string]int{}}
}

// set makes the name resolve to each list of addresses in turn.
func (n *names) set(host string, answers ...[]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked[host], n.answers[host] = 0, nil
	for _, answer := range answers {
		var list []netip.Addr
		for _, a := range answer {
			list = append(list, netip.MustParseAddr(a))
		}
		n.answers[host] = append(n.answers[host], list)
	}
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	answers := n.answers[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	n.asked[host]++
	return slices.Clone(answers[min(n.asked[host], len(answers))-1]), nil
}

// lookups is how often the name was asked for since it was set.
func (n *names) lookups(host string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[host]
}

// requireRefused checks that the server answers as it does of a host that does not
// exist.
func (g *greenroom) requireRefused(t *testing.T, d door, url string) {
	t.Helper()
	if got := withoutURL(g.knock(t, d, url, tag), url); got != g.unknown[d.name] {
		t.Errorf("%s of %s: %+v, but of a host that does not exist %+v", d.name, url, got, g.unknown[d.name])
	}
}

func withoutURL(a answer, url string) answer {
	a.body = strings.ReplaceAll(a.body, url, "URL")
	return a
}

// askUnknown notes what the server says of a host that does not exist.
func (g *greenroom) askUnknown(t *testing.T) {
	t.Helper()
	const url = "https://unknown.example/acme/shop"
	g.unknown = map[string]answer{}
	for _, d := range g.doors() {
		want, says := http.StatusUnprocessableEntity, `"code":"GitRepositoryNotReachable"`
		if d.name == "validations" {
			want, says = http.StatusOK, `"rule":"repository/reachable"`
		}
		got := g.knock(t, d, url, tag)
		if got.status != want || !strings.Contains(got.body, says) {
			t.Fatalf("%s of a host that does not exist: %+v; want %d with %s", d.name, got, want, says)
		}
		g.unknown[d.name] = withoutURL(got, url)
	}
}

func (g *greenroom) requireStored(t *testing.T, before string) {
	t.Helper()
	if now := g.stored(t); now != before {
		t.Errorf("the drafts were\n%s\nand are\n%s", before, now)
	}
}

func (g *greenroom) requireConversations(t *testing.T, before int) {
	t.Helper()
	if n := g.conversations(t) - before; n != 0 {
		t.Errorf("git was started %d times", n)
	}
}

// linuxOnly skips where there is no second loopback address.
func linuxOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs a shell and a second loopback address")
	}
}
