// The race detector takes most of the memory that it watches.
//go:build !race

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

const (
	largeFiles = 12_000
	// mostResident is what validate may take of memory at its peak, in KiB.
	mostResident = 128 << 10
)

// The largest repository that a laptop is likely to see, with a license that is
// compared with all known ones and code that each check reads, fits in 128 MB.
func TestValidateInLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes and judges 12,000 files")
	}
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary.Path(t), "validate", largeRepository(t))
	start := time.Now()
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) || !strings.Contains(string(out), "environment/undeclared") {
		t.Fatalf("%v\n%.2000s", err, out)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("the kernel does not tell what the process used")
	}
	t.Logf("%d files: %d MiB at the peak, %v", largeFiles, usage.Maxrss>>10, time.Since(start).Round(time.Second))
	if usage.Maxrss > mostResident {
		t.Errorf("%d MiB at the peak", usage.Maxrss>>10)
	}
}

func largeRepository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("connect.yaml", "deployAs:\n  - name: app\n    applicationType: service\n    endpoint: /app\n")
	write("LICENSE", strings.Repeat("Words of our own, which no license has.\n", 100))
	write("app/package.json", `{"name": "app", "scripts": {"start": "node index.js"}, "dependencies": {"express": "5.1.0"}}`)
	write("app/package-lock.json", "{}")
	line := "export const apiClient = createClient({ secret: process.env.API_SECRET, key: 17 });\n"
	for i := range largeFiles {
		write(fmt.Sprintf("app/src/m%02d/f%d.js", i%100, i), strings.Repeat(line, 15))
	}
	return root
}
