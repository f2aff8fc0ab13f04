package fix_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/fix"
)

func edit(line, column, endLine, endColumn int, text string) api.Edit {
	return api.Edit{File: "a", Line: line, Column: column, EndLine: endLine, EndColumn: endColumn, Text: text}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		edits      []api.Edit
		want       string
	}{
		{"nothing", "a\n", nil, "a\n"},
		{"a word", "one two\n", []api.Edit{edit(1, 5, 1, 8, "2")}, "one 2\n"},
		{"columns are characters", "日本: é\n", []api.Edit{edit(1, 5, 1, 6, "e")}, "日本: e\n"},
		{"bytes that are none count as well", "\xff\xfe: é\n", []api.Edit{edit(1, 5, 1, 6, "e")}, "\xff\xfe: e\n"},
		{"several, in any order", "a b c", []api.Edit{edit(1, 5, 1, 6, "3"), edit(1, 1, 1, 2, "1")}, "1 b 3"},
		{"two at one place", "ab", []api.Edit{edit(1, 2, 1, 2, "1"), edit(1, 2, 1, 2, "2")}, "a12b"},
		{"lines", "a\nb\nc\n", []api.Edit{edit(2, 1, 3, 1, "")}, "a\nc\n"},
		{"the last line", "a\nb", []api.Edit{edit(1, 2, 2, 2, "")}, "a"},
		{"behind the end", "a\n", []api.Edit{edit(2, 1, 2, 1, "b")}, "a\nb"},
		{"line ends of the text", "a\r\nb\r\n", []api.Edit{edit(1, 2, 1, 2, "\nx"), edit(2, 2, 2, 2, "\r\ny")}, "a\r\nx\r\nb\r\ny\r\n"},
		{"line feeds alone", "a\nb\n", []api.Edit{edit(1, 2, 1, 2, "\r\nx")}, "a\nx\nb\n"},
		{"behind a byte order mark", "\ufeffab\n", []api.Edit{edit(1, 2, 1, 3, "c")}, "\ufeffac\n"},
	} {
		got, err := fix.Text([]byte(c.text), c.edits)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func TestTextOutside(t *testing.T) {
	t.Parallel()
	for _, edits := range [][]api.Edit{
		{edit(0, 1, 1, 1, "")},
		{edit(1, 0, 1, 1, "")},
		{edit(1, 1, 4, 1, "")},
		{edit(1, 5, 1, 5, "")}, // behind a carriage return, which ends the line
		{edit(2, 2, 2, 1, "")}, // backwards
		{edit(1, 1, 1, 3, ""), edit(1, 2, 1, 4, "")},
	} {
		got, err := fix.Text([]byte("abc\r\ndef\n"), edits)
		var outside *fix.OutsideError
		if !errors.As(err, &outside) || got != nil {
			t.Errorf("%v: %q, %v", edits, got, err)
		}
	}
}

func finding(message string, edits ...api.Edit) api.Finding {
	return api.Finding{Message: message, Fix: &api.Fix{Edits: edits}}
}

func TestApply(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"a": {Data: []byte("one two three\n")}, "b/c": {Data: []byte("x\n")}}
	inB := edit(1, 1, 1, 2, "y")
	inB.File = "b/c"
	got, err := fix.Apply(tree, []api.Finding{
		{Message: "none"},
		finding("first", edit(1, 1, 1, 4, "1"), edit(1, 9, 1, 14, "3")),
		finding("half of it meets the first", edit(1, 6, 1, 7, "w"), edit(1, 3, 1, 5, "")),
		finding("right behind the first", edit(1, 4, 1, 4, "!")),
		finding("the other file", inB),
		finding("again", inB),
	})
	if err != nil {
		t.Fatal(err)
	}
	names := func(findings []api.Finding) string {
		var all []string
		for _, f := range findings {
			all = append(all, f.Message)
		}
		return strings.Join(all, ", ")
	}
	if diff := cmp.Diff(map[string][]byte{"a": []byte("1 two 3\n"), "b/c": []byte("y\n")}, got.Files); diff != "" {
		t.Error(diff)
	}
	if fixed, left := names(got.Fixed), names(got.Left); fixed != "first, the other file" || left != "half of it meets the first, right behind the first, again" {
		t.Errorf("fixed: %s; left: %s", fixed, left)
	}
}

func TestApplyErrors(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"a": {Data: []byte("one\n")}}
	var outside *fix.OutsideError
	if got, err := fix.Apply(tree, []api.Finding{finding("", edit(3, 1, 3, 1, "x"))}); !errors.As(err, &outside) || got.Files != nil {
		t.Errorf("a place that is not there: %+v, %v", got, err)
	}
	for name, want := range map[string]error{"b": fs.ErrNotExist, "../a": fs.ErrInvalid, "/a": fs.ErrInvalid} {
		e := edit(1, 1, 1, 1, "x")
		e.File = name
		if _, err := fix.Apply(tree, []api.Finding{finding("", e)}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in", "a"), "one\n")
	write(t, filepath.Join(t.TempDir(), "out"), "one\n")
	if err := os.Chmod(filepath.Join(dir, "in", "a"), 0o751); err != nil {
		t.Fatal(err)
	}
	folder := open(t, dir)
	if err := folder.Replace("in/a", []byte("two\n"), []byte("x")); !errors.Is(err, fix.ErrChanged) {
		t.Errorf("a file that has changed: %v", err)
	}
	if err := folder.Replace("in/a", []byte("one\n"), []byte("two\n")); err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(folder, "in/a")
	if err != nil || string(text) != "two\n" {
		t.Errorf("the file says %q, %v", text, err)
	}
	info, err := os.Stat(filepath.Join(dir, "in", "a"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o751 {
		t.Errorf("mode %v", info.Mode())
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "in")); err != nil || len(entries) != 1 {
		t.Errorf("more is left than the file: %v, %v", entries, err)
	}
}

func TestFolderRefuses(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "a"), "one\n")
	write(t, filepath.Join(dir, "real", "a"), "one\n")
	for link, to := range map[string]string{"out": outside, "file": filepath.Join("real", "a"), "in": "real"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	folder := open(t, dir)
	for name, want := range map[string]error{
		"out/a": fix.ErrIrregular, "file": fix.ErrIrregular, "in/a": fix.ErrIrregular, "real": fix.ErrIrregular,
		"../a": fs.ErrInvalid, "none": fs.ErrNotExist,
	} {
		if _, err := folder.Open(name); !errors.Is(err, want) {
			t.Errorf("open %s: %v, want %v", name, err, want)
		}
		if err := folder.Replace(name, []byte("one\n"), []byte("two\n")); !errors.Is(err, want) {
			t.Errorf("replace %s: %v, want %v", name, err, want)
		}
	}
	for _, file := range []string{filepath.Join(outside, "a"), filepath.Join(dir, "real", "a")} {
		if text, err := os.ReadFile(file); err != nil || string(text) != "one\n" {
			t.Errorf("%s says %q, %v", file, text, err)
		}
	}
}

// A file on the disk keeps its line ends while the tree has others.
func TestRounds(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"a": {Data: []byte("1\n2\n")}}
	disk := fstest.MapFS{"a": {Data: []byte("1\r\n2\r\n")}}
	rounds := 0
	changes, fixed, err := fix.Rounds(tree, disk, func(tree fs.FS) ([]api.Finding, error) {
		text, err := fs.ReadFile(tree, "a")
		if rounds++; err != nil || rounds > 2 {
			return nil, err
		}
		if want := []string{"1\n2\n", "1\nx\n2\n"}[rounds-1]; string(text) != want {
			t.Errorf("round %d judges %q, want %q", rounds, text, want)
		}
		return []api.Finding{finding("", edit(1, 2, 1, 2, "\nx")), finding("", edit(1, 2, 1, 2, "\ny"))}, nil
	})
	if err != nil || fixed != 2 || len(changes) != 1 {
		t.Fatalf("%d fixed, %+v, %v", fixed, changes, err)
	}
	if c := changes[0]; c.Name != "a" || string(c.Was) != "1\r\n2\r\n" || string(c.Text) != "1\r\nx\r\nx\r\n2\r\n" {
		t.Errorf("%s from %q to %q", c.Name, c.Was, c.Text)
	}
}

func TestRoundsErrors(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"a": {Data: []byte("1\n")}}
	always := func(fs.FS) ([]api.Finding, error) { return []api.Finding{finding("", edit(1, 1, 1, 1, "x"))}, nil }
	var filtered *fix.FilteredError
	if _, _, err := fix.Rounds(tree, fstest.MapFS{"a": {Data: []byte("2\n")}}, always); !errors.As(err, &filtered) {
		t.Errorf("a file that a filter changed: %v", err)
	}
	failed := errors.New("failed")
	if _, _, err := fix.Rounds(tree, tree, func(fs.FS) ([]api.Finding, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Errorf("a judge that failed: %v", err)
	}
	if changes, fixed, err := fix.Rounds(tree, tree, always); err != nil || fixed != 20 || len(changes) != 1 {
		t.Errorf("a fix that never helps: %d fixed, %v, %v", fixed, changes, err)
	}
}

func open(t *testing.T, dir string) *fix.Folder {
	t.Helper()
	folder, err := fix.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	})
	return folder
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
