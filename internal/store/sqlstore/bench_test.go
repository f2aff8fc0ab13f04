package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// benchmarked is how many drafts a benchmark's project has.
const benchmarked = 10_000

// against measures ours beside the floor, turn by turn, so that both have the
// same weather. The ratio is how much of the floor's speed is left: 1 is the
// floor itself.
func against(b *testing.B, ours, floor func(i int) error) {
	b.Helper()
	var spent [2]time.Duration
	n := 0
	for b.Loop() {
		for side, do := range []func(int) error{ours, floor} {
			start := time.Now()
			if err := do(n); err != nil {
				b.Fatal(err)
			}
			spent[side] += time.Since(start)
		}
		n++
	}
	b.ReportMetric(float64(spent[0].Nanoseconds())/float64(n), "ns/op")
	b.ReportMetric(float64(spent[1].Nanoseconds())/float64(n), "floor-ns/op")
	b.ReportMetric(spent[1].Seconds()/spent[0].Seconds(), "ratio")
}

// crowded opens a store with a project of many drafts of 2 KB.
func crowded(b *testing.B) *Store {
	b.Helper()
	s := open(b, b.TempDir())
	err := s.write(b.Context(), func(ctx context.Context, t *transaction) error {
		for i := range benchmarked {
			if err := t.apply(ctx, inserting(sized(i))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// scattered is the ith id; like real ones they come in no order.
func scattered(i int) string { return fmt.Sprintf("%08x", uint32(i)*2654435761) }

// sized is the ith draft, with a document of 2 KB.
func sized(i int) store.Draft {
	d := draft(scattered(i))
	d.Key, d.Name = fmt.Sprint("key-", i), fmt.Sprint("Draft ", i%997)
	d.Types = 1 << (i % 14)
	d.CreatedAt = time.Unix(int64(i), 0)
	d.Document = []byte(`{"description":"` + strings.Repeat("x", 2000) + `"}`)
	return d
}

// floorOf prepares a statement that does the bare minimum.
func floorOf(b *testing.B, db *sql.DB, query string) *sql.Stmt {
	b.Helper()
	st, err := db.PrepareContext(b.Context(), query)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	return st
}

func BenchmarkDraft(b *testing.B) {
	s := crowded(b)
	floor := floorOf(b, s.reader, "SELECT document FROM draft WHERE id = $1")
	against(b, func(i int) error {
		_, err := s.Draft(b.Context(), store.Ref{ID: scattered(i % benchmarked)})
		return err
	}, func(i int) error {
		var document []byte
		return floor.QueryRowContext(b.Context(), scattered(i%benchmarked)).Scan(&document)
	})
}

func BenchmarkDrafts(b *testing.B) {
	s := crowded(b)
	floor := floorOf(b, s.reader, "SELECT document FROM draft WHERE owner = $1 ORDER BY created_at, id LIMIT 20")
	against(b, func(int) error {
		p, err := s.Drafts(b.Context(), store.DraftQuery{
			Owner: "o", Sort: []store.Sort{{Field: store.SortCreatedAt}}, Limit: 20,
		})
		if err == nil && (p.Total != benchmarked || len(p.Documents) != 20) {
			err = fmt.Errorf("%d of %d drafts", len(p.Documents), p.Total)
		}
		return err
	}, func(int) error {
		rows, err := floor.QueryContext(b.Context(), "o")
		if err != nil {
			return err
		}
		_, err = collect(rows, scanOne[[]byte])
		return err
	})
}

func BenchmarkCommitUpdate(b *testing.B) {
	s := crowded(b)
	floor := floorOf(b, s.writer, "UPDATE draft SET version = version + 1, document = $2 WHERE id = $1 AND version = $3")
	ours, other := sized(0), sized(1)
	against(b, func(int) error {
		w := updating(ours)
		ours = w.Draft
		return s.Commit(b.Context(), w)
	}, func(int) error {
		_, err := floor.ExecContext(b.Context(), other.ID, string(other.Document), other.Version)
		other.Version++
		return err
	})
}

func BenchmarkCommitInsert(b *testing.B) {
	s := crowded(b)
	floor := floorOf(b, s.writer, insertDraft)
	against(b, func(i int) error { return s.Commit(b.Context(), inserting(sized(benchmarked+2*i))) },
		func(i int) error {
			d := sized(benchmarked + 2*i + 1)
			_, err := floor.ExecContext(b.Context(), d.ID, d.Key, d.Version, d.Owner, d.Name, "", 0, int64(d.Types),
				micros(d.CreatedAt), 0, schemaVersion, string(d.Document), string(d.Facts))
			return err
		})
}
