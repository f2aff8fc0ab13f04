package connectyaml_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
	"github.com/greenroom-registry/greenroom/internal/fix"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// Each file of testdata/fixes is a connect.yaml and what becomes of it; of those
// named left-* nothing does.
func TestFixes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "fixes", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil || len(a.Files) != 2 {
				t.Fatalf("%d sections, %v; want connect.yaml and fixed", len(a.Files), err)
			}
			data := a.Files[0].Data
			fixed := fixAll(t, data)
			if left := strings.HasPrefix(filepath.Base(file), "left-"); left != (string(fixed) == string(data)) {
				t.Errorf("nothing was fixed: %t", !left)
			}
			if _, findings := connectyaml.Parse(data); len(findings) == 0 {
				t.Error("no finding")
			}
			if *golden.Update {
				a.Files[1].Data = fixed
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(string(a.Files[1].Data), string(fixed)); diff != "" {
				t.Errorf("-want +fixed:\n%s", diff)
			}
		})
	}
}

// A rule says that findings of it are repaired if, and only if, some are.
func TestFixesOfRules(t *testing.T) {
	t.Parallel()
	repaired := map[string]bool{}
	for _, data := range faultyFiles(t) {
		_, findings := connectyaml.Parse(data)
		for _, f := range findings {
			if f.Fix != nil {
				repaired[f.Rule] = true
			}
		}
	}
	for _, r := range connectyaml.Rules() {
		if repaired[r.ID] != (r.Fix != "") {
			t.Errorf("%s has a fix: %t, and says %q of it", r.ID, repaired[r.ID], r.Fix)
		}
		if !strings.HasSuffix(r.Why, ".") || r.Fix != "" && !strings.HasSuffix(r.Fix, ".") {
			t.Errorf("%s needs sentences: %q, %q", r.ID, r.Why, r.Fix)
		}
	}
}

// After a fix its finding is gone and no other has come, whatever the line ends are
// and whether there is a byte order mark. After all of them none is left.
func TestFixesOfAllFiles(t *testing.T) {
	t.Parallel()
	for name, data := range faultyFiles(t) {
		_, findings := connectyaml.Parse(data)
		for _, f := range findings {
			if f.Fix != nil {
				checkFix(t, name, data, f, findings)
			}
		}
		fixed := string(fixAll(t, data))
		if again := string(fixAll(t, []byte(fixed))); again != fixed {
			t.Errorf("%s: fixed twice:\n%s", name, cmp.Diff(fixed, again))
		}
		if strings.Contains(string(data), "\r") || strings.HasPrefix(string(data), mark) {
			continue
		}
		crlf := strings.NewReplacer("\n", "\r\n")
		if got := string(fixAll(t, []byte(crlf.Replace(string(data))))); got != crlf.Replace(fixed) {
			t.Errorf("%s with CRLF:\n%s", name, cmp.Diff(crlf.Replace(fixed), got))
		}
		if got := string(fixAll(t, []byte(mark+string(data)))); got != mark+fixed {
			t.Errorf("%s with a byte order mark:\n%s", name, cmp.Diff(mark+fixed, got))
		}
		if got := string(fixAll(t, []byte(strings.TrimRight(string(data), "\n")))); strings.TrimRight(got, "\n") != strings.TrimRight(fixed, "\n") {
			t.Errorf("%s without its last line end:\n%s", name, cmp.Diff(fixed, got))
		}
	}
}

const mark = "\ufeff"

func checkFix(t rapid.TB, name string, data []byte, f api.Finding, before []api.Finding) {
	t.Helper()
	text, err := fix.Text(data, f.Fix.Edits)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	_, after := connectyaml.Parse(text)
	if f.Rule == "spec/syntax" || f.Rule == "spec/alias" { // it hid the others
		if countOf(after, func(a api.Finding) bool { return a.Rule == f.Rule && a.Line == f.Line }) > 0 {
			t.Errorf("%s: %q leaves %q", name, f.Fix.Title, f.Message)
		}
		return
	}
	// By the rule alone: of a key that stands three times, the third finding takes the
	// line of the second, and its message.
	ofIts := func(other api.Finding) bool { return other.Rule == f.Rule }
	if got, was := countOf(after, ofIts), countOf(before, ofIts); got >= was {
		t.Errorf("%s: %q leaves %d findings of %d, such as %q", name, f.Fix.Title, got, was, f.Message)
	}
	for _, a := range after {
		ofRule := func(other api.Finding) bool { return other.Rule == a.Rule }
		if countOf(after, ofRule) > countOf(before, ofRule) {
			t.Errorf("%s: %q adds %q", name, f.Fix.Title, a.Message)
		}
	}
}

func countOf(findings []api.Finding, is func(api.Finding) bool) int {
	n := 0
	for _, f := range findings {
		if is(f) {
			n++
		}
	}
	return n
}

// fixAll carries out all fixes of a file.
func fixAll(tb rapid.TB, data []byte) []byte {
	tb.Helper()
	tree := fstest.MapFS{connectyaml.FileName: {Data: data}}
	changes, _, err := fix.Rounds(tree, tree, func(tree fs.FS) ([]api.Finding, error) {
		text, err := fs.ReadFile(tree, connectyaml.FileName)
		_, findings := connectyaml.Parse(text)
		return findings, err
	})
	if err != nil {
		tb.Fatal(err)
	}
	if len(changes) == 0 {
		return data
	}
	_, findings := connectyaml.Parse(changes[0].Text)
	if i := slices.IndexFunc(findings, func(f api.Finding) bool { return f.Fix != nil }); i >= 0 {
		tb.Errorf("a fix is left: %+v", findings[i])
	}
	return changes[0].Text
}

// faultyFiles are all files of the tests, by name.
func faultyFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, c := range cases(t) {
		files[c.name] = c.data
	}
	for _, m := range mistakes(t) {
		files[m.Name] = m.Data
	}
	for _, c := range corpus(t) {
		files[c.Name] = c.Data
	}
	fixtures, err := filepath.Glob(filepath.Join("testdata", "fixes", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range fixtures {
		files[file] = archive(t, file)[0].Data
	}
	return files
}
