package fix_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/fix"
)

// Whatever the places are, what lies in front of the first edit and behind the last
// one stays.
func FuzzApply(f *testing.F) {
	f.Add("one\ntwo\n", 1, 2, 1, 3, "x", 2, 1, 2, 1, "y\n")
	f.Add("\ufeffé\r\n日本\r\n", 1, 1, 1, 2, "\n", 2, 3, 2, 3, "\r\n")
	f.Add("\xff\n", 1, 1, 2, 1, "", 1, 2, 1, 2, "")
	f.Fuzz(func(t *testing.T, text string, l1, c1, el1, ec1 int, t1 string, l2, c2, el2, ec2 int, t2 string) {
		tree := fstest.MapFS{"a": {Data: []byte(text)}}
		findings := []api.Finding{finding("", edit(l1, c1, el1, ec1, t1)), finding("", edit(l2, c2, el2, ec2, t2))}
		got, err := fix.Apply(tree, findings)
		if err != nil {
			if got.Files != nil || got.Fixed != nil {
				t.Errorf("an error and a result: %+v, %v", got, err)
			}
			return
		}
		if len(got.Fixed) == 0 || len(got.Fixed)+len(got.Left) != len(findings) {
			t.Errorf("%d fixed and %d left", len(got.Fixed), len(got.Left))
		}
		first, last := l1, el1
		if len(got.Fixed) == 2 {
			first, last = min(l1, l2), max(el1, el2)
		}
		was, is := strings.SplitAfter(text, "\n"), string(got.Files["a"])
		if before := strings.Join(was[:first-1], ""); !strings.HasPrefix(is, before) {
			t.Errorf("%q does not begin with %q", is, before)
		}
		if after := strings.Join(was[last:], ""); !strings.HasSuffix(is, after) {
			t.Errorf("%q does not end with %q", is, after)
		}
	})
}
