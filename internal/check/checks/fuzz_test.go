package checks_test

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
)

// judged are names that some check looks for.
var judged = []string{
	"app/package.json", "app/index.js", "app/main.py", "app/Main.java", "app/main.go", "app/pom.xml", "app/go.mod", "app/requirements.txt",
	"app/.env", "app/.gitignore", "app/src/main/resources/application.yml", "app/custom-view-config.json", "app/view.tsx", "app/test/x.js",
	"app/package-lock.json", "README.md", "LICENSE", "package.json", ".env", "other/package.json", "other/pom.xml", "app/d/file.jar",
}

// Whatever is in the files that checks read, the engine judges it, twice alike.
func FuzzEngine(f *testing.F) {
	f.Add(0, 1, false, `{"scripts": {"start": "x", "setup": "npm run y"}, "dependencies": {"a": "file:../b"}}`, "run(process.env.KEY_A)")
	f.Add(2, 8, false, "import os\nos.environ['KEY_B']\nos.environ[\"PORT\"] = '1'", "API_KEY=secret")
	f.Add(6, 7, false, "module a\nreplace b => ../c\n", "-e ../d\n")
	f.Add(15, 16, false, "# Title\n\nInstall\n===\n", "MIT License")
	f.Add(1, 9, true, "../../x", "*.js\n!a\n")
	engine := check.New(checks.All()...)
	f.Fuzz(func(t *testing.T, first, second int, link bool, text, other string) {
		if len(text)+len(other) > 64<<10 {
			return
		}
		tree := fstest.MapFS{
			"connect.yaml":  {Data: []byte(hostileSpec)},
			"app/readme.js": {Data: []byte("process.env.RATE")},
		}
		mode := fs.FileMode(0o644)
		if link {
			mode = fs.ModeSymlink | 0o777
		}
		tree[judged[uint(first)%uint(len(judged))]] = &fstest.MapFile{Data: []byte(text), Mode: mode}
		tree[judged[uint(second)%uint(len(judged))]] = &fstest.MapFile{Data: []byte(other), Mode: 0o644}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		result, err := engine.Run(ctx, tree, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkResult(t, result)
		again, err := engine.Run(ctx, tree, check.Options{})
		if err != nil || findings(again) != findings(result) {
			t.Errorf("another result the second time, error %v:\n%s\n%s", err, findings(result), findings(again))
		}
	})
}
