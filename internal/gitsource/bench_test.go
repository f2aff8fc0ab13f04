package gitsource

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// BenchmarkTree measures the fetch of a repository and the reading of all of its
// files, as the checks do: the median connector of connect-yaml.md, and a large one.
func BenchmarkTree(b *testing.B) {
	for _, size := range []struct{ files, bytes int }{{200, 550 << 10}, {5000, 14 << 20}} {
		srv := gitserver.New(b)
		repo := srv.Repo(b, "acme/shop")
		repo.Commit(b, manyFiles(size.files, size.bytes))
		repo.Tag(b, "v1")
		s, err := New(Options{ScratchDir: b.TempDir(), AllowHosts: []string{"127.0.0.1"}, CABundle: srv.CAFile})
		if err != nil {
			b.Fatal(err)
		}
		req := Request{Project: "p", URL: repo.URL, Tag: "v1"}
		b.Run(fmt.Sprintf("fetch/%dfiles", size.files), func(b *testing.B) {
			for b.Loop() {
				tree, err := s.Tree(b.Context(), req)
				if err != nil {
					b.Fatal(err)
				}
				if err := tree.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
		tree, err := s.Tree(b.Context(), req)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = tree.Close() })
		b.Run(fmt.Sprintf("read/%dfiles", size.files), func(b *testing.B) {
			b.SetBytes(int64(size.bytes))
			for b.Loop() {
				readAll(b, tree.FS())
			}
		})
	}
}

// manyFiles are files of source text, more or less, in folders of twenty.
func manyFiles(count, size int) map[string]string {
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("import export default const let function return await async new if else for of in from " +
		"{ } ( ) => ; , . : = === // connector service event order product payment client request response logger")
	files := make(map[string]string, count)
	for i := range count {
		var text strings.Builder
		for text.Len() < size/count {
			text.WriteString(words[random.IntN(len(words))] + " ")
			if random.IntN(8) == 0 {
				fmt.Fprintf(&text, "name%d\n", random.IntN(1000))
			}
		}
		files[fmt.Sprintf("app%d/src/file%d.ts", i/20, i)] = text.String()
	}
	return files
}

func readAll(b *testing.B, files fs.FS) {
	b.Helper()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = fs.ReadFile(files, path)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
