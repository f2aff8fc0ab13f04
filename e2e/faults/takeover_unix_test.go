//go:build unix

package faults_test

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

// A server that is told to stop, or that dies, while a worker waits for a repository
// leaves the run to the next one, which ends it with one Connector.
func TestRunsAreTakenOver(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *driver){
		"SIGTERM": func(t *testing.T, d *driver) {
			t.Helper()
			d.terminate(t)
		},
		"kill -9": func(t *testing.T, d *driver) {
			t.Helper()
			d.server.Kill(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			v, _ := begin(t)
			d := newDriver(t)
			d.start(t)
			if o := d.do(t.Context(), operation{Kind: create, Key: "taken-over"}); !o.acknowledged() {
				t.Fatalf("%+v", o)
			}
			goOn := stall(t, d.repository)
			if o := d.do(t.Context(), operation{Kind: publish, Key: "taken-over", Sent: 1}); !o.acknowledged() {
				t.Fatalf("%+v", o)
			}
			run := d.awaitRunning(t, "taken-over")
			end(t, d)
			goOn()
			d.start(t)
			restarted := time.Now()
			if err := d.settle(t.Context()); err != nil {
				v.add(err.Error())
			}
			took := time.Since(restarted)
			v.add(d.verify(t, d.answered())...)
			if after, err := d.runs(t.Context(), "taken-over"); err != nil || len(after) != 1 || after[0].ID != run.ID || after[0].Attempt != 2 {
				t.Errorf("the runs are %+v, error %v", after, err)
			}
			v.iterations++
			v.print(t, "%s while a repository stalls: ended within %d ms of the next start", name, took.Milliseconds())
		})
	}
}

// terminate tells the server to stop, which it must do well and in time.
func (d *driver) terminate(t *testing.T) {
	t.Helper()
	d.server.Signal(t, syscall.SIGTERM)
	select {
	case err := <-d.server.Ended():
		if err != nil {
			t.Errorf("the server did not end well: %v\n%s", err, d.server.Output())
		}
	case <-time.After(stopWithin):
		t.Fatalf("the server did not stop within %s", stopWithin)
	}
}

// awaitRunning waits until a worker has the draft's latest run.
func (d *driver) awaitRunning(t *testing.T, key string) api.Run {
	t.Helper()
	deadline := time.After(recovery)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		run, err := d.client.LatestRun(t.Context(), client.ByKey(key))
		if err != nil {
			t.Fatal(err)
		}
		if run.State == "running" {
			return run
		}
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("the run is %s after %s", run.State, recovery)
		}
	}
}

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
