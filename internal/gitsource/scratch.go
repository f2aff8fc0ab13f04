package gitsource

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	scratchPrefix = "greenroom-git-"
	// sweepAfter is how old a folder must be to be swept: a younger one may be
	// about to be locked by the process that makes it.
	sweepAfter = time.Minute
)

// pristine is the configuration of a repository that knows of no remote.
const pristine = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"

// scratch is a folder for one read: a bare repository, and a home folder in which
// git finds nothing.
type scratch struct {
	dir  string
	lock *os.File // held while the folder is in use, so that nobody sweeps it
	kept bool
}

func (sc *scratch) repository() string { return filepath.Join(sc.dir, "repository.git") }
func (sc *scratch) home() string       { return filepath.Join(sc.dir, "home") }

// newScratch makes the folder. The repository is written by hand: git init would
// cost a process and look for templates.
func (s *Source) newScratch() (*scratch, error) {
	dir, err := os.MkdirTemp(s.scratchDir, scratchPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a scratch folder: %w", err)
	}
	sc := &scratch{dir: dir}
	if err := sc.fill(); err != nil {
		return nil, fmt.Errorf("make a scratch folder: %w", errors.Join(err, sc.remove()))
	}
	return sc, nil
}

func (sc *scratch) fill() (err error) {
	if sc.lock, err = lockFolder(sc.dir); err != nil {
		return err
	}
	for _, dir := range []string{sc.home(), filepath.Join(sc.repository(), "objects"), filepath.Join(sc.repository(), "refs")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(sc.repository(), "HEAD"), []byte("ref: refs/heads/none\n"), 0o600); err != nil {
		return err
	}
	return sc.forgetRemote()
}

// forgetRemote makes the repository forget where it was fetched from: git notes
// that as the place to fetch the objects from that a filter left out, one by one,
// when they are asked for.
func (sc *scratch) forgetRemote() error {
	return os.WriteFile(filepath.Join(sc.repository(), "config"), []byte(pristine), 0o600)
}

// useFormat makes the repository one of objects that are named by "sha1", which it
// is from the beginning, or by "sha256".
func (sc *scratch) useFormat(format string) error {
	if format == "sha1" {
		return nil
	}
	config := strings.Replace(pristine, "repositoryformatversion = 0", "repositoryformatversion = 1", 1) +
		"[extensions]\n\tobjectFormat = " + format + "\n"
	return os.WriteFile(filepath.Join(sc.repository(), "config"), []byte(config), 0o600)
}

// keep hands the folder over to a new owner: remove of the old one does nothing.
func (sc *scratch) keep() *scratch {
	sc.kept = true
	return &scratch{dir: sc.dir, lock: sc.lock}
}

func (sc *scratch) remove() error {
	if sc.kept {
		return nil
	}
	var unlocked error
	if sc.lock != nil {
		// First, since Windows removes no file that is open.
		unlocked = sc.lock.Close()
	}
	return errors.Join(unlocked, os.RemoveAll(sc.dir))
}

// size returns how many bytes the packs in the folder have, and all of its files.
func (sc *scratch) size() (packs, all int64) {
	// Files come and go while git works: what cannot be read counts nothing.
	_ = filepath.WalkDir(sc.dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			size := sizeOf(d)
			all += size
			if strings.HasPrefix(d.Name(), "tmp_pack_") || strings.HasSuffix(d.Name(), ".pack") {
				packs += size
			}
		}
		return nil
	})
	return packs, all
}

func sizeOf(d fs.DirEntry) int64 {
	if info, err := d.Info(); err == nil {
		return info.Size()
	}
	return 0
}

// sweep makes the folder for scratch folders, and removes from it those that
// processes which are gone have left. What cannot be removed is left to the next
// sweep: it may be another user's.
func sweep(dir string, now time.Time) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for scratch files: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the folder for scratch files: %w", err)
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), scratchPrefix) {
			continue
		}
		info, err := entry.Info()
		if err != nil || now.Sub(info.ModTime()) < sweepAfter {
			continue
		}
		stale := &scratch{dir: filepath.Join(dir, entry.Name())}
		if stale.lock, err = lockFolder(stale.dir); err == nil {
			_ = stale.remove()
		}
	}
	return nil
}
