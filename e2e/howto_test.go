package e2e

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var shellBlocks = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// Every line of the how-to runs as it stands, in one shell; only the address of
// the server is another.
func TestHowToFirstConnector(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the how-to needs %s, which is not here", tool)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	bin := t.TempDir()
	build := exec.CommandContext(ctx, "go", "build", "-o", bin, "../cmd/greenroom")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	path := bin + string(os.PathListSeparator) + os.Getenv("PATH")
	url := startDev(ctx, t, filepath.Join(bin, "greenroom"))

	text, err := os.ReadFile("../docs/howto/first-connector.md")
	if err != nil {
		t.Fatal(err)
	}
	script := "set -eu\n"
	for _, block := range shellBlocks.FindAllStringSubmatch(string(text), -1) {
		script += block[1]
	}
	const published = "http://127.0.0.1:8080"
	if strings.Count(script, published) != 1 {
		t.Fatalf("the how-to names %s %d times, want once", published, strings.Count(script, published))
	}
	cmd := exec.CommandContext(ctx, "sh")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+path)
	cmd.Stdin = strings.NewReader(strings.Replace(script, published, url, 1))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the how-to failed: %v\n%s", err, out)
	}
	for _, want := range []string{
		".: valid (1 application)",
		`application "hello-servce" has no folder of its name`,
		"exit code 1",
		`"applicationName":"hello-service"`,
		`"kind":"preview","state":"succeeded"`,
		`"kind":"publish","state":"succeeded"`,
		`"valid":true`,
		`"version":1,"name":"Hello"`,
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the how-to did not print %q", want)
		}
	}
	if t.Failed() {
		t.Logf("it printed:\n%s", out)
	}
}

// startDev starts greenroom dev on a free port and returns its address once it
// says that it listens.
func startDev(ctx context.Context, t *testing.T, binary string) string {
	t.Helper()
	// Cleanup stops it, after the test's own context has ended.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), binary, "dev", "--listen=127.0.0.1:0", "--data="+t.TempDir())
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // gone already: Wait says so
		if err := cmd.Wait(); err != nil {
			t.Errorf("greenroom dev: %v", err)
		}
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if url := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text()); url != "" {
			go func() { // what follows must not fill the pipe
				for lines.Scan() {
				}
			}()
			return url
		}
	}
	t.Fatal("greenroom dev said no address")
	return ""
}
