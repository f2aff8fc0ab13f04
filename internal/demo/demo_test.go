package demo_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/greenroom-registry/greenroom/internal/demo"
	"github.com/greenroom-registry/greenroom/internal/demo/connectors"
)

const patience = time.Minute

// run shows the demo and checks that it leaves nothing behind.
func run(ctx context.Context, t *testing.T, out io.Writer, keep bool) error {
	t.Helper()
	err := demo.Run(ctx, demo.Options{Out: out, Keep: keep, Log: slog.New(slog.DiscardHandler)})
	left, readErr := os.ReadDir(os.TempDir())
	if readErr != nil {
		t.Error(readErr)
	}
	for _, entry := range left {
		t.Errorf("the demo left %s", entry.Name())
	}
	return err
}

// The transcript as a whole is in the README, and compared there.
func TestRun(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	if err := run(t.Context(), t, &out, false); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{
		"isPreviewable: true", "isPreviewable: false", "status: Published", "version 1 of tax-calculator in production",
		"Error layout/application-folder", "\n3 drafts, 3 previews, 1 production Connector.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	for _, c := range connectors.All() {
		if !strings.Contains(out.String(), "\n"+c.Title+"\n") {
			t.Errorf("the demo did not show %s", c.Title)
		}
	}
}

// With Keep the server stays up until it is told to stop.
func TestKeep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	out := &watched{stays: make(chan string, 1)}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, t, out, true) }()
	select {
	case url := <-out.stays:
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("the server that stays up: %v, %v", res, err)
		} else if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
	case err := <-ended:
		t.Fatalf("the demo ended with %v\n%s", err, &out.text)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}

// watched announces the server's address when it is said that it stays up.
type watched struct {
	text  bytes.Buffer
	stays chan string
}

func (w *watched) Write(p []byte) (int, error) {
	w.text.Write(p)
	if bytes.Contains(p, []byte("The server stays up.")) {
		w.stays <- regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(w.text.String())
	}
	return len(p), nil
}

// Who cannot be shown anything is told so.
func TestBrokenWriter(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if err := run(t.Context(), t, broken{}, false); !errors.Is(err, errBroken) {
		t.Errorf("the demo ended with %v", err)
	}
}

var errBroken = errors.New("nobody reads")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestCancelled(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := run(ctx, t, io.Discard, false); !errors.Is(err, context.Canceled) {
		t.Errorf("the demo ended with %v", err)
	}
}

// The same files make the same commit, on every machine.
func TestMakeRepository(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"connect.yaml":  {Data: []byte("deployAs: []\n")},
		"a/b c/ü\".txt": {Data: []byte("END\nno newline at the end")},
		"empty":         {},
	}
	var commits []string
	for _, name := range []string{"one.git", "other.git"} {
		dir := filepath.Join(t.TempDir(), name)
		made, err := demo.MakeRepository(t.Context(), dir, files, "v1.0.0")
		if err != nil {
			t.Fatal(err)
		}
		if made.Files != 3 || !strings.HasPrefix(made.URL, "file:///") || !strings.HasSuffix(made.URL, name) {
			t.Errorf("made %+v", made)
		}
		head, err := os.ReadFile(filepath.Join(dir, "refs", "heads", "main"))
		if err != nil {
			t.Fatal(err)
		}
		commits = append(commits, string(head))
	}
	if commits[0] != commits[1] {
		t.Errorf("the commits are %q", commits)
	}
	if _, err := demo.MakeRepository(t.Context(), filepath.Join(t.TempDir(), "x"), files, "no tag"); err == nil {
		t.Error("made a repository with a bad tag")
	}
}
