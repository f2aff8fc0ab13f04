package sqlstore

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, t.TempDir())
	})
}

// open opens the database in dir.
func open(tb testing.TB, dir string) *Store {
	tb.Helper()
	s, err := OpenSQLite(tb.Context(), dir, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}
