package layout

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestIgnores(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, folder, file string
		isFolder, want        bool
	}{
		{"node_modules", "app", "app/node_modules", true, true},
		{"node_modules/", "app", "app/a/node_modules", true, true},
		{"node_modules/", "app", "app/node_modules", false, false},
		{"**/node_modules/**", "app", "app/a/node_modules", true, true},
		{"/dist", "app", "app/dist", true, true},
		{"/dist", "app", "app/src/dist", true, false},
		{"app/dist/*", ".", "app/dist", true, true},
		{"app/dist", ".", "other/app/dist", true, false},
		{"/dist", "app", "apple/dist", true, false},
		{"*.log", ".", "app/x.log", false, true},
		{"!*.log", ".", "app/x.log", false, false},
		{"# *.log", ".", "app/x.log", false, false},
		{"a/**/b", ".", "a/x/y/b", false, false},
		{"[", ".", "[", false, false},
	} {
		tree := fstest.MapFS{tc.folder + "/.gitignore": {Data: []byte("\n" + tc.pattern + "  \n")}}
		if tc.folder == "." {
			tree = fstest.MapFS{".gitignore": {Data: []byte("\n" + tc.pattern + "  \n")}}
		}
		entries, err := fs.ReadDir(tree, tc.folder)
		if err != nil {
			t.Fatal(err)
		}
		all, err := readIgnores(tree, tc.folder, entries)
		if err != nil {
			t.Fatal(err)
		}
		if got := all.match(tc.file, tc.isFolder); got != tc.want {
			t.Errorf("%q in %s: %s is ignored: %v", tc.pattern, tc.folder, tc.file, got)
		}
	}
}
