package backup

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/datadir"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

// scratchPrefix begins the names of folders in a data directory in which a restore
// works. One that was cut off leaves such a folder and nothing else that counts.
const scratchPrefix = ".restore-"

// Errors of Restore.
var (
	// ErrNoBackup: the file is none, or not as it was written.
	ErrNoBackup = errors.New("is no whole backup of Greenroom")
	// ErrNotEmpty: the data directory has something that would be lost.
	ErrNotEmpty = errors.New("is not empty")
)

// Restore puts a backup into an empty data directory, which it makes when it is not
// there. Everything is verified before anything is put in place: the sums of the
// files, the integrity of the database, and that this binary knows its schema. An
// older schema is restored as it is; opening it brings it up to date.
//
// It returns ErrNoBackup, ErrNotEmpty, sqlstore.ErrNewerSchema, or an error when a
// server uses the directory; then nothing has changed.
func Restore(ctx context.Context, file, dir string) (m Manifest, err error) {
	z, err := zip.OpenReader(file)
	if errors.Is(err, zip.ErrFormat) {
		return m, fmt.Errorf("%s %w", file, ErrNoBackup)
	}
	if err != nil {
		return m, fmt.Errorf("open the backup: %w", err)
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	if m, err = readManifest(&z.Reader); err != nil {
		return m, fmt.Errorf("%s: %w", file, err)
	}
	_, missing := os.Stat(dir)
	lock, err := datadir.TakeLock(dir)
	if err != nil {
		return m, err
	}
	defer func() {
		err = errors.Join(err, lock.Release())
		if err != nil && errors.Is(missing, fs.ErrNotExist) {
			err = errors.Join(err, os.RemoveAll(dir)) // it was made here
		}
	}()
	if err := m.fits(dir); err != nil {
		return m, err
	}
	scratch, err := os.MkdirTemp(dir, scratchPrefix+"*")
	if err != nil {
		return m, fmt.Errorf("make room for the database: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if m.Contents, err = m.unpack(ctx, &z.Reader, scratch); err != nil {
		return m, fmt.Errorf("%s: %w", file, err)
	}
	return m, m.place(scratch, dir)
}

// readManifest reads what the archive says of itself. It returns ErrNoBackup.
func readManifest(z *zip.Reader) (m Manifest, err error) {
	f, err := z.Open(manifestName)
	if err != nil {
		return m, fmt.Errorf("%w: it has no %s", ErrNoBackup, manifestName)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	switch {
	case err != nil:
		return m, fmt.Errorf("%w: %s: %w", ErrNoBackup, manifestName, err)
	case m.Format != format:
		return m, fmt.Errorf("%w: its form is %d, and this binary knows %d; use version %s", ErrNoBackup, m.Format, format, m.Version)
	}
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{sqlstore.FileName}) && !slices.Equal(names, []string{credential.KeyFileName, sqlstore.FileName}) {
		return m, fmt.Errorf("%w: it has the files %q", ErrNoBackup, names)
	}
	return m, nil
}

// fits says whether nothing in the data directory is in the way. Beside the locks,
// an interrupted restore may have left something.
func (m *Manifest) fits(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into the data directory: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case strings.HasSuffix(name, ".lock"), name == "lost+found":
		case strings.HasPrefix(name, scratchPrefix):
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("remove what another restore has left: %w", err)
			}
		case name == credential.KeyFileName && m.isKey(filepath.Join(dir, name)):
		default:
			return fmt.Errorf("the data directory %s %w: it has %s. Move what is in it elsewhere, or choose another directory with --data", dir, ErrNotEmpty, name)
		}
	}
	return nil
}

// isKey says whether the file is the backup's key already.
func (m *Manifest) isKey(path string) bool {
	key, err := os.ReadFile(path)
	sum := sha256.Sum256(key)
	return err == nil && slices.ContainsFunc(m.Files, func(f File) bool {
		return f.Name == credential.KeyFileName && f.SHA256 == hex.EncodeToString(sum[:])
	})
}

// unpack writes the files to a folder, and verifies each and the database.
func (m *Manifest) unpack(ctx context.Context, z *zip.Reader, folder string) (sqlstore.Contents, error) {
	for _, f := range m.Files {
		if err := f.unpack(ctx, z, folder); err != nil {
			return sqlstore.Contents{}, err
		}
	}
	return sqlstore.ExamineSQLite(ctx, filepath.Join(folder, sqlstore.FileName))
}

func (f File) unpack(ctx context.Context, z *zip.Reader, folder string) (err error) {
	from, err := z.Open(f.Name)
	if err != nil {
		return fmt.Errorf("%w: it has no %s", ErrNoBackup, f.Name)
	}
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(filepath.Join(folder, f.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", f.Name, err)
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(untilDone{ctx, from}, f.Size+1))
	switch want, hexErr := hex.DecodeString(f.SHA256); {
	case errors.Is(err, zip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %s: %w", ErrNoBackup, f.Name, err)
	case err != nil:
		return fmt.Errorf("unpack %s: %w", f.Name, err)
	case n != f.Size, hexErr != nil, !bytes.Equal(sum.Sum(nil), want):
		return fmt.Errorf("%w: %s is not what was backed up", ErrNoBackup, f.Name)
	}
	if err := to.Sync(); err != nil {
		return fmt.Errorf("unpack %s: %w", f.Name, err)
	}
	return nil
}

// place moves the files to where they belong, the database last: until it is there,
// the directory has nothing, and the restore can be repeated.
func (m *Manifest) place(scratch, dir string) error {
	for _, name := range []string{credential.KeyFileName, sqlstore.FileName} {
		if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == name }) {
			continue
		}
		if err := os.Rename(filepath.Join(scratch, name), filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("put %s in place: %w", name, err)
		}
		if err := datadir.SyncFolder(dir); err != nil {
			return err
		}
	}
	return nil
}
