package nodepackage_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
)

func read(t *testing.T, text string) *nodepackage.Package {
	t.Helper()
	tree := fstest.MapFS{"app/package.json": {Data: []byte(text)}}
	folder, err := fs.ReadDir(tree, "app")
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := nodepackage.Read(tree, "app", check.Find(folder, nodepackage.FileName))
	if err != nil || pkg.Defect != nil {
		t.Fatalf("%v, %+v", err, pkg.Defect)
	}
	return pkg
}

func TestDependencies(t *testing.T) {
	t.Parallel()
	pkg := read(t, "\uFEFF{\n  \"config\": {\"dependencies\": {\"x\": \"1\"}},\n"+
		"  \"dependencies\" : {\"b\": \"^1\",\"a\" : \"file:../a\",\n    \"c\": 3, \"\\u0064\": \"*\"},\n"+
		"  \"peerDependencies\": {\"p\": \"1\"}, \"optionalDependencies\": [],\n"+
		"  \"devDependencies\": {\n\t\"é\": \" 2 \", \"z\": \"1\"\n}}")
	want := []nodepackage.Dependency{
		{"dependencies", "b", "^1", 3, 21},
		{"dependencies", "a", "file:../a", 3, 31},
		{"dependencies", "d", "*", 4, 13},
		{"devDependencies", "é", "2", 7, 2},
		{"devDependencies", "z", "1", 7, 14},
	}
	if diff := cmp.Diff(want, pkg.Dependencies()); diff != "" {
		t.Errorf("dependencies (-want +got):\n%s", diff)
	}
	if all := pkg.Entries("scripts"); all != nil {
		t.Errorf("entries of a member that is not there: %v", all)
	}
}

func TestMemberPosition(t *testing.T) {
	t.Parallel()
	pkg := read(t, " {\"name\": \"x\",\n \"scripts\": {\"files\": \"tsc\"},\n   \"files\": []}")
	for _, tc := range []struct {
		name         string
		line, column int
	}{{"name", 1, 3}, {"scripts", 2, 2}, {"files", 3, 4}, {"dependencies", 1, 2}} {
		if line, column := pkg.MemberPosition(tc.name); line != tc.line || column != tc.column {
			t.Errorf("%s: %d:%d, want %d:%d", tc.name, line, column, tc.line, tc.column)
		}
	}
}
