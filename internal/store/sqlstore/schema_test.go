package sqlstore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A database of a newer version is refused by who would write to it and by who
// would put it in place, with what to do, and nothing of it changes.
func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := OpenSQLite(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	_, err = s.writer.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)")
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() error{
		"open": func() error {
			s, err := OpenSQLite(t.Context(), dir, Options{})
			if err == nil {
				err = s.Close()
			}
			return err
		},
		"examine": func() error {
			_, err := ExamineSQLite(t.Context(), filepath.Join(dir, FileName))
			return err
		},
	} {
		err := open()
		if !errors.Is(err, ErrNewerSchema) || !strings.Contains(err.Error(), "its schema is 99") || !strings.Contains(err.Error(), "use the newer version") {
			t.Errorf("%s: error %v, want %v", name, err, ErrNewerSchema)
		}
	}
}

// A copy is the same as what was copied, whatever is in the write-ahead log only.
func TestCopy(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), t.TempDir()
	s := open(t, dir)
	fill(t, s)
	told := 0
	if err := CopySQLite(t.Context(), dir, filepath.Join(to, FileName), func(done, total int) { told = total - done }); err != nil {
		t.Fatal(err)
	}
	c, err := ExamineSQLite(t.Context(), filepath.Join(to, FileName))
	latest, latestErr := onSQLite.latest()
	if err := errors.Join(err, latestErr); err != nil || told != 0 {
		t.Fatal(told, err)
	}
	if c.Schema != latest || c.Drafts != 1 || c.Connectors != 1 || c.Runs != 1 || c.Clients != 1 || c.Credentials != 0 {
		t.Errorf("it holds %+v", c)
	}
	if got, want := contentsOf(t, open(t, to)), contentsOf(t, s); got.Draft.ID != want.Draft.ID || len(got.Page.Documents) != 1 {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

// A page that was overwritten is found.
func TestExamineFindsDamage(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), t.TempDir()
	fill(t, open(t, dir))
	file := filepath.Join(to, FileName)
	if err := CopySQLite(t.Context(), dir, file, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	overwrite(t, file, 4096+8, []byte(strings.Repeat("x", 2000)))
	if _, err := ExamineSQLite(t.Context(), file); !errors.Is(err, ErrDamaged) {
		t.Errorf("error %v, want %v", err, ErrDamaged)
	}
	overwrite(t, file, 0, []byte("no database at all"))
	if _, err := ExamineSQLite(t.Context(), file); !errors.Is(err, ErrDamaged) {
		t.Errorf("error %v, want %v", err, ErrDamaged)
	}
}

func overwrite(t *testing.T, file string, at int64, text []byte) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(text, at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
