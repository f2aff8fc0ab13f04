package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// dataLock is held by the one server of a data directory. The system releases it
// when the process dies, however it does.
type dataLock struct{ file *flock.Flock }

func lockDataDir(dir string) (*dataLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	file := flock.New(filepath.Join(dir, "server.lock"))
	held, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if !held {
		return nil, errors.Join(
			fmt.Errorf("another server uses the data directory %s: stop it, or choose another directory with --data", dir),
			file.Close())
	}
	return &dataLock{file: file}, nil
}

func (l *dataLock) release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("unlock the data directory: %w", err)
	}
	return nil
}
