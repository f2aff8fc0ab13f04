package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	sqlitedriver "modernc.org/sqlite"
	sqlitecodes "modernc.org/sqlite/lib"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// tryWrite writes a row as it is: on a full disk that fails like any other write.
const tryWrite = `UPDATE goose_db_version SET is_applied = is_applied WHERE id = (SELECT MAX(id) FROM goose_db_version)`

// tryEvery is how long a failure is believed. Where a small write finds room, a
// larger one may still not.
const tryEvery = 10 * time.Second

// cannotWrite are the classes of SQLite's errors that say nothing of the statement,
// and that pass without a restart: no room (or what lack of it makes of other files),
// no right to write, another process that does not let go.
var cannotWrite = []int{
	sqlitecodes.SQLITE_FULL, sqlitecodes.SQLITE_IOERR, sqlitecodes.SQLITE_CANTOPEN, sqlitecodes.SQLITE_READONLY, sqlitecodes.SQLITE_BUSY,
}

// explained marks an error of a write as store.ErrUnwritable, if it is that.
func (s *Store) explained(err error) error {
	var code *sqlitedriver.Error
	if !errors.As(err, &code) || !slices.Contains(cannotWrite, code.Code()&0xff) {
		return err
	}
	s.unwritable.Store(time.Now().UnixNano())
	return fmt.Errorf("%w: %w", store.ErrUnwritable, err)
}

// Writable returns store.ErrUnwritable as long as writes fail: until a draft can be
// written again or, when nobody writes one, something smaller, which is tried from
// time to time.
func (s *Store) Writable(ctx context.Context) error {
	failed := s.unwritable.Load()
	switch {
	case failed == 0:
		return nil
	case time.Since(time.Unix(0, failed)) < tryEvery:
		return fmt.Errorf("a write has failed: %w", store.ErrUnwritable)
	}
	if _, err := s.exec(ctx, tryWrite); err != nil {
		return fmt.Errorf("try to write: %w", err)
	}
	s.unwritable.CompareAndSwap(failed, 0)
	return nil
}
