// Package backup writes what is in a data directory to one file, and puts it back:
// the database as of one moment, and the key without which its credentials could
// not be opened.
//
// The file is a ZIP archive with manifest.json, greenroom.db and, where there are
// credentials, credentials.key.
package backup

import (
	"archive/zip"
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
	"time"

	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/datadir"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

const (
	manifestName = "manifest.json"
	// maxManifest is far more than a manifest has.
	maxManifest = 1 << 20
	// format is the number of the archive's form.
	format = 1
)

// Manifest says what a backup is.
type Manifest struct {
	Format int `json:"format"`
	// Version is that of the binary that wrote it.
	Version   string            `json:"version"`
	CreatedAt time.Time         `json:"createdAt"`
	Contents  sqlstore.Contents `json:"contents"`
	Files     []File            `json:"files"`
}

// File is one file of a backup.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// WriteOptions say what is backed up. All but Force are required.
type WriteOptions struct {
	// DataDir is the data directory, whether a server uses it or not.
	DataDir string
	// File is the backup. One that is there is replaced only with Force.
	File    string
	Force   bool
	Version string
	Now     func() time.Time
	// Progress is told how much of the database is copied.
	Progress func(done, total int)
}

// Write backs a data directory up. The file is there as a whole or not at all, and
// only its owner can read it: whoever has it can open the credentials. It returns
// fs.ErrExist when the file is there, fs.ErrNotExist when there is no database.
func Write(ctx context.Context, o WriteOptions) (m Manifest, err error) {
	if _, err := os.Lstat(o.File); err == nil && !o.Force {
		return m, fmt.Errorf("%s %w: choose another name, or replace it with --force", o.File, fs.ErrExist)
	}
	folder := filepath.Dir(o.File)
	scratch, err := os.MkdirTemp(folder, ".greenroom-backup-*") // mode 0700
	if err != nil {
		return m, fmt.Errorf("make room for the backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	m = Manifest{Format: format, Version: o.Version, CreatedAt: o.Now().UTC()}
	database := filepath.Join(scratch, sqlstore.FileName)
	if err := sqlstore.CopySQLite(ctx, o.DataDir, database, o.Progress); err != nil {
		return m, err
	}
	if m.Contents, err = sqlstore.ExamineSQLite(ctx, database); err != nil {
		return m, fmt.Errorf("the copy of %s: %w", filepath.Join(o.DataDir, sqlstore.FileName), err)
	}
	// After the copy: a key never changes, so it opens whatever the copy has.
	files := []string{database}
	if key := filepath.Join(o.DataDir, credential.KeyFileName); m.Contents.Credentials > 0 && isFile(key) {
		files = append(files, key)
	}
	whole := filepath.Join(scratch, "backup.zip")
	if err := m.archive(ctx, whole, files); err != nil {
		return m, err
	}
	if err := os.Rename(whole, o.File); err != nil {
		return m, fmt.Errorf("name the backup: %w", err)
	}
	return m, datadir.SyncFolder(folder)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// LacksKey says whether there are credentials that nothing in the backup opens.
func (m *Manifest) LacksKey() bool {
	return m.Contents.Credentials > 0 && !slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == credential.KeyFileName })
}

// archive writes the archive, the manifest last: it has the sums.
func (m *Manifest) archive(ctx context.Context, to string, files []string) (err error) {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z := zip.NewWriter(f)
	for _, file := range files {
		if err := m.add(ctx, z, file); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the manifest: %w", err)
	}
	w, err := z.Create(manifestName)
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	if err = errors.Join(err, z.Close()); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return nil
}

func (m *Manifest) add(ctx context.Context, z *zip.Writer, file string) error {
	from, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("back up %s: %w", filepath.Base(file), err)
	}
	defer func() { _ = from.Close() }()
	entry := File{Name: filepath.Base(file)}
	to, err := z.Create(entry.Name)
	if err != nil {
		return fmt.Errorf("back up %s: %w", entry.Name, err)
	}
	sum := sha256.New()
	if entry.Size, err = io.Copy(io.MultiWriter(to, sum), untilDone{ctx, from}); err != nil {
		return fmt.Errorf("back up %s: %w", entry.Name, err)
	}
	entry.SHA256 = hex.EncodeToString(sum.Sum(nil))
	m.Files = append(m.Files, entry)
	return nil
}

// untilDone reads until its context ends.
type untilDone struct {
	ctx  context.Context //nolint:containedctx // of one copy
	from io.Reader
}

func (r untilDone) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
