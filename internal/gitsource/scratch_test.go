package gitsource

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A folder is swept when its process is gone, and nothing else is.
func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &Source{scratchDir: dir}
	used, err := s.newScratch()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{scratchPrefix + "stale", "greenroom-other", "data"} {
		if err := os.MkdirAll(filepath.Join(dir, name, "repository.git"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, scratchPrefix+"file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sweep(dir, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, scratchPrefix+"stale")); err != nil {
		t.Errorf("a folder was swept that is as young as one that is being made: %v", err)
	}
	if err := sweep(dir, time.Now().Add(2*sweepAfter)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, scratchPrefix+"stale")); !os.IsNotExist(err) {
		t.Errorf("the stale folder: %v", err)
	}
	for _, path := range []string{used.dir, filepath.Join(dir, "greenroom-other"), filepath.Join(dir, "data"), file} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if err := used.remove(); err != nil {
		t.Error(err)
	}
}
