//go:build unix

package kill_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
)

// stall makes everyone who reads the repository wait, as a Git server does that
// answers no more; the function that it returns ends that.
func stall(t *testing.T, repository api.Repository) (goOn func()) {
	t.Helper()
	// Git opens the file of packed references whatever it is asked, and a pipe that
	// nobody writes to cannot be opened.
	pipe := filepath.Join(strings.TrimPrefix(repository.URL, "file://"), "packed-refs")
	if out, err := exec.CommandContext(t.Context(), "git", "-C", filepath.Dir(pipe), "pack-refs", "--all").CombinedOutput(); err != nil {
		t.Fatalf("git pack-refs: %v\n%s", err, out)
	}
	if err := os.Rename(pipe, pipe+".aside"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		// Whoever still waits for the pipe reads an empty file, and ends.
		end, err := os.OpenFile(pipe, os.O_RDWR|syscall.O_NONBLOCK, 0)
		if err == nil {
			err = errors.Join(os.Rename(pipe+".aside", pipe), end.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// running waits until a worker has the run.
func (h *harness) running(t *testing.T, ref client.Ref, run string) {
	t.Helper()
	deadline := time.After(recovery)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		r, err := h.client.Run(t.Context(), ref, run)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == "running" {
			return
		}
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("the run is %s after %s", r.State, recovery)
		}
	}
}

// A server that is told to stop, or that dies, while a worker waits for a repository
// leaves the run to the next one, which ends it with one Connector.
func TestRunsAreTakenOver(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *harness){
		"SIGTERM": func(t *testing.T, h *harness) {
			t.Helper()
			t.Logf("it ended within %d ms of SIGTERM", h.server.Terminate(t).Milliseconds())
		},
		"kill -9": func(t *testing.T, h *harness) {
			t.Helper()
			h.server.Kill(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &harness{data: t.TempDir(), repository: repository(t), acknowledged: map[client.Ref]bool{}}
			h.start(t)
			ref := h.create(t, "draft")
			goOn := stall(t, h.repository)
			if _, err := h.client.UpdateDraft(t.Context(), ref, 1, api.Publish(false)); err != nil {
				t.Fatal(err)
			}
			d := &draft{ref: ref, sent: 1, accepted: 1}
			h.drafts = append(h.drafts, d)
			run := h.runs(t.Context(), t, d)[0]
			h.running(t, ref, run.ID)
			end(t, h)
			goOn()
			h.start(t)
			h.recover(t)
			if after := h.runs(t.Context(), t, d); len(after) != 1 || after[0].ID != run.ID || after[0].Attempt != 2 {
				t.Errorf("the runs are %+v", after)
			}
			t.Logf("ended within %d ms of the next start", h.slowest.Milliseconds())
			h.examine(t)
		})
	}
}
