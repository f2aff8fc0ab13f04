package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// bell is a doorbell that counts.
type bell struct {
	enqueue  func(ctx context.Context, tx *sql.Tx, runID string) error
	enqueued []string
	rung     int
}

func (b *bell) Enqueue(ctx context.Context, tx *sql.Tx, runID string) error {
	b.enqueued = append(b.enqueued, runID)
	return b.enqueue(ctx, tx, runID)
}

func (b *bell) Ring() { b.rung++ }

// starting is a set that inserts a draft with a run of it.
func starting(id string) store.WriteSet {
	w := inserting(draft(id))
	w.StartRuns = []store.Run{{ID: "run of " + id, DraftID: id}}
	return w
}

func TestDoorbellSharesTheTransaction(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	b := &bell{enqueue: func(ctx context.Context, tx *sql.Tx, runID string) error {
		var state string
		return tx.QueryRowContext(ctx, "SELECT state FROM run WHERE id = $1", runID).Scan(&state)
	}}
	s.SetDoorbell(b)
	if err := s.Commit(t.Context(), starting("d1")); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), inserting(draft("d2"))); err != nil {
		t.Fatal(err)
	}
	if len(b.enqueued) != 1 || b.enqueued[0] != "run of d1" || b.rung != 1 {
		t.Errorf("%q enqueued, rung %d times", b.enqueued, b.rung)
	}
	if err := s.Commit(t.Context(), starting("d1")); !errors.Is(err, store.ErrKeyTaken) {
		t.Errorf("error %v, want %v", err, store.ErrKeyTaken)
	}
	if len(b.enqueued) != 1 || b.rung != 1 {
		t.Errorf("refused, and %q enqueued, rung %d times", b.enqueued, b.rung)
	}
}

func TestNoRunWithoutItsJob(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	trouble := errors.New("the queue is full")
	b := &bell{enqueue: func(context.Context, *sql.Tx, string) error { return trouble }}
	s.SetDoorbell(b)
	if err := s.Commit(t.Context(), starting("d1")); !errors.Is(err, trouble) || b.rung != 0 {
		t.Errorf("error %v, rung %d times", err, b.rung)
	}
	requireNoDraft(t, s, "d1")
	if _, err := s.Run(t.Context(), "run of d1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("run: error %v, want %v", err, store.ErrNotFound)
	}
	// The connection is as good as new.
	if err := s.Commit(t.Context(), inserting(draft("d1"))); err != nil {
		t.Error(err)
	}
}

// A caller that goes away in the middle of a commit does not undo it.
func TestCommitOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	ctx, leave := context.WithCancel(t.Context())
	s.SetDoorbell(&bell{enqueue: func(ctx context.Context, _ *sql.Tx, _ string) error {
		leave()
		return ctx.Err()
	}})
	if err := s.Commit(ctx, starting("d1")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Draft(t.Context(), store.Ref{ID: "d1"}); err != nil {
		t.Error(err)
	}
}

// A caller waits for its turn no longer than its context says, be it for this
// process or for another one.
func TestWaitForTheTurnEnds(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]bool{"this process": false, "another process": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := open(t, dir)
			holder := s
			if other {
				holder = open(t, dir)
			}
			tx, err := holder.writer.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if err := s.Commit(ctx, inserting(draft("d1"))); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			requireNoDraft(t, s, "d1")
			if err := s.Commit(t.Context(), inserting(draft("d1"))); err != nil {
				t.Error(err)
			}
		})
	}
}

func requireNoDraft(t *testing.T, s *Store, id string) {
	t.Helper()
	if _, err := s.Draft(t.Context(), store.Ref{ID: id}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("draft: error %v, want %v", err, store.ErrNotFound)
	}
	p, err := s.Drafts(t.Context(), store.DraftQuery{Owner: "o", Limit: 20})
	if err != nil || p.Total != 0 || len(p.Documents) != 0 {
		t.Errorf("%d of %d drafts, %v", len(p.Documents), p.Total, err)
	}
}

// A claim is one statement: were the run read by another one, a worker that
// stood still in between could be handed the token of the next.
func TestClaimNeedsNoReader(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if err := s.Commit(t.Context(), starting("d1")); err != nil {
		t.Fatal(err)
	}
	holdReaders(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	now := time.Unix(1000, 0)
	r, err := s.ClaimRun(ctx, "run of d1", store.Claim{Token: "token", Now: now, Until: now.Add(time.Second)})
	if err != nil || r.Token != "token" || r.State != store.RunRunning {
		t.Errorf("claimed %+v, %v", r, err)
	}
}

// holdReaders takes all connections of the read pool.
func holdReaders(t *testing.T, s *Store) {
	t.Helper()
	for range s.reader.Stats().MaxOpenConnections {
		c, err := s.reader.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
}

// Lists that have all to be prepared do not wait for each other's connections.
func TestManyListsAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if err := s.Commit(t.Context(), inserting(draft("d1"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	fields := []store.SortField{store.SortName, store.SortKey, store.SortVersion, store.SortStatus}
	together(t, 8*s.reader.Stats().MaxOpenConnections, func(i int) error {
		q := store.DraftQuery{Owner: "o", Limit: 20, Sort: []store.Sort{{Field: fields[i%4]}}}
		if i%8 < 4 { // one that is not kept prepared
			q.Sort = append(q.Sort, store.Sort{Field: store.SortCreatedAt})
		}
		p, err := s.Drafts(ctx, q)
		if err == nil && len(p.Documents) != 1 {
			err = errors.New("the draft is not listed")
		}
		return err
	})
	if kept := length(s); kept > 2*len(fields) {
		t.Errorf("%d statements are kept prepared", kept)
	}
}

// length is how many statements are kept prepared.
func length(s *Store) (n int) {
	s.reads.Range(func(any, any) bool { n++; return true })
	return n
}
