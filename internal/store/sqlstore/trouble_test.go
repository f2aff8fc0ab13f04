package sqlstore

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// What cannot be written is said to be that, reads go on, and so do writes once
// they can.
func TestUnwritable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ begin, end string }{
		"full":      {"PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1073741823"}, // as many as there are
		"read-only": {"PRAGMA query_only = 1", "PRAGMA query_only = 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			if err := s.Commit(t.Context(), inserting(draft("first"))); err != nil {
				t.Fatal(err)
			}
			set := func(pragma string) {
				if _, err := s.writer.ExecContext(t.Context(), pragma); err != nil {
					t.Fatal(err)
				}
			}
			set(c.begin)
			insertUntilRefused(t, s)
			if _, err := s.Draft(t.Context(), store.Ref{ID: "first"}); err != nil {
				t.Errorf("read: %v", err)
			}
			if err := s.Writable(t.Context()); !errors.Is(err, store.ErrUnwritable) {
				t.Errorf("writable: %v", err)
			}
			s.unwritable.Store(time.Now().Add(-tryEvery).UnixNano())
			if err := s.Writable(t.Context()); (err == nil) != (name == "full") { // a row as it is needs no further page
				t.Errorf("writable after a while: %v", err)
			}
			set(c.end)
			s.unwritable.Store(1)
			if err := s.Writable(t.Context()); err != nil || s.unwritable.Load() != 0 {
				t.Errorf("writable again: %v", err)
			}
			s.unwritable.Store(1)
			if err := s.Commit(t.Context(), inserting(draft("last"))); err != nil {
				t.Errorf("write: %v", err)
			}
			if s.unwritable.Load() != 0 {
				t.Error("it is still said to be unwritable")
			}
			p, err := s.Drafts(t.Context(), store.DraftQuery{Owner: "o", Limit: 500})
			if err != nil || p.Total != len(p.Documents) {
				t.Errorf("%d drafts of %d, %v", len(p.Documents), p.Total, err)
			}
		})
	}
}

// insertUntilRefused writes drafts until there is no room; the database must then
// hold exactly those that were taken.
func insertUntilRefused(t *testing.T, s *Store) {
	t.Helper()
	for i := range 100 {
		d := draft(fmt.Sprint("d", i))
		d.Document = []byte(`"` + strings.Repeat("x", 10_000) + `"`)
		err := s.Commit(t.Context(), inserting(d))
		_, readErr := s.Draft(t.Context(), store.Ref{ID: d.ID})
		if (err == nil) != (readErr == nil) {
			t.Fatalf("write: %v, read: %v", err, readErr)
		}
		if errors.Is(err, store.ErrUnwritable) {
			return
		}
		if err != nil {
			t.Fatalf("error %v, want %v", err, store.ErrUnwritable)
		}
	}
	t.Fatal("everything was written")
}

// Trouble that is the statement's own is not the disk's.
func TestOtherTroubleIsNotTheDisks(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	d := draft("d1")
	w := inserting(d)
	w.StartRuns = []store.Run{{ID: "r1"}, {ID: "r1"}} // the same id twice
	if err := s.Commit(t.Context(), w); err == nil || errors.Is(err, store.ErrUnwritable) {
		t.Errorf("error %v", err)
	}
	if s.unwritable.Load() != 0 {
		t.Error("it is said to be unwritable")
	}
}
