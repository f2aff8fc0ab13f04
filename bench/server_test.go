package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/auth"
	"github.com/greenroom-registry/greenroom/internal/demo"
	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/server"
)

const (
	project = "europe-west1.gcp:bench"
	// connections is how many requests are under way at once.
	connections = 64
)

// greenroom is a server in this process and a way to talk to it.
type greenroom struct {
	url        string
	client     *client.Client
	http       *http.Client
	token      string
	repository api.Repository
}

// start runs a server on a database of its own until the benchmark ends.
func start(b *testing.B) *greenroom {
	b.Helper()
	connector := connectors.All()[0]
	dir := filepath.Join(b.TempDir(), "repository.git")
	made, err := demo.MakeRepository(b.Context(), dir, connector.Files, connector.Tag)
	if err != nil {
		b.Fatal(err)
	}
	s, err := server.Open(b.Context(), server.Options{
		Listen:       "127.0.0.1:0",
		DataDir:      b.TempDir(),
		Regions:      api.DefaultRegions,
		Repositories: gitsource.Options{AllowLoopbackHTTPAndFile: true, ScratchDir: b.TempDir()},
		ResolveTTL:   time.Hour,
		Workers:      2,
		Log:          slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	account, secret, err := auth.NewClient(b.Context(), s.Store(), project, []auth.Scope{auth.ManageProject}, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	serving, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- s.Run(serving) }()
	b.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			b.Error(err)
		}
	})
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	b.Cleanup(transport.CloseIdleConnections)
	g := &greenroom{
		url:        s.URL(),
		http:       &http.Client{Transport: transport, Timeout: time.Minute},
		repository: api.Repository{URL: made.URL, Tag: connector.Tag},
	}
	g.client = client.New(client.Options{URL: g.url, ID: account.ID, Secret: secret, HTTP: g.http})
	g.token = g.newToken(b, account.ID, secret)
	return g
}

func (g *greenroom) newToken(b *testing.B, id, secret string) string {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, g.url+"/oauth/token?grant_type=client_credentials", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.SetBasicAuth(id, secret)
	res, err := g.http.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // a benchmark's answer
	var t auth.Token
	if err := json.NewDecoder(res.Body).Decode(&t); err != nil {
		b.Fatal(err)
	}
	return t.AccessToken
}

// draft makes the nth draft.
func (g *greenroom) draft(b *testing.B, n int) api.ConnectorStaged {
	b.Helper()
	d, err := g.client.CreateDraft(b.Context(), g.body(n))
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func (g *greenroom) body(n int) api.ConnectorStagedDraft {
	return api.ConnectorStagedDraft{
		Key:              "bench-" + strconv.Itoa(n),
		Name:             "Draft " + strconv.Itoa(n),
		Description:      "A draft of a benchmark, with a description of the usual length.",
		IntegrationTypes: []api.IntegrationType{api.IntegrationTypes[n%len(api.IntegrationTypes)]},
		Creator:          api.Creator{Email: "bench@greenroom.example", Company: "Greenroom"},
		Repository:       g.repository,
	}
}

// send does one request and reads the whole answer.
func send(c *http.Client, token, method, url string, body []byte) ([]byte, http.Header, error) {
	req, err := http.NewRequest(method, url, bytes.NewReader(body)) //nolint:noctx // the client has a deadline
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, url, res.StatusCode, text)
	}
	return text, res.Header, err
}
