// Package datadir knows what is in a data directory beside the tables: the lock
// of whoever has it for himself, and how its files are made to last.
package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// LockName is the lock's name inside a data directory.
const LockName = "server.lock"

// Lock is held by the one server of a data directory, and by a command that no
// server may disturb. The system releases it when the process dies, however it
// does.
type Lock struct{ file *flock.Flock }

// TakeLock makes the data directory, if it is not there, and takes its lock. It
// returns ErrInUse when another process has it.
func TakeLock(dir string) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	file := flock.New(filepath.Join(dir, LockName))
	held, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if !held {
		return nil, errors.Join(
			fmt.Errorf("another server uses the data directory %s: stop it, or choose another directory with --data", dir),
			file.Close())
	}
	return &Lock{file: file}, nil
}

// Release lets others have the data directory.
func (l *Lock) Release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("unlock the data directory: %w", err)
	}
	return nil
}

// SyncFolder makes the names of the folder's files as lasting as the files.
func SyncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // it has no such thing
	}
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
