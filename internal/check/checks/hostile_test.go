package checks_test

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/checks"
	"github.com/greenroom-registry/greenroom/internal/report"
)

const (
	// patience is far above what any of the trees takes, on a busy machine too: it is
	// there to find what would never end.
	patience = 90 * time.Second
	// mostMemory is what one tree may have allocated, garbage included, in bytes.
	mostMemory = 2 << 30
	// mostFindings is what one tree may be told.
	mostFindings = 1500
)

const hostileSpec = `deployAs:
  - name: app
    applicationType: service
    endpoint: /app
    scripts:
      postDeploy: npm ci && npm run setup
    configuration:
      standardConfiguration:
        - key: RATE
          description: The rate
`

// hostile are trees that try to break the checks, all beside a connect.yaml of one
// application.
func hostile() map[string]fstest.MapFS {
	kib := 1 << 10
	mib := 1 << 20
	fill := func(text string, size int) string { return strings.Repeat(text, size/len(text)) }
	random := make([]byte, 512*kib)
	source := rand.NewChaCha8([32]byte{1})
	if _, err := source.Read(random); err != nil {
		panic(err)
	}
	trees := map[string]fstest.MapFS{
		"folder of 100,000 files":        many(100_000, "app/f%06d"),
		"100,000 files of code":          many(100_000, "app/f%06d.js"),
		"path of 200 folders":            one("app/"+strings.Repeat("d/", 200)+"index.js", "process.env.DEEP"),
		"200 folders with links":         links(200),
		"minified line of 5 MB":          one("app/bundle.js", fill("var a=process.env.A;", 5*mib)),
		"minified line of 500 KB":        one("app/bundle.js", fill("var a=process.env.A;", 500*kib)),
		"keywords of secrets":            one("app/words.js", fill("key token secret api auth password aws slack stripe github gitlab = \"value\";\n", mib)),
		"secrets without end":            one("app/.env", fill("API_KEY=q7Rk2VbX9tLm4ZsW8nYc6HfJ1gPe5Ua0\n", mib)),
		"secrets of one line":            one("app/keys.js", fill("API_KEY=q7Rk2VbX9tLm4ZsW8nYc6HfJ1gPe5Ua0;", mib)),
		"key that is never closed":       one("app/k.pem", "-----BEGIN RSA "+"PRIVATE KEY-----\n"+fill("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n", mib-kib)),
		"package.json of brackets":       one("app/package.json", strings.Repeat("[", 10_000)),
		"package.json that is deep":      one("app/package.json", strings.Repeat(`{"a":`, 10_000)+"1"+strings.Repeat("}", 10_000)),
		"package.json of many scripts":   one("app/package.json", `{"scripts":{`+fill(`"setups":"npm run a && npm run b",`, 900*kib)+`"start":"x"}}`),
		"package.json of long script":    one("app/package.json", `{"scripts":{"setup":"`+fill("a && ", 900*kib)+`b"}}`),
		"package.json of a byte":         one("app/package.json", "\xff"),
		"README of 50 MB":                one("README.md", fill("# Title\n", 50*mib)),
		"README of headings":             one("README.md", fill("# [", mib-kib)),
		"LICENSE of random bytes":        one("LICENSE", string(random)),
		"LICENSE of one word":            one("LICENSE", fill("license ", mib-kib)),
		"lock file of a million lines":   one("app/package-lock.json", fill("x\n", 2*mib)),
		"requirements of blanks":         one("app/requirements.txt", fill("a @ ", 255*kib)),
		"requirements of dots":           one("app/requirements.txt", fill("../", 255*kib)),
		"go.mod of brackets":             one("app/go.mod", fill("replace (\n", 255*kib)),
		"gitignore of stars":             with(one("app/a/b/c", ""), ".git/HEAD", "", ".gitignore", fill("*a*b*c*d*e*f*g*h\n", 64*kib)),
		"NUL bytes":                      one("app/index.js", fill("process.env.A\x00", 400*kib)),
		"invalid UTF-8":                  one("app/index.js", fill("process.env.\xff\xfe['\xc3']", 400*kib)),
		"reads without end":              one("app/index.js", fill("process.env.KEY_A;\n", 500*kib)),
		"names without end":              distinct(),
		"locals that are looked for":     one("app/index.js", fill("const a=process.env.AB\n", 500*kib)),
		"destructured without a start":   one("app/index.js", fill("}=process.env\n", 500*kib)),
		"calls in calls":                 one("app/index.js", fill("f(", 250*kib)+"process.env.AB"+fill(")", 125*kib)),
		"pom of mains":                   one("other/pom.xml", fill("<mainClass", mib)),
		"settings of one line":           one("app/config.yml", fill("A_=", 500*kib)),
		"names that forge lines":         with(fstest.MapFS{}, "::error::a.js", "k='"+"gh"+"p_x9Kd2mQ7vRt4Lw8ZsB3nYc6HfJ1gPe5UaTq0'", "app/a\n::error file=x::boo.so", "", "app/\x1b[2J.so", "", "app/a\rb.jar", "", "app/\u202egpj.so", ""),
		"loop of links":                  with(fstest.MapFS{}, "app/a", "-> b", "app/b", "-> a", "app/self", "-> self", "app/up", "-> ..", "app/d", "-> ."),
		"link as the application":        with(fstest.MapFS{}, "app", "-> app"),
		"links in place of files":        with(fstest.MapFS{}, "app/package.json", "-> package.json", "README.md", "-> README.md", "LICENSE", "-> /etc/passwd", "app/.env", "-> .env"),
		"folders in place of files":      with(fstest.MapFS{}, "app/package.json/x", "", "README.md/x", "", "LICENSE/x", "", "app/package-lock.json/x", "", "app/.env/x", "", "app/Procfile/x", ""),
		"connect.yaml of 256 KiB of `[`": with(fstest.MapFS{}, "connect.yaml", fill("[", 255*kib)),
	}
	for extension, texts := range map[string][]string{
		"js":   {"`", "`${", "/*", "/[", "'", "\"", "}`", "${`", "/=", "\\", "`${`${", "<a>'"},
		"py":   {`"""`, "'''", "f'", `\`, "#", "r\"", "os.environ[", "'\\"},
		"java": {`"""`, "/*", "'", `"\`, "System.getenv("},
		"go":   {"`", "/*", "'", `"\`, "os.Getenv("},
		"yml":  {"${", "&a *a ", "- ", "A: "},
	} {
		for _, text := range texts {
			trees[fmt.Sprintf("%s of %q", extension, text)] = one("app/src/main/resources/application."+extension, fill(text, 300*kib))
		}
	}
	for _, tree := range trees {
		if tree["connect.yaml"] == nil {
			tree["connect.yaml"] = &fstest.MapFile{Data: []byte(hostileSpec)}
		}
	}
	return trees
}

func one(name, text string) fstest.MapFS { return with(fstest.MapFS{}, name, text) }

// with adds files, names and texts in turn; a text that begins with "-> " is a link.
func with(tree fstest.MapFS, files ...string) fstest.MapFS {
	for i := 0; i < len(files); i += 2 {
		if target, link := strings.CutPrefix(files[i+1], "-> "); link {
			tree[files[i]] = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
		} else {
			tree[files[i]] = &fstest.MapFile{Data: []byte(files[i+1]), Mode: 0o644}
		}
	}
	return tree
}

func many(n int, format string) fstest.MapFS {
	tree := fstest.MapFS{}
	empty := &fstest.MapFile{Mode: 0o644}
	for i := range n {
		tree[fmt.Sprintf(format, i)] = empty
	}
	return tree
}

// links has one in each of many folders, to the file at the top.
func links(n int) fstest.MapFS {
	tree := one("app/index.js", "")
	for i := range n {
		with(tree, fmt.Sprintf("app/%slink%d", strings.Repeat("d/", i), i), "-> "+strings.Repeat("../", i)+"index.js")
	}
	return tree
}

// distinct reads as many variables as there can be.
func distinct() fstest.MapFS {
	tree := fstest.MapFS{}
	for file := range 40 {
		var text strings.Builder
		for i := range 2000 {
			fmt.Fprintf(&text, "f(process.env.KEY_%d_%d);\n", file, i)
		}
		with(tree, fmt.Sprintf("app/f%d.js", file), text.String())
	}
	return tree
}

// It does not run beside other tests, whose memory it would count.
func TestHostileTrees(t *testing.T) { //nolint:paralleltest // it counts the memory of the process
	if raceDetector {
		t.Skip("takes minutes with the race detector, which has no goroutines to watch here")
	}
	engine := check.New(checks.All()...)
	for name, tree := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			result, err := engine.Run(ctx, tree, check.Options{})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			allocated := after.TotalAlloc - before.TotalAlloc
			t.Logf("%v, %d MiB, %d findings", took.Round(time.Millisecond), allocated>>20, len(result.Report.Findings))
			if err != nil {
				t.Fatalf("after %v: %v", took, err)
			}
			if allocated > mostMemory {
				t.Errorf("allocated %d MiB", allocated>>20)
			}
			checkResult(t, result)
		})
	}
}

// checkResult checks what holds for every tree.
func checkResult(t *testing.T, result check.Result) {
	t.Helper()
	found := result.Report.Findings
	if len(found) > mostFindings {
		t.Errorf("%d findings", len(found))
	}
	for _, f := range found {
		if f.Rule == "" || f.Message == "" || f.Help == "" || f.File == "" || f.Line < 0 || f.Column < 0 || (f.Line == 0) != (f.Column == 0) {
			t.Errorf("%+v", f)
		}
		if len(f.Message)+len(f.Snippet) > 4000 {
			t.Errorf("%d bytes of message, %d of snippet: %.200s", len(f.Message), len(f.Snippet), f.Message)
		}
	}
	text := report.Text(report.Subject{Path: "tree", Report: result.Report}, report.TextOptions{})
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) || strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a line that a terminal or CI would take for more than text: %.200q", line)
		}
	}
}
