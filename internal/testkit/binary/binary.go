// Package binary builds the real greenroom and runs it for tests.
package binary

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	buildWithin = 5 * time.Minute
	startWithin = 30 * time.Second
	stopWithin  = 10 * time.Second

	command = "github.com/greenroom-registry/greenroom/cmd/greenroom"
)

// Path is the binary: the one that GREENROOM_BINARY names, or one that is built
// once for all tests of a package. Main must run those tests.
func Path(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("GREENROOM_BINARY"); path != "" {
		return path
	}
	path, err := build()
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

// folder is where the binary is built; it ends with the tests.
var folder string

// Main runs the tests of a package, for its TestMain.
func Main(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "greenroom-test-"); err != nil {
		fmt.Fprintln(os.Stderr, "make a folder for the binary:", err)
		return 1
	}
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		fmt.Fprintln(os.Stderr, "remove the folder of the binary:", err)
	}
	return code
}

var build = sync.OnceValues(func() (string, error) {
	if folder == "" {
		return "", errors.New("the package's TestMain does not call binary.Main")
	}
	path := filepath.Join(folder, "greenroom.exe") // Windows wants the ending, others do not mind
	if _, err := goTool("build", "-o", path, command); err != nil {
		return "", err
	}
	return path, lookAtSources()
})

// lookAtSources looks at each source file of the binary: `go test` repeats a
// cached result unless a file changed that the test itself has looked at.
func lookAtSources() error {
	const format = `{{if not .Standard}}{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}
{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}
{{end}}{{end}}`
	list, err := goTool("list", "-deps", "-f", format, command)
	if err != nil {
		return err
	}
	for path := range strings.Lines(list) {
		if _, err := os.Stat(strings.TrimSpace(path)); err != nil {
			return fmt.Errorf("look at the sources: %w", err)
		}
	}
	return nil
}

func goTool(args ...string) (string, error) {
	// Not a test's context: the tests share what is built.
	ctx, cancel := context.WithTimeout(context.Background(), buildWithin)
	defer cancel()
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out), nil
}

// Server is a greenroom that runs.
type Server struct {
	// URL is the base of its API.
	URL string

	cmd   *exec.Cmd
	ended chan error
	out   *output
}

// Dev starts `greenroom dev` on a free port with the database in data, and waits
// until it answers. It is told to stop when the test ends, and must stop well.
func Dev(tb testing.TB, data string, flags ...string) *Server {
	tb.Helper()
	return DevUnder(tb, nil, nil, data, flags...)
}

// DevUnder is Dev behind the words of a command that becomes the server, such as
// strace -D, and inherits the files from descriptor 3 on.
func DevUnder(tb testing.TB, words []string, files []*os.File, data string, flags ...string) *Server {
	tb.Helper()
	args := slices.Concat(words, []string{Path(tb), "dev", "--listen=127.0.0.1:0", "--data=" + data}, flags)
	s := &Server{ended: make(chan error, 1), out: &output{url: make(chan string, 1), more: make(chan struct{})}}
	// The test's context ends before its cleanup, which is to end it gently.
	s.cmd = exec.CommandContext(context.WithoutCancel(tb.Context()), args[0], args[1:]...)
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.ExtraFiles = s.out, s.out, files
	if err := s.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		s.ended <- s.cmd.Wait()
		close(s.ended)
	}()
	tb.Cleanup(func() { s.stop(tb) })
	select {
	case s.URL = <-s.out.url:
		s.mustBeReady(tb)
	case err := <-s.ended:
		tb.Fatalf("greenroom dev ended early: %v\n%s", err, s.out)
	case <-time.After(startWithin):
		tb.Fatalf("greenroom dev printed no address within %s\n%s", startWithin, s.out)
	}
	return s
}

// Kill ends the server at once, as kill -9 does, and returns when it is gone.
func (s *Server) Kill(tb testing.TB) {
	tb.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		tb.Fatalf("kill the server: %v", err)
	}
	if err := <-s.ended; err == nil {
		tb.Fatal("the server ended by itself before it was killed")
	}
}

// Signal sends the server a signal.
func (s *Server) Signal(tb testing.TB, signal os.Signal) {
	tb.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		tb.Fatalf("send the server %s: %v", signal, err)
	}
}

// PID is the id of the server's process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Ended is told how the server has ended, once.
func (s *Server) Ended() <-chan error { return s.ended }

// Output is what the server has printed so far.
func (s *Server) Output() string { return s.out.String() }

// AwaitOutput waits until the server has printed the text.
func (s *Server) AwaitOutput(tb testing.TB, text string, within time.Duration) {
	tb.Helper()
	deadline := time.After(within)
	for {
		more := s.out.changes()
		if strings.Contains(s.out.String(), text) {
			return
		}
		select {
		case <-more:
		case <-deadline:
			tb.Fatalf("greenroom dev did not print %q within %s\n%s", text, within, s.out)
		}
	}
}

func (s *Server) mustBeReady(tb testing.TB) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, s.URL+"/healthz", nil)
	if err != nil {
		tb.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatalf("greenroom dev: %v\n%s", err, s.out)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		tb.Fatalf("GET /healthz: %s, %v", res.Status, err)
	}
}

func (s *Server) stop(tb testing.TB) {
	tb.Helper()
	_ = s.cmd.Process.Signal(os.Interrupt) // fails when it has ended, and then ended says how
	select {
	case err := <-s.ended: // nil too when Kill has heard of the end
		if err != nil {
			tb.Errorf("greenroom dev did not end well: %v", err)
		}
	case <-time.After(stopWithin):
		_ = s.cmd.Process.Kill()
		tb.Errorf("greenroom dev did not end within %s of an interrupt", stopWithin)
	}
	if tb.Failed() {
		tb.Logf("greenroom dev printed:\n%s", s.out)
	}
}

// output keeps what the server prints, and announces the first address in it.
type output struct {
	url chan string

	mu        sync.Mutex
	text      bytes.Buffer
	announced bool
	// more is closed and replaced at each write.
	more chan struct{}
}

// ownURL ends where something follows the port, so that half a number is none.
var ownURL = regexp.MustCompile(`(http://127\.0\.0\.1:\d+)\D`)

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	close(o.more)
	o.more = make(chan struct{})
	if found := ownURL.FindSubmatch(o.text.Bytes()); found != nil && !o.announced {
		o.announced = true
		o.url <- string(found[1])
	}
	return len(p), nil
}

func (o *output) changes() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.more
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
