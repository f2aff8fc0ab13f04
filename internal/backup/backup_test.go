package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/backup"
	"github.com/greenroom-registry/greenroom/internal/credential"
	"github.com/greenroom-registry/greenroom/internal/datadir"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

var now = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.OpenSQLite(t.Context(), dir, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// insert adds a draft that is counted, as every write of a draft is.
func insert(ctx context.Context, s *sqlstore.Store, id string) error {
	d := store.Draft{ID: id, Version: 1, Owner: "r:p", CreatedAt: now, LastModifiedAt: now, Document: []byte("{}"), Facts: []byte("{}")}
	return s.Commit(ctx, store.WriteSet{Op: store.Insert, Draft: d, Counters: store.CountDraft(nil, &d)})
}

// lived is a data directory with a draft and a credential.
func lived(t *testing.T) (dir string, s *sqlstore.Store) {
	t.Helper()
	dir = t.TempDir()
	s = open(t, dir)
	if err := insert(t.Context(), s, "d1"); err != nil {
		t.Fatal(err)
	}
	draft, err := credential.Read([]byte(`{"host":"git.example.com","httpsToken":"t0ken"}`))
	if err == nil {
		_, err = credential.New(s, dir, time.Now).Add(t.Context(), "r:p", draft)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir, s
}

func write(t *testing.T, dir, file string) (backup.Manifest, error) {
	t.Helper()
	return backup.Write(t.Context(), backup.WriteOptions{
		DataDir: dir, File: file, Version: "test", Now: func() time.Time { return now }, Progress: func(int, int) {},
	})
}

func mustWrite(t *testing.T, dir string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "backup")
	if _, err := write(t, dir, file); err != nil {
		t.Fatal(err)
	}
	return file
}

// What is restored is what was backed up, and its credentials can be opened.
func TestRestore(t *testing.T) {
	t.Parallel()
	dir, _ := lived(t)
	file := filepath.Join(t.TempDir(), "backup")
	m, err := write(t, dir, file)
	if err != nil {
		t.Fatal(err)
	}
	if m.Contents.Drafts != 1 || m.Contents.Credentials != 1 || !m.Contents.LastChange.Equal(now) || m.LacksKey() {
		t.Errorf("it says %+v", m)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	requireOnly(t, filepath.Dir(file), "backup")

	to := filepath.Join(t.TempDir(), "new")
	r, err := backup.Restore(t.Context(), file, to)
	if err != nil || r.Contents != m.Contents || r.Version != "test" {
		t.Fatalf("restored %+v, %v, want %+v", r, err, m)
	}
	requireOnly(t, to, credential.KeyFileName, sqlstore.FileName, datadir.LockName)
	s := open(t, to)
	if _, err := s.Draft(t.Context(), store.Ref{ID: "d1"}); err != nil {
		t.Error(err)
	}
	c, err := credential.New(s, to, time.Now).Credential(t.Context(), "r:p", "https", "git.example.com")
	if err != nil || c.Token != "t0ken" {
		t.Errorf("credential %q, %v", c.Token, err)
	}
}

func requireOnly(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if fmt.Sprint(names) != fmt.Sprint(want) {
		t.Errorf("%s has %v, want %v", dir, names, want)
	}
}

// A backup beside writers is as of one moment: every draft that it has was counted
// in the same transaction, and none that was there before is missing.
func TestWriteBesideWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	var written atomic.Int64
	begun, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			if err := insert(ctx, s, fmt.Sprint("d", n)); err != nil {
				done <- err
				return
			}
			if written.Add(1) == 50 {
				close(begun)
			}
		}
	}()
	<-begun
	for range 5 {
		before := written.Load()
		file := filepath.Join(t.TempDir(), "backup")
		m, err := write(t, dir, file)
		if err != nil {
			t.Fatal(err)
		}
		to := t.TempDir()
		if _, err := backup.Restore(t.Context(), file, to); err != nil {
			t.Fatal(err)
		}
		p, err := open(t, to).Drafts(t.Context(), store.DraftQuery{Owner: "r:p", Limit: 1})
		if err != nil || int64(m.Contents.Drafts) < before || p.Total != m.Contents.Drafts {
			t.Errorf("%d drafts of which %d are counted, %v; %d were written before", m.Contents.Drafts, p.Total, err, before)
		}
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	dir, _ := lived(t)
	file := mustWrite(t, dir)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := write(t, dir, file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another file: %v", err)
	}
	if _, err := write(t, t.TempDir(), filepath.Join(t.TempDir(), "backup")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	o := backup.WriteOptions{DataDir: dir, File: file, Force: true, Now: time.Now, Progress: func(int, int) {}}
	if _, err := backup.Write(cut, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cut off: %v", err)
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file that was there has changed, %v", err)
	}
	requireOnly(t, filepath.Dir(file), "backup")
	if _, err := backup.Write(t.Context(), o); err != nil {
		t.Errorf("with force: %v", err)
	}
}

// Whoever backs up without the key hears of it.
func TestWriteWithoutKey(t *testing.T) {
	t.Parallel()
	dir, _ := lived(t)
	if err := os.Remove(filepath.Join(dir, credential.KeyFileName)); err != nil {
		t.Fatal(err)
	}
	m, err := write(t, dir, filepath.Join(t.TempDir(), "backup"))
	if err != nil || !m.LacksKey() {
		t.Errorf("%+v, %v", m, err)
	}
}

// No part of a damaged backup is put in place.
func TestRestoreRefusesDamage(t *testing.T) {
	t.Parallel()
	dir, _ := lived(t)
	whole := mustWrite(t, dir)
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	oneBit := bytes.Clone(text)
	oneBit[len(oneBit)/3] ^= 1
	for name, damaged := range map[string][]byte{
		"no archive":   []byte("SQLite format 3\x00"),
		"cut off":      text[:len(text)/2],
		"a bit":        oneBit,
		"no manifest":  rewrite(t, whole, "manifest.json", ""),
		"another form": rewrite(t, whole, "manifest.json", `{"format":2,"version":"9"}`),
		"another key":  rewrite(t, whole, credential.KeyFileName, strings.Repeat("k", 32)),
		"a path":       rewrite(t, whole, "manifest.json", `{"format":1,"files":[{"name":"../greenroom.db"}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "damaged")
			if err := os.WriteFile(file, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(t.TempDir(), "new")
			if _, err := backup.Restore(t.Context(), file, to); !errors.Is(err, backup.ErrNoBackup) {
				t.Errorf("error %v, want %v", err, backup.ErrNoBackup)
			}
			if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the data directory is there: %v", err)
			}
		})
	}
}

// rewrite is the archive with one file replaced; "": without it.
func rewrite(t *testing.T, archive, name, text string) []byte {
	t.Helper()
	z, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		if f.Name != name {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	if text != "" {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What is in the data directory stays, and whoever uses it is not disturbed.
func TestRestoreRefusesTheDirectory(t *testing.T) {
	t.Parallel()
	dir, _ := lived(t)
	file := mustWrite(t, dir)
	if _, err := backup.Restore(t.Context(), file, dir); !errors.Is(err, backup.ErrNotEmpty) {
		t.Errorf("over a database: %v", err)
	}
	used := t.TempDir()
	lock, err := datadir.TakeLock(used)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), file, used); err == nil || !strings.Contains(err.Error(), "another server uses") {
		t.Errorf("beside a server: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	requireOnly(t, used, datadir.LockName)
}

// A restore that was cut off before the database was in place is repeated.
func TestRestoreAgain(t *testing.T) {
	t.Parallel()
	dir, _ := lived(t)
	file := mustWrite(t, dir)
	to := t.TempDir()
	if err := os.MkdirAll(filepath.Join(to, ".restore-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(dir, credential.KeyFileName))
	if err == nil {
		err = os.WriteFile(filepath.Join(to, credential.KeyFileName), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), file, to); err != nil {
		t.Error(err)
	}
	requireOnly(t, to, credential.KeyFileName, sqlstore.FileName, datadir.LockName)
}
