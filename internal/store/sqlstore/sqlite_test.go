package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// soon is long beyond what anything here takes.
const soon = 20 * time.Second

// Every connection of every pool is set as promised, not only the first.
func TestPragmas(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for name, pool := range map[string]struct {
		db       *sql.DB
		readOnly int
	}{"writer": {s.writer, 0}, "queue": {s.queue, 0}, "reader": {s.reader, 1}} {
		for i := range pool.db.Stats().MaxOpenConnections {
			c, err := pool.db.Conn(t.Context()) // held, so that the next is another
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			for pragma, want := range map[string]any{
				"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000, "query_only": pool.readOnly, "cache_size": -8192,
			} {
				var got string
				if err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
					t.Fatal(err)
				}
				if got != fmt.Sprint(want) {
					t.Errorf("%s, connection %d: %s is %s, want %v", name, i, pragma, got, want)
				}
			}
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if _, err := s.reader.ExecContext(t.Context(), removeClient, "c1"); err == nil {
		t.Error("a reader wrote")
	}
}

// A database opened again holds what it held, and no migration runs twice.
func TestReopen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var before *contents
	for range 3 {
		s, err := OpenSQLite(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if before == nil {
			fill(t, s)
			before = contentsOf(t, s)
		} else if diff := cmp.Diff(before, contentsOf(t, s)); diff != "" {
			t.Error(diff)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// contents is one of each, and the migrations that have run.
type contents struct {
	Draft      store.Draft
	Connector  store.Connector
	Page       store.Page
	Run        store.Run
	Client     store.Client
	Token      store.Token
	Migrations []int64
}

func contentsOf(t *testing.T, s *Store) *contents {
	t.Helper()
	var c contents
	var errs [5]error
	c.Draft, errs[0] = s.Draft(t.Context(), store.Ref{Key: "k1"})
	c.Connector, errs[1] = s.Connector(t.Context(), store.Ref{Key: "k1"})
	c.Page, errs[2] = s.Drafts(t.Context(), store.DraftQuery{Owner: "o", Limit: 20})
	c.Run, errs[3] = s.Run(t.Context(), "r1")
	c.Token, c.Client, errs[4] = s.Token(t.Context(), []byte("token"))
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	c.Migrations = migrationsOf(t, s)
	return &c
}

// migrationsOf lists the migrations that have run; 0 is the beginning.
func migrationsOf(t *testing.T, s *Store) []int64 {
	t.Helper()
	rows, err := s.reader.QueryContext(t.Context(), "SELECT version_id FROM goose_db_version ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	versions, err := collect(rows, scanOne[int64])
	if err != nil {
		t.Fatal(err)
	}
	return versions
}

func fill(t *testing.T, s *Store) {
	t.Helper()
	now := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	d := draft("d1")
	d.Key = "k1"
	w := inserting(d)
	w.Connector = &store.Connector{ID: "d1", Key: "k1", Version: 1, Owner: "o", Private: true, Document: []byte("{}")}
	w.PrivateProjects = &[]string{"p:one"}
	w.StartRuns = []store.Run{{ID: "r1", DraftID: "d1", DueAt: now}}
	c := store.Client{ID: "c1", SecretHash: []byte("secret"), Project: "o", Scopes: []string{"manage_project"}}
	token := store.Token{Hash: []byte("token"), ClientID: "c1", ExpiresAt: now}
	if err := errors.Join(s.Commit(t.Context(), w), s.PutClient(t.Context(), c), s.PutToken(t.Context(), token)); err != nil {
		t.Fatal(err)
	}
}

func draft(id string) store.Draft {
	return store.Draft{ID: id, Version: 1, Owner: "o", Document: []byte("{}"), Facts: []byte("{}")}
}

func inserting(d store.Draft) store.WriteSet {
	return store.WriteSet{Op: store.Insert, Draft: d, Counters: store.CountDraft(nil, &d)}
}

func updating(d store.Draft) store.WriteSet {
	w := store.WriteSet{Op: store.Update, Guard: store.Guard{Version: d.Version}, Draft: d}
	w.Draft.Version++
	return w
}

// What a newer program wrote is read, but neither overwritten nor deleted: it
// may mean more than this program understands.
func TestNewerSchemaIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	d := draft("d1")
	if err := s.Commit(t.Context(), inserting(d)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.ExecContext(t.Context(), "UPDATE draft SET schema = $1", schemaVersion+1); err != nil {
		t.Fatal(err)
	}
	for _, op := range []store.Op{store.Update, store.Delete} {
		w := updating(d)
		w.Op = op
		w.Connector = &store.Connector{ID: "d1"}
		if err := s.Commit(t.Context(), w); !errors.Is(err, store.ErrNewer) {
			t.Errorf("operation %d: error %v, want %v", op, err, store.ErrNewer)
		}
		w.Guard.RunID, w.Guard.Token = "r1", "lost" // whoever cannot write anyway is told so
		if err := s.Commit(t.Context(), w); !errors.Is(err, store.ErrConflict) {
			t.Errorf("operation %d of a run that is not held: error %v, want %v", op, err, store.ErrConflict)
		}
	}
	got, err := s.Draft(t.Context(), store.Ref{ID: "d1"})
	if err != nil || !cmp.Equal(got, d) {
		t.Errorf("read %+v, %v", got, err)
	}
	if _, err := s.Connector(t.Context(), store.Ref{ID: "d1"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("connector: error %v, want %v", err, store.ErrNotFound)
	}
}

// Processes that open a new database at the same time do not disturb each other.
func TestOpenTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	together(t, 8, func(int) error {
		s, err := OpenSQLite(ctx, dir, Options{})
		if err != nil {
			return err
		}
		return s.Close()
	})
	if got := migrationsOf(t, open(t, dir)); !cmp.Equal(got, []int64{0, 1, 2, 3, 4, 5}) {
		t.Errorf("migrations %v ran", got)
	}
}

// A migration waits for another process's to end, but not for ever.
func TestOpenWaitsItsTurn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := flock.New(filepath.Join(dir, migrateLockName))
	if held, err := other.TryLock(); err != nil || !held {
		t.Fatal(held, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := OpenSQLite(ctx, dir, Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

// Two processes on one file wait for each other, and see what the other wrote.
func TestTwoStoresWriteTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stores := []*Store{open(t, dir), open(t, dir)}
	if err := stores[0].Commit(t.Context(), inserting(draft("d1"))); err != nil {
		t.Fatal(err)
	}
	const writers, updates = 4, 25
	together(t, writers, func(i int) error {
		s := stores[i%len(stores)]
		for n := range updates {
			if err := s.Commit(t.Context(), inserting(draft(fmt.Sprint(i, "-", n)))); err != nil {
				return err
			}
			if err := updateUntilDone(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	})
	for _, s := range stores {
		d, err := s.Draft(t.Context(), store.Ref{ID: "d1"})
		if err != nil || d.Version != 1+writers*updates {
			t.Errorf("version %d, %v", d.Version, err)
		}
		p, err := s.Drafts(t.Context(), store.DraftQuery{Owner: "o", Limit: 500})
		if err != nil || p.Total != 1+writers*updates || len(p.Documents) != p.Total {
			t.Errorf("%d of %d drafts, %v", len(p.Documents), p.Total, err)
		}
	}
}

func updateUntilDone(ctx context.Context, s *Store) error {
	for {
		d, err := s.Draft(ctx, store.Ref{ID: "d1"})
		if err != nil {
			return err
		}
		if err := s.Commit(ctx, updating(d)); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// together runs do n times at once.
func together(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	start := make(chan struct{})
	var done sync.WaitGroup
	for i := range n {
		done.Go(func() {
			<-start
			if err := do(i); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	close(start)
	done.Wait()
}

// Pools do not wait for each other: neither a write for a read that goes on, nor a
// read for a write.
func TestReadsAndWritesDoNotWait(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if err := s.Commit(t.Context(), inserting(draft("d1"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	read, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Rollback() }()
	version := func() (v int64, err error) {
		err = read.QueryRowContext(ctx, "SELECT version FROM draft WHERE id = 'd1'").Scan(&v)
		return v, err
	}
	if v, err := version(); err != nil || v != 1 {
		t.Fatalf("version %d, %v", v, err)
	}
	if err := s.Commit(ctx, updating(draft("d1"))); err != nil {
		t.Fatalf("while a read goes on: %v", err)
	}
	if v, err := version(); err != nil || v != 1 {
		t.Errorf("the read sees version %d, %v: it began before", v, err)
	}

	write, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = write.Rollback() }()
	if _, err := write.ExecContext(ctx, "UPDATE draft SET version = 99"); err != nil {
		t.Fatal(err)
	}
	d, err := s.Draft(ctx, store.Ref{ID: "d1"})
	if err != nil || d.Version != 2 {
		t.Errorf("while a write goes on: version %d, %v", d.Version, err)
	}
}
