// Package golden compares what a test made with a file of the repository.
package golden

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Update is whether tests write the files that they would compare with.
var Update = flag.Bool("update", false, "write anew the files of the repository that tests compare with")

// Compare fails the test when the file does not hold just what was made, or with
// -update makes it so.
func Compare(t *testing.T, file, made string) {
	t.Helper()
	if *Update {
		if err := os.WriteFile(file, []byte(made), 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatal(err)
		}
		return
	}
	there, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(there), "\n"), strings.Split(made, "\n")); diff != "" {
		t.Errorf("%s is not what the test makes (-there +made); this test with -update writes it anew:\n%s", file, diff)
	}
}
