package connectyaml_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// largest is how much of a file is ever read.
const largest = 256 << 10

// hostile are files that try to take much time or memory, or to break the
// reader.
func hostile() map[string]string {
	fill := func(part string) string { return strings.Repeat(part, largest/len(part)) }
	bomb := "a0: &a0 [x]\n"
	for i := range 50 {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 90))
	}
	hollow := strings.ReplaceAll(bomb, "[x]", "[]")
	service := "deployAs:\n- name: service\n  applicationType: service\n  endpoint: /service\n"
	keys := service + "  configuration: &c\n    standardConfiguration:\n"
	for i := 0; len(keys) < largest-100; i++ {
		keys += fmt.Sprintf("    - {key: KEY_%d, description: x}\n", i)
	}
	shared := keys[:largest/2] + "}\n"
	shared = shared[:strings.LastIndex(shared, "    - ")]
	for i := range 99 {
		shared += fmt.Sprintf("- {name: s%d, applicationType: service, endpoint: /s, configuration: *c}\n", i)
	}
	return map[string]string{
		"nothing":                   "",
		"NUL":                       "\x00",
		"NULs":                      fill("\x00"),
		"NUL in a text":             strings.Replace(service, "service", "ser\x00vice", 1),
		"invalid UTF-8":             service + "# \xff\xfe\xc0\x80",
		"invalid from the start":    fill("\xff"),
		"UTF-16":                    "\xff\xfed\x00e\x00p\x00",
		"UTF-16 big endian":         "\xfe\xff\x00d\x00e",
		"byte order mark":           "\ufeff" + service,
		"byte order marks":          fill("\ufeff"),
		"lines of byte order marks": fill("\ufeff\n"),
		"escaped backslashes":       `a: "\\\\ud83d \ud83d\ude00 \\\\\ude00"`,
		"carriage returns":          fill("\r"),
		"control characters":        fill("\x01\x02\x85"),
		"private use":               "\ue000\ue001\x00: \ue000\x00",
		"line separators":           fill("a: b\u2028"),
		"bomb":                      bomb,
		"hollow bomb":               hollow,
		"cycle":                     "deployAs: &a [*a]",
		"cycle of two":              "&a deployAs: &b [&c {x: *b}, *c]",
		"cycle in a key":            "? &a [*a]\n: x",
		"merge into itself":         "%YAML 1.1\n---\n&a\n<<: *a\n",
		"merge of a cycle":          "%YAML 1.1\n---\na: &a\n  <<: &b {<<: *a}\n",
		"merges":                    "%YAML 1.1\n---\na0: &a0 {x: 1}\n" + merges(2000),
		"merge of nothing":          "%YAML 1.1\n---\n<<:\n",
		"brackets":                  fill("["),
		"braces":                    fill("{"),
		"braces with keys":          fill("{a: "),
		"dashes":                    fill("- "),
		"dashes in a column":        fill("-\n"),
		"question marks":            fill("? "),
		"colons":                    fill(": "),
		"colons and text":           fill("a: "),
		"deep indentation":          deep(700),
		"quotes":                    fill("'"),
		"double quotes":             fill(`"`),
		"open quote":                `"` + fill("x "),
		"open quote of lines":       `a: "` + fill("\n"),
		"backslashes":               `a: "` + fill(`\`),
		"surrogates":                `a: "` + strings.Repeat(`\ud83d\ude00`, 20_000) + `"`,
		"surrogates apart":          strings.Repeat(`- "\ud83d"`+"\n", 20_000),
		"stars":                     fill("*"),
		"aliases":                   "a: &a x\n" + strings.Repeat("- *a\n", 50_000),
		"aliases in brackets":       "a: &a x\nb: [" + strings.Repeat("*a,", 80_000) + "]",
		"aliases of nothing":        "a: &a []\nb: [" + strings.Repeat("*a,", 80_000) + "]",
		"aliases of hollows":        "a: &a [" + strings.Repeat("[],", 30_000) + "]\nb: [" + strings.Repeat("*a,", 30_000) + "]",
		"anchors":                   strings.Repeat("- &a x\n", 30_000),
		"anchors in brackets":       "[" + strings.Repeat("&a x,", 40_000) + "]",
		"anchors of nothing":        strings.Repeat("- &a:\n", 30_000),
		"anchored keys":             "{" + strings.Repeat("&a : x,", 30_000) + "}",
		"tags":                      fill("- !!str x\n"),
		"long tag":                  "a: !" + fill("x"),
		"comments":                  fill("# x\n"),
		"comment":                   "# " + fill("x"),
		"comments and keys":         keysAndComments(),
		"spaces":                    fill(" "),
		"tabs":                      fill("\t"),
		"lines":                     fill("\n"),
		"markers":                   fill("---\n"),
		"ends":                      fill("...\n"),
		"directives":                fill("%X\n"),
		"tag directives":            fill("%TAG !a! b\n"),
		"long key":                  fill("x") + ": y",
		"long keys":                 fill(strings.Repeat("x", 1000) + ": y\n"),
		"same keys":                 fill("a: b\n"),
		"many keys":                 manyKeys(20_000),
		"many keys in braces":       "{" + strings.Repeat("a: b,", 50_000) + "}",
		"many applications":         "deployAs: [" + strings.Repeat("{},", 80_000) + "]",
		"many items":                "deployAs: [" + strings.Repeat("x,", 120_000) + "]",
		"many lists":                "deployAs: [é, " + strings.Repeat("[],", 80_000) + "]",
		"many nothings":             "deployAs: [" + strings.Repeat("~,", 120_000) + "]",
		"many entries":              keys,
		"one configuration":         shared,
		"one description":           service + oneDescription(99),
		"long block":                "a: |\n" + fill("  x\n"),
		"long block of nothing":     "a: |\n" + fill("  \n"),
		"long folded block":         "a: >\n" + fill("  x\n"),
		"long plain":                "a:\n" + fill("  x\n"),
		"long name":                 "deployAs: [{applicationType: assets, name: " + strings.Repeat("é", 100_000) + "}]",
		"long endpoint":             "deployAs: [{name: ab, applicationType: service, endpoint: /" + strings.Repeat("a", 200_000) + "!}]",
		"long schedule":             "deployAs: [{name: ab, applicationType: job, endpoint: /a, properties: {schedule: '" + strings.Repeat("1,", 100_000) + "'}}]",
		"long number":               "a: " + fill("9"),
		"long sexagesimal":          "%YAML 1.1\n---\na: 1" + strings.Repeat(":59", 60_000),
		"open brackets of lines":    "a:\n  b: [" + fill("\nx,"),
		"bad bracket lines":         "a:\n" + fill("  b: [\nx]\n"),
		"bad quoted lines":          "a:\n" + fill("  b: 'x\nx'\n"),
	}
}

func oneDescription(n int) string {
	text := "  configuration:\n    standardConfiguration:\n    - {key: KEY, description: &d '" + strings.Repeat("x", largest/2) + "'}\n"
	for i := range n {
		text += fmt.Sprintf("    - {key: KEY_%d, description: *d}\n", i)
	}
	return text
}

func merges(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d: &a%d {<<: [*a%d, *a%d], k%d: 1}\n", i+1, i+1, i, i, i)
	}
	return b.String()
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "key%d: x\n", i)
	}
	return b.String()
}

func keysAndComments() string {
	var b strings.Builder
	for i := range 8_000 {
		fmt.Fprintf(&b, "# head\nkey%d: x # line\n# foot\n\n", i)
	}
	return b.String()
}

const (
	// patience is far above what any of the files takes, with the race detector on
	// a busy machine too: it is there to find what would never end.
	patience = time.Minute
	// mostMemory is what one file may have allocated, garbage included, in bytes:
	// more than twice what the worst of them takes. Counted without the race detector.
	mostMemory = 512 << 20
)

// It does not run beside other tests, whose memory it would count.
func TestHostileFiles(t *testing.T) { //nolint:paralleltest // it counts the memory of the process
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			spec, findings := connectyaml.Parse([]byte(text))
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if took > patience {
				t.Errorf("took %v", took)
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > mostMemory && !raceDetector {
				t.Errorf("allocated %d MiB", allocated>>20)
			}
			checkFindings(t, []byte(text), spec, findings)
		})
	}
}

// checkFindings checks what holds for every file.
func checkFindings(t *testing.T, data []byte, spec *connectyaml.Spec, findings []api.Finding) {
	t.Helper()
	lines := strings.Split(string(data), "\n")
	failed := false
	for i, f := range findings {
		failed = failed || f.Type == api.EntryError
		if f.Line < 1 || f.Line > len(lines) || f.Column < 1 || f.Column > utf8.RuneCountInString(lines[f.Line-1])+1 {
			t.Errorf("position %d:%d is not in the text: %+v", f.Line, f.Column, f)
		}
		if !strings.HasPrefix(f.Message, "[") || f.Help == "" || f.File != "connect.yaml" || len(f.Message)+len(f.Help) > 4000 || len(f.Application) > 1000 {
			t.Errorf("finding %+v", f)
		}
		if i > 0 && (f.Line < findings[i-1].Line || f.Line == findings[i-1].Line && f.Column < findings[i-1].Column) {
			t.Errorf("finding %d:%d comes too late", f.Line, f.Column)
		}
	}
	if failed != (spec == nil) {
		t.Errorf("there is an Error: %t, a Spec: %t", failed, spec != nil)
	}
	if len(findings) > 500 {
		t.Errorf("%d findings", len(findings))
	}
	if spec == nil {
		return
	}
	if wire, err := json.Marshal(spec.Configurations()); err != nil || len(wire) > 2<<20 {
		t.Errorf("the configurations are %d bytes of JSON, error %v", len(wire), err)
	}
	for _, c := range spec.Configurations() {
		if c.StandardConfiguration == nil || c.SecuredConfiguration == nil {
			t.Errorf("application %s has a nil list", c.ApplicationName)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range corpus(f) {
		f.Add(c.Data)
	}
	for _, c := range cases(f) {
		f.Add(c.data)
	}
	for _, text := range hostile() {
		if len(text) < 4<<10 {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > largest {
			return
		}
		spec, findings := connectyaml.Parse(data)
		checkFindings(t, data, spec, findings)
		again, same := connectyaml.Parse(data)
		if (again == nil) != (spec == nil) || render(same) != render(findings) {
			t.Error("another result the second time")
		}
	})
}

func BenchmarkParse(b *testing.B) {
	files := corpus(b)
	size := 0
	for _, c := range files {
		size += len(c.Data)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for _, c := range files {
			connectyaml.Parse(c.Data)
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "files/s")
}
