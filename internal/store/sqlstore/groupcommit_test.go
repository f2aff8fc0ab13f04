package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/internal/panics"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// jobs is a doorbell that keeps its jobs in the database, as River does.
type jobs struct{}

func (jobs) Enqueue(ctx context.Context, tx *sql.Tx, runID string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO job (run) VALUES ($1)", runID)
	return err
}

func (jobs) Ring() {}

// openWithJobs opens a store whose runs have jobs, with its writer tapped.
func openWithJobs(tb testing.TB) (*Store, *tap) {
	tb.Helper()
	s, d := openTapped(tb, tb.TempDir(), Options{Doorbell: jobs{}})
	if _, err := s.writer.ExecContext(tb.Context(), "CREATE TABLE job (run TEXT NOT NULL)"); err != nil {
		tb.Fatal(err)
	}
	return s, d
}

// everything is every table that writes touch.
var everything = []string{"draft", "connector", "connector_project", "reserved_key", "counter", "run", "job", "client", "token"}

type failer interface {
	Helper()
	Fatal(args ...any)
}

// dump is all that the tables hold, as text.
func dump(t failer, s *Store) string {
	t.Helper()
	var all strings.Builder
	for _, table := range everything {
		condition := ""
		if table == "counter" {
			condition = " WHERE n <> 0" // none, and none any more, are the same
		}
		rows, err := s.reader.QueryContext(context.Background(), "SELECT * FROM "+table+condition)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		lines, err := collect(rows, func(scan scanner) (string, error) {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			err := scan(into...)
			return fmt.Sprintln(append([]any{table}, values...)...), err
		})
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(strings.Join(lines, ""))
	}
	return all.String()
}

// write is what a caller wants to write.
type write = func(context.Context, *transaction) error

func applying(sets ...store.WriteSet) (writes []write) {
	for _, w := range sets {
		writes = append(writes, func(ctx context.Context, t *transaction) error { return t.apply(ctx, w) })
	}
	return writes
}

// hooks are what a tap asks and tells.
type hooks struct{ before, after func(step) error }

// queued are writes that wait together, in this order: the writer has the first in
// its hand, and cannot begin before it is let.
func queued(s *Store, d *tap, h hooks, writes ...write) (waiting []*pendingWrite, let func()) {
	gate, atGate := make(chan struct{}), make(chan struct{})
	arrive := sync.OnceFunc(func() { close(atGate) })
	d.set(func(s step) error {
		arrive()
		<-gate
		if h.before == nil {
			return nil
		}
		return h.before(s)
	}, h.after)
	for _, do := range writes {
		p := &pendingWrite{ctx: context.Background(), do: do, answer: make(chan error, 1)}
		s.commits.waiting <- p
		waiting = append(waiting, p)
		<-atGate
	}
	return waiting, func() { close(gate) }
}

// batch does the writes as one batch and returns how each went.
func batch(s *Store, d *tap, h hooks, writes ...write) (answers []error) {
	waiting, let := queued(s, d, h, writes...)
	let()
	for _, p := range waiting {
		answers = append(answers, <-p.answer)
	}
	return answers
}

// counting counts the steps of a query.
func counting(query string, n *int) func(step) error {
	return func(s step) error {
		if s.query == query {
			*n++
		}
		return nil
	}
}

func inserts(n int) (sets []store.WriteSet) {
	for i := range n {
		sets = append(sets, inserting(draft(fmt.Sprint("d", i))))
	}
	return sets
}

func TestWaitingWritesShareTransactions(t *testing.T) {
	t.Parallel()
	for waiting, transactions := range map[int]int{1: 1, 2: 1, maxBatch: 1, maxBatch + 1: 2, 3 * maxBatch: 3} {
		s, d := openWithJobs(t)
		commits := 0
		for i, err := range batch(s, d, hooks{before: counting(commit, &commits)}, applying(inserts(waiting)...)...) {
			if err != nil {
				t.Errorf("write %d of %d: %v", i, waiting, err)
			}
		}
		if commits != transactions {
			t.Errorf("%d writes in %d transactions, want %d", waiting, commits, transactions)
		}
	}
}

// Nobody is told that a write is done before the commit has returned.
func TestAnswersComeAfterTheCommit(t *testing.T) {
	t.Parallel()
	s, d := openWithJobs(t)
	var waiting []*pendingWrite
	told := 0
	count := func(s step) error {
		if s.query == commit {
			for _, p := range waiting {
				told += len(p.answer)
			}
		}
		return nil
	}
	waiting, let := queued(s, d, hooks{before: count, after: count}, applying(append(inserts(5), inserts(1)...)...)...)
	let()
	for i, p := range waiting {
		if err := <-p.answer; err == nil != (i < 5) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if told != 0 {
		t.Errorf("%d answers before the commit had returned", told)
	}
}

// A batch of refused writes alone commits nothing.
func TestNothingToCommit(t *testing.T) {
	t.Parallel()
	s, d := openWithJobs(t)
	commits := 0
	for _, err := range batch(s, d, hooks{before: counting(commit, &commits)}, applying(updating(draft("d1")), updating(draft("d2")))...) {
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("error %v, want %v", err, store.ErrConflict)
		}
	}
	if commits != 0 {
		t.Errorf("%d commits", commits)
	}
}

// everyPart are sets of which each does another thing, and some are refused.
func everyPart() []store.WriteSet {
	now := time.Unix(1000, 0)
	published := inserting(draft("d1"))
	published.Draft.Key = "k1"
	published.Connector = &store.Connector{ID: "d1", Key: "k1", Version: 1, Owner: "o", Listed: true, Document: []byte("{}")}
	published.PrivateProjects = &[]string{"p:one", "p:two"}
	running := starting("d2")
	running.StartRuns[0].DueAt = now
	taken := inserting(draft("d3"))
	taken.Draft.Key = "k1"
	stale := updating(draft("d2"))
	stale.Guard.Version = 7
	stale.StartRuns = []store.Run{{ID: "never"}}
	ending := updating(running.Draft)
	ending.CancelRun = "run of d2"
	deleting := store.WriteSet{Op: store.Delete, Guard: published.Guard, Draft: published.Draft, Counters: store.CountDraft(&published.Draft, nil)}
	deleting.Guard.Version = 1
	return []store.WriteSet{published, running, taken, stale, ending, deleting, starting("d4")}
}

// Trouble that passes, wherever it comes, costs nobody anything: what shared the
// transaction is tried again. Only who cannot even begin is told at once.
func TestPassingTroubleAtEachStep(t *testing.T) {
	t.Parallel()
	s, d := openWithJobs(t)
	var steps []string
	wantAnswers := batch(s, d, hooks{before: func(s step) error { steps = append(steps, s.query); return nil }}, applying(everyPart()...)...)
	want := dump(t, s)
	if len(steps) < 20 || steps[len(steps)-1] != commit {
		t.Fatalf("steps %q", steps)
	}
	for n, query := range steps {
		for _, late := range []bool{false, true} {
			if query == begin || query == commit && late { // a commit that was made returns no error
				continue
			}
			s, d := openWithJobs(t)
			fault := failAt(n)
			h := hooks{before: fault}
			if late {
				h = hooks{after: fault}
			}
			got := batch(s, d, h, applying(everyPart()...)...)
			if diff := cmp.Diff(kinds(wantAnswers), kinds(got)); diff != "" {
				t.Errorf("fault at step %d, %s, late %t: answers -want +got\n%s", n, query, late, diff)
			}
			if diff := cmp.Diff(want, dump(t, s)); diff != "" {
				t.Errorf("fault at step %d, %s, late %t: -want +got\n%s", n, query, late, diff)
			}
		}
	}
}

// failAt fails the nth step, once.
func failAt(n int) func(step) error {
	return func(step) error {
		n--
		if n == -1 {
			return errDisk
		}
		return nil
	}
}

// kinds names what callers tell apart.
func kinds(errs []error) (names []string) {
	for _, err := range errs {
		name := ""
		for _, known := range []error{store.ErrConflict, store.ErrKeyTaken, store.ErrNotFound} {
			if errors.Is(err, known) {
				name = known.Error()
			}
		}
		if err != nil && name == "" {
			name = "trouble"
		}
		names = append(names, name)
	}
	return names
}

// Trouble that stays with one write costs that one alone, whichever of its
// statements meets it; it leaves nothing behind, no job either.
func TestLastingTroubleOfOneWrite(t *testing.T) {
	t.Parallel()
	guilty := starting("guilty")
	guilty.Connector = &store.Connector{ID: "guilty", Key: "k", Owner: "guilty", Document: []byte("{}")}
	guilty.PrivateProjects = &[]string{"guilty"}
	guilty.CancelRun = "guilty"
	guilty.Counters = []store.CounterDelta{{Scope: "guilty", N: 1}}
	innocent := []store.WriteSet{starting("before"), starting("after")}

	s, d := openWithJobs(t)
	batch(s, d, hooks{}, applying(innocent...)...)
	want := dump(t, s)

	own := 0
	isOwn := func(s step) bool { return s.mentions("guilty") || s.mentions("run of guilty") }
	s, d = openWithJobs(t)
	batch(s, d, hooks{before: func(s step) error {
		if isOwn(s) {
			own++
		}
		return nil
	}}, applying(guilty)...)
	if own != 11 {
		t.Fatalf("%d statements name the guilty one", own)
	}
	for n := range own {
		s, d := openWithJobs(t)
		seen := 0
		got := batch(s, d, hooks{before: func(s step) error {
			if s.query == begin {
				seen = 0
			}
			if isOwn(s) {
				seen++
				if seen == n+1 {
					return errDisk
				}
			}
			return nil
		}}, applying(innocent[0], guilty, innocent[1])...)
		if got[0] != nil || !errors.Is(got[1], errDisk) || got[2] != nil {
			t.Errorf("statement %d: answers %v", n, got)
		}
		if diff := cmp.Diff(want, dump(t, s)); diff != "" {
			t.Errorf("statement %d: -want +got\n%s", n, diff)
		}
	}
}

// A database that cannot be written is said to each, and is as good as new when the
// trouble is over.
func TestLastingTroubleOfAll(t *testing.T) {
	t.Parallel()
	for _, query := range []string{begin, commit} {
		s, d := openWithJobs(t)
		h := hooks{before: func(s step) error {
			if s.query == query {
				return errDisk
			}
			return nil
		}}
		for _, err := range batch(s, d, h, applying(inserts(3)...)...) {
			if !errors.Is(err, errDisk) {
				t.Errorf("%s: error %v, want %v", query, err, errDisk)
			}
		}
		requireNoDraft(t, s, "d1")
		for _, err := range batch(s, d, hooks{}, applying(inserts(3)...)...) {
			if err != nil {
				t.Errorf("%s, afterwards: %v", query, err)
			}
		}
	}
}

func TestPanicIsOneWritesTrouble(t *testing.T) {
	t.Parallel()
	s, d := openWithJobs(t)
	sets := applying(inserts(3)...)
	good := sets[1]
	sets[1] = func(ctx context.Context, t *transaction) error {
		_ = good(ctx, t)
		panic("at the disco")
	}
	got := batch(s, d, hooks{}, sets...)
	var p *panics.Error
	if got[0] != nil || !errors.As(got[1], &p) || got[2] != nil {
		t.Errorf("answers %v", got)
	}
	page, err := s.Drafts(t.Context(), store.DraftQuery{Owner: "o", Limit: 20})
	if err != nil || page.Total != 2 {
		t.Errorf("%d drafts, %v", page.Total, err)
	}
}

// Who leaves before the writer has begun is left out, and nobody else.
func TestWhoLeavesIsLeftOut(t *testing.T) {
	t.Parallel()
	s, d := openWithJobs(t)
	waiting, let := queued(s, d, hooks{}, applying(inserts(1)...)...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := s.Commit(ctx, inserting(draft("left"))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
	let()
	if err := <-waiting[0].answer; err != nil {
		t.Error(err)
	}
	if _, err := s.Draft(t.Context(), store.Ref{ID: "left"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("draft: error %v, want %v", err, store.ErrNotFound)
	}
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	s, d := openWithJobs(t)
	waiting, let := queued(s, d, hooks{}, applying(inserts(1+maxWaiting)...)...)
	if err := s.Commit(t.Context(), inserting(draft("more"))); !errors.Is(err, store.ErrBusy) {
		t.Errorf("error %v, want %v", err, store.ErrBusy)
	}
	let()
	for _, p := range waiting {
		if err := <-p.answer; err != nil {
			t.Fatal(err)
		}
	}
}

// To close is to finish the transaction under way, and to refuse the rest.
func TestCloseEndsCleanly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, d := openTapped(t, dir, Options{})
	underWay, proceed := make(chan struct{}), make(chan struct{})
	waiting, let := queued(s, d, hooks{before: func(s step) error {
		if s.query == commit {
			close(underWay)
			<-proceed
		}
		return nil
	}}, applying(inserts(3)...)...)
	let()
	<-underWay
	late := &pendingWrite{ctx: t.Context(), do: applying(inserts(1)...)[0], answer: make(chan error, 1)}
	s.commits.waiting <- late
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	<-s.commits.closing.Done()
	close(proceed)
	for i, p := range waiting {
		if err := <-p.answer; err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if !late.take() { // else nobody took it, and its caller learns that the writer has ended
		if err := <-late.answer; !errors.Is(err, store.ErrBusy) {
			t.Errorf("late: error %v, want %v", err, store.ErrBusy)
		}
	}
	if err := s.Commit(t.Context(), inserting(draft("later"))); !errors.Is(err, store.ErrBusy) {
		t.Errorf("later: error %v, want %v", err, store.ErrBusy)
	}
	page, err := open(t, dir).Drafts(t.Context(), store.DraftQuery{Owner: "o", Limit: 20})
	if err != nil || page.Total != 3 {
		t.Errorf("%d drafts, %v", page.Total, err)
	}
}

// However sets are put together into batches, it is as if each had been written
// after the other, with a transaction of its own.
func TestBatchesEqualSingleWrites(t *testing.T) {
	t.Parallel()
	batched, d := openWithJobs(t)
	single, _ := openWithJobs(t)
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range []*Store{batched, single} {
			for _, table := range everything {
				if _, err := s.Queue().ExecContext(context.Background(), "DELETE FROM "+table); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			sets := rapid.SliceOfN(rapid.Custom(anySet), 1, 8).Draw(t, "sets")
			var want []error
			for _, w := range sets {
				want = append(want, single.Commit(context.Background(), w))
			}
			got := batch(batched, d, hooks{}, applying(sets...)...)
			if diff := cmp.Diff(kinds(want), kinds(got)); diff != "" {
				t.Fatalf("answers -want +got\n%s", diff)
			}
			if diff := cmp.Diff(dump(t, single), dump(t, batched)); diff != "" {
				t.Fatalf("-want +got\n%s", diff)
			}
		}
	})
}

// anySet is a set that meets others: by the id, the key, the version, a run. Some
// are refused, some fail after they have written.
func anySet(t *rapid.T) store.WriteSet {
	d := draft(rapid.SampledFrom([]string{"d1", "d2", "d3"}).Draw(t, "id"))
	d.Key = rapid.SampledFrom([]string{"", "k1", "k2"}).Draw(t, "key")
	d.Owner = rapid.SampledFrom([]string{"o", "other"}).Draw(t, "owner")
	d.Types = store.TypeMask(rapid.IntRange(0, 3).Draw(t, "types"))
	w := store.WriteSet{
		Op:    rapid.SampledFrom([]store.Op{store.Insert, store.Insert, store.Update, store.Update, store.Delete}).Draw(t, "op"),
		Draft: d, Counters: store.CountDraft(nil, &d),
	}
	if w.Op != store.Insert {
		w.Guard.Version = int64(rapid.IntRange(1, 3).Draw(t, "version"))
		w.Draft.Version = w.Guard.Version + 1
	}
	if rapid.Bool().Draw(t, "publish") && w.Op != store.Delete {
		w.Connector = &store.Connector{ID: d.ID, Key: d.Key, Owner: d.Owner, Version: w.Draft.Version, Listed: true, Types: d.Types, Document: []byte("{}")}
	}
	run := rapid.SampledFrom([]string{"r1", "r2", "r3", "r4"})
	if rapid.IntRange(0, 2).Draw(t, "start") == 0 {
		w.StartRuns = []store.Run{{ID: run.Draw(t, "run"), DraftID: d.ID}}
	}
	if rapid.IntRange(0, 3).Draw(t, "cancel") == 0 {
		w.CancelRun = run.Draw(t, "run to cancel")
	}
	if rapid.IntRange(0, 5).Draw(t, "end") == 0 { // which nobody holds
		w.EndRun = &store.RunEnd{State: store.RunFailed}
	}
	return w
}

// A process that keeps the file to itself makes others busy, when they have waited
// long enough.
func TestBusyWithAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	tx, err := other.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), inserting(draft("d1"))); !errors.Is(err, store.ErrBusy) {
		t.Errorf("error %v, want %v", err, store.ErrBusy)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), inserting(draft("d1"))); err != nil {
		t.Error(err)
	}
}
