package faults_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

// bug is a mistake that is built into a copy of the server, and who must notice.
type bug struct {
	name    string
	changes []change
	// caughtBy is the test that must fail, by a violation that holds the text says.
	caughtBy, says string
	linuxOnly      bool
}

// change replaces text in a source file, every time that it is there.
type change struct{ file, from, to string }

const (
	sqliteSource = "internal/store/sqlstore/sqlite.go"
	commitSource = "internal/store/sqlstore/commit.go"
	groupSource  = "internal/store/sqlstore/groupcommit.go"
	countSource  = "internal/store/sqlstore/counter.go"
	runSource    = "internal/store/sqlstore/run.go"
	updateSource = "internal/connector/update.go"
	locksSource  = "internal/connector/locks.go"
	serverSource = "internal/server/server.go"

	tokenHeld = "AND token = $2 AND state = 'running'"
)

var bugs = []bug{
	{
		name:     "no sync: commits are never synced",
		changes:  []change{{sqliteSource, `"synchronous(FULL)"`, `"synchronous(OFF)"`}},
		caughtBy: "TestPowerLoss", says: "lost: ", linuxOnly: true,
	},
	{
		name:     "late sync: commits are synced at checkpoints alone",
		changes:  []change{{sqliteSource, `"synchronous(FULL)"`, `"synchronous(NORMAL)"`}},
		caughtBy: "TestPowerLoss", says: "lost: ", linuxOnly: true,
	},
	{
		name:     "guard removed: an update does not look at the version that it replaces",
		changes:  []change{{commitSource, "WHERE id = $1 AND version = $2", "WHERE id = $1 AND $2 = $2"}},
		caughtBy: "TestLinear", says: "porcupine: no order explains the history",
	},
	{
		name: "early answer: a write is acknowledged before it is committed",
		changes: []change{
			{groupSource, "if err := tx.Commit(); err != nil {", "go tx.Commit()\n\tif err := error(nil); err != nil {"},
		},
		caughtBy: "TestLinear", says: "porcupine: no order explains the history",
	},
	{
		name: "token check removed: a worker writes although it lost its lease",
		changes: []change{
			{commitSource, "run.token = $5", "$5 = $5"},
			{commitSource, tokenHeld, "AND $2 = $2 AND state = 'running'"},
			{runSource, tokenHeld, "AND $2 = $2 AND state = 'running'"},
		},
		caughtBy: "TestLateWorker", says: "late write: ",
	},
	{
		name:     "counter skipped: removed drafts stay counted",
		changes:  []change{{countSource, "for _, c := range deltas {", "for _, c := range deltas {\n\t\tif c.N < 0 {\n\t\t\tcontinue\n\t\t}"}},
		caughtBy: "TestKill", says: "the list counts ",
	},
	{
		name:     "half a batch: the actions before one that is refused are kept",
		changes:  []change{{updateSource, "if err := a.Apply(d); err != nil {\n\t\t\treturn nil, err", "if err := a.Apply(d); err != nil {\n\t\t\tbreak"}},
		caughtBy: "TestKill", says: "a batch with an action that is not allowed was accepted",
	},
	{
		name:     "lock released early: a draft can be changed while it is published",
		changes:  []change{{locksSource, "case api.StatusProcessing:", `case "never":`}},
		caughtBy: "TestKill", says: "ended as cancelled",
	},
	{
		name:     "stop without a word: connections are closed while requests are on their way",
		changes:  []change{{serverSource, "<-time.After(part)", ""}},
		caughtBy: "TestTerminate", says: "was sent and not answered",
	},
}

const (
	// tries is how often a test may miss a bug that needs luck to be seen.
	tries = 3
	// catchWithin bounds one try.
	catchWithin = 3 * time.Minute
)

// Each of the tests here finds the bug that it is there for.
func TestCatchesBugs(t *testing.T) {
	onlyOnDemand(t)
	for _, b := range bugs {
		t.Run(strings.ReplaceAll(b.name[:strings.Index(b.name, ":")], " ", "-"), func(t *testing.T) {
			if b.linuxOnly && runtime.GOOS != "linux" {
				t.Skip("writes are recorded on Linux alone")
			}
			begun := time.Now()
			binary := b.build(t)
			built := time.Since(begun)
			for try := range tries {
				out := b.run(t, binary)
				if at := strings.Index(out, b.says); at >= 0 && strings.Contains(out, "violation: ") {
					t.Logf("%s finds it at try %d, %.1f s, built in %.1f s: %s",
						b.caughtBy, try+1, time.Since(begun).Seconds(), built.Seconds(), line(out, at))
					return
				}
				t.Logf("try %d missed it:\n%s", try+1, out)
			}
			t.Errorf("%s does not find the bug", b.caughtBy)
		})
	}
}

// line is the line of text that the index is in.
func line(text string, at int) string {
	begin := strings.LastIndexByte(text[:at], '\n') + 1
	end, _, _ := strings.Cut(text[at:], "\n")
	return strings.TrimSpace(text[begin:at] + end)
}

// build builds the server with the bug. The sources stay as they are.
func (b bug) build(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	changed := map[string]string{}
	for _, c := range b.changes {
		if _, ok := changed[c.file]; !ok {
			source, err := os.ReadFile(filepath.Join(root, c.file))
			if err != nil {
				t.Fatal(err)
			}
			changed[c.file] = string(source)
		}
		if !strings.Contains(changed[c.file], c.from) {
			t.Fatalf("%s has no %q any more: plant the bug where it is now", c.file, c.from)
		}
		changed[c.file] = strings.ReplaceAll(changed[c.file], c.from, c.to)
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for file, source := range changed {
		copied := filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(copied, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(root, file)] = copied
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	overlayFile, out := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "greenroom.exe")
	if err := os.WriteFile(overlayFile, list, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlayFile, "-o", out, "./cmd/greenroom")
	cmd.Dir = root
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build with the bug: %v\n%s", err, text)
	}
	return out
}

// run runs the test that must fail, against the server with the bug.
func (b bug) run(t *testing.T, binary string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.v", "-test.run=^"+b.caughtBy+"$", "-test.timeout="+catchWithin.String())
	cmd.Env = append(os.Environ(), "GREENROOM_BINARY="+binary, "GREENROOM_FAULTS=ci")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	return string(out)
}

// docs/faults.md lists them.
func TestDocs(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(`# The bugs that the fault tests find

<!-- Generated: go test ./e2e/faults -run TestDocs -update -->

A test that never fails says nothing. So each of these bugs is built into a copy of the
server, and the test beside it has to fail with a violation that says what is wrong:
` + "`make faults`" + ` does it, after the tests themselves.

| bug | planted in | caught by | which says |
| --- | --- | --- | --- |
`)
	for _, b := range bugs {
		var files []string
		for _, c := range b.changes {
			if name := "`" + filepath.Base(c.file) + "`"; len(files) == 0 || files[len(files)-1] != name {
				files = append(files, name)
			}
		}
		fmt.Fprintf(&text, "| %s | %s | `%s` | *%s…* |\n", b.name, strings.Join(files, ", "), b.caughtBy, strings.TrimRight(b.says, ": "))
	}
	golden.Compare(t, filepath.Join("..", "..", "docs", "faults.md"), text.String())
}
