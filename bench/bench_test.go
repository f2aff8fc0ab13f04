package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

// BenchmarkGet reads one draft by id, against net/http with the same bytes.
func BenchmarkGet(b *testing.B) {
	g := start(b)
	path := "/connectors/drafts/" + g.draft(b, 0).ID
	againstMemory(b, g, path)
}

// BenchmarkList reads a page of 20 of 1,000 drafts with its total, by type and
// sorted, against net/http with the same bytes.
func BenchmarkList(b *testing.B) {
	g := start(b)
	for n := range 1000 {
		g.draft(b, n)
	}
	againstMemory(b, g, "/connectors/drafts?integrationTypes=tax&sort=name+desc")
}

func againstMemory(b *testing.B, g *greenroom, path string) {
	b.Helper()
	body, header, err := send(g.http, g.token, http.MethodGet, g.url+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	get := func(base string) operation {
		return func(int) error {
			_, _, err := send(g.http, g.token, http.MethodGet, base+path, nil)
			return err
		}
	}
	aloneAndCrowded(b, get(memory(b, body, header)), get(g.url))
}

// BenchmarkUpdate is a versioned, durable update of one name, against net/http
// that writes a row of the same size with bare SQLite.
func BenchmarkUpdate(b *testing.B) {
	g := start(b)
	drafts := make([]api.ConnectorStaged, connections)
	for n := range drafts {
		drafts[n] = g.draft(b, n)
	}
	againstBareWrites(b, g, func(worker int) (string, any) {
		d := &drafts[worker]
		d.Version++
		return "/connectors/drafts/" + d.ID, map[string]any{
			"version": d.Version - 1,
			"actions": []any{api.SetName("Name " + strconv.FormatInt(d.Version, 10))},
		}
	})
}

// BenchmarkCreate makes drafts of a release whose commit is remembered, against
// net/http that writes a row of the same size with bare SQLite.
func BenchmarkCreate(b *testing.B) {
	g := start(b)
	var n atomic.Int64
	againstBareWrites(b, g, func(int) (string, any) { return "/connectors/drafts", g.body(int(n.Add(1))) })
}

// againstBareWrites compares writes with what the disk can do. next is the path
// and the body of a worker's next request.
func againstBareWrites(b *testing.B, g *greenroom, next func(worker int) (string, any)) {
	b.Helper()
	post := func(base, path string, body any) ([]byte, http.Header, error) {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, nil, err
		}
		return send(g.http, g.token, http.MethodPost, base+path, text)
	}
	path, body := next(0)
	answer, header, err := post(g.url, path, body)
	if err != nil {
		b.Fatal(err)
	}
	bare := bareWrites(b, answer, header)
	aloneAndCrowded(b, func(worker int) error {
		_, _, err := post(bare, "/"+strconv.Itoa(worker), body)
		return err
	}, func(worker int) error {
		path, body := next(worker)
		_, _, err := post(g.url, path, body)
		return err
	})
}

// BenchmarkPreview is a whole preview of a small connector, from the request to
// the end of its run, against a bare clone of the repository.
func BenchmarkPreview(b *testing.B) {
	g := start(b)
	d := g.draft(b, 0)
	ref := client.ByID(d.ID)
	dir := b.TempDir()
	var clones atomic.Int64
	clone := func(int) error {
		to := filepath.Join(dir, strconv.FormatInt(clones.Add(1), 10))
		cmd := exec.CommandContext(b.Context(), "git", "clone", "--quiet", "--bare", "--depth=1",
			"--branch="+g.repository.Tag, g.repository.URL, to)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	preview := func(int) error {
		current, err := g.client.Draft(b.Context(), ref)
		if err != nil {
			return err
		}
		if _, err := g.client.UpdateDraft(b.Context(), ref, current.Version, api.UpdatePreviewable()); err != nil {
			return err
		}
		run, err := g.client.LatestRun(b.Context(), ref)
		if err != nil {
			return err
		}
		run, err = g.client.AwaitRun(b.Context(), ref, run.ID)
		if err == nil && run.State != "succeeded" {
			err = fmt.Errorf("the preview ended as %s", run.State)
		}
		return err
	}
	compare(b, 1, clone, preview)
}
