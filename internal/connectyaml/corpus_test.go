package connectyaml_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// corpusFile is a real connect.yaml and what the official parser says about it.
type corpusFile struct {
	Name  string `json:"file"`
	Valid bool   `json:"valid"`
	Data  []byte `json:"-"`
}

// corpus reads testdata/corpus; its NOTICE.md says where the files come from.
func corpus(tb testing.TB) []corpusFile {
	tb.Helper()
	folder := filepath.Join("testdata", "corpus")
	f, err := os.Open(filepath.Join(folder, "verdicts.jsonl"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var files []corpusFile
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var c corpusFile
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			tb.Fatal(err)
		}
		if c.Data, err = os.ReadFile(filepath.Join(folder, c.Name)); err != nil {
			tb.Fatal(err)
		}
		files = append(files, c)
	}
	if len(files) == 0 {
		tb.Fatal("no files in the corpus")
	}
	return files
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	for _, c := range corpus(t) {
		spec, findings := connectyaml.Parse(c.Data)
		if got := spec != nil; got != c.Valid {
			t.Errorf("%s: valid %t, want %t; findings:\n%s", c.Name, got, c.Valid, render(findings))
		}
	}
}
