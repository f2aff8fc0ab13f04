package source_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/check/source"
)

func walked(t *testing.T, tree fs.FS) (names []string, whole bool) {
	t.Helper()
	whole, err := source.Walk(tree, "app", func(f source.File) error {
		name := f.Name
		if f.Role == source.Test {
			name += " (test)"
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, whole
}

func TestWalk(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{}
	for _, name := range []string{
		"app/src/b.ts", "app/src/a.test.ts", "app/tests/c.py", "app/jest.config.js", "app/MainTest.java", "app/test_d.py",
		"app/package.json", "app/package-lock.json", "app/node_modules/e.js", "app/dist/f.js", "app/.cache/g.js",
		"app/logo.png", "app/h.min.notes", "other/i.js", "app/contest.js",
	} {
		tree[name] = &fstest.MapFile{Data: []byte("x")}
	}
	names, whole := walked(t, tree)
	want := []string{
		"app/MainTest.java (test)", "app/contest.js", "app/jest.config.js", "app/package.json",
		"app/src/a.test.ts (test)", "app/src/b.ts", "app/test_d.py (test)", "app/tests/c.py (test)",
	}
	if diff := cmp.Diff(want, names); diff != "" || !whole {
		t.Errorf("whole is %t, files (-want +got):\n%s", whole, diff)
	}
}

// What is left out for its size, number or kind is told.
func TestWalkOfPart(t *testing.T) {
	t.Parallel()
	many := fstest.MapFS{}
	for i := range 5001 {
		many[fmt.Sprintf("app/%d.js", i)] = &fstest.MapFile{}
	}
	for name, tree := range map[string]fstest.MapFS{
		"large":    {"app/a.js": {Data: []byte(strings.Repeat("x\n", 300<<10))}},
		"minified": {"app/a.js": {Data: []byte(strings.Repeat("x", 5000))}},
		"deep":     {"app/" + strings.Repeat("a/", 30) + "a.js": {}},
		"link":     {"app/a.js": {Mode: fs.ModeSymlink}},
	} {
		if names, whole := walked(t, tree); whole || len(names) > 0 {
			t.Errorf("%s: whole is %t, files %v", name, whole, names)
		}
	}
	large := fstest.MapFS{}
	for i := range 100 {
		large[fmt.Sprintf("app/%d.js", i)] = &fstest.MapFile{Data: []byte(strings.Repeat("x\n", 250_000))}
	}
	if names, whole := walked(t, large); whole || len(names) != 68 {
		t.Errorf("large files: whole is %t, %d files", whole, len(names))
	}
	if names, whole := walked(t, many); whole || len(names) != 5000 {
		t.Errorf("many: whole is %t, %d files", whole, len(names))
	}
}

func TestWalkStopsAtAnError(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	calls := 0
	_, err := source.Walk(fstest.MapFS{"app/a.js": {}, "app/b.js": {}}, "app", func(source.File) error {
		calls++
		return stop
	})
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}
