package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

func TestMain(m *testing.M) { os.Exit(binary.Main(m)) }

var shellBlocks = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// The commands of the how-to about private repositories work as they stand.
func TestHowToPrivateRepositories(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the how-to needs sh, which is not here")
	}
	bin := t.TempDir()
	if err := os.Symlink(binary.Path(t), filepath.Join(bin, "greenroom")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../docs/howto/private-repositories.md")
	if err != nil {
		t.Fatal(err)
	}
	script := "set -eu\n"
	for _, block := range shellBlocks.FindAllStringSubmatch(string(text), -1) {
		script += block[1]
	}
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the how-to failed: %v\n%s", err, out)
	}
	for _, want := range []string{`"publicKey":"ssh-ed25519 `, `"kind":"https-token"`, "added 1\n", "git.example.com ssh-ed25519 "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the how-to did not print %q but\n%s", want, out)
		}
	}
}

// The commands of the how-to about backups work as they stand, beside a server.
func TestHowToBackup(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the how-to needs sh, which is not here")
	}
	bin, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	if err := os.Symlink(binary.Path(t), filepath.Join(bin, "greenroom")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../docs/howto/backup.md")
	if err != nil {
		t.Fatal(err)
	}
	script := "set -eu\n"
	for _, block := range shellBlocks.FindAllStringSubmatch(string(text), -1) {
		script += block[1]
	}
	binary.Dev(t, data)
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "DATA="+data, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the how-to failed: %v\n%s", err, out)
	}
	const held = "0 drafts, 0 Connectors, 0 runs, 1 client, 0 credentials"
	for _, want := range []string{"backed up to ", "restored to " + data + "-restored: " + held, "examined " + held + ": all is as it must be"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the how-to did not print %q but\n%s", want, out)
		}
	}
}

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
	if err := os.Symlink(binary.Path(t), filepath.Join(bin, "greenroom")); err != nil {
		t.Fatal(err)
	}
	path := bin + string(os.PathListSeparator) + os.Getenv("PATH")
	url := binary.Dev(t, t.TempDir()).URL

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
