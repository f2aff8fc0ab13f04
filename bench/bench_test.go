package bench

import (
	"database/sql"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	_ "modernc.org/sqlite"

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
	memory := floor(b, body, header)
	get := func(base string) operation {
		return func(int) error {
			_, _, err := send(g.http, g.token, http.MethodGet, base+path, nil)
			return err
		}
	}
	compare(b, connections, get(memory), get(g.url))
}

// BenchmarkUpdate is a versioned, durable update of one name, against bare SQLite
// that commits a row of the same size, synchronous=FULL, one transaction a write.
func BenchmarkUpdate(b *testing.B) {
	g := start(b)
	drafts := make([]api.ConnectorStaged, connections)
	for n := range drafts {
		drafts[n] = g.draft(b, n)
	}
	size := documentSize(b, g, drafts[0].ID)
	compare(b, connections, bareWrites(b, size), func(worker int) error {
		d := &drafts[worker]
		next, err := g.client.UpdateDraft(b.Context(), client.ByID(d.ID), d.Version,
			api.SetName("Name "+strconv.FormatInt(d.Version, 10)))
		*d = next
		return err
	})
}

// BenchmarkCreate makes drafts of a release whose commit is remembered, against
// bare SQLite as for updates.
func BenchmarkCreate(b *testing.B) {
	g := start(b)
	size := documentSize(b, g, g.draft(b, 0).ID)
	var n atomic.Int64
	compare(b, connections, bareWrites(b, size), func(int) error {
		_, err := g.client.CreateDraft(b.Context(), g.body(int(n.Add(1))))
		return err
	})
}

func documentSize(b *testing.B, g *greenroom, id string) int {
	b.Helper()
	body, _, err := send(g.http, g.token, http.MethodGet, g.url+"/connectors/drafts/"+id, nil)
	if err != nil {
		b.Fatal(err)
	}
	return len(body)
}

// bareWrites is what SQLite can do on this disk: each operation is a durable
// transaction that writes one row.
func bareWrites(b *testing.B, size int) operation {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "floor.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	if _, err := db.ExecContext(b.Context(), "CREATE TABLE floor (id INTEGER PRIMARY KEY, document TEXT)"); err != nil {
		b.Fatal(err)
	}
	padding := strings.Repeat("x", size)
	var n atomic.Int64
	return func(worker int) error {
		// SQLite writes nothing when a row stays as it was.
		document := fmt.Sprintf("%d %s", n.Add(1), padding)
		_, err := db.ExecContext(b.Context(),
			"INSERT INTO floor VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET document = excluded.document", worker, document)
		return err
	}
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
