package server_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// smallDisk is a folder on a file system of its own, of a few megabytes.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m")
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.ENODEV) {
		t.Skipf("NOT TESTED: a full disk under a server, since this user may not mount one: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// On a full disk writes are answered with 503, reads go on, and the server lives;
// when there is room again, it writes without a restart, and nothing that was
// acknowledged is lost.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	git := gitserver.New(t)
	o := options(t, git)
	o.DataDir = filepath.Join(disk, "data")
	r := start(t, o)
	release := repository(t, git)
	acknowledged := map[string]bool{}
	first := r.createdDraft(t, release)
	acknowledged[first.ID] = true
	r.requireHealth(t, `{"status":"ok"}`)

	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	refused := r.createUntilRefused(t, release, acknowledged)
	var answer *client.Error
	if !errors.As(refused, &answer) || answer.StatusCode != http.StatusServiceUnavailable || answer.Errors[0].Code != api.CodeGeneral {
		t.Fatalf("on a full disk: %v", refused)
	}
	r.requireHealth(t, `{"status":"read-only"}`)
	if got, err := r.client.Draft(t.Context(), client.ByID(first.ID)); err != nil || got.ID != first.ID {
		t.Errorf("read on a full disk: %v", err)
	}
	r.requireAll(t, acknowledged)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	again := r.createdDraft(t, release)
	acknowledged[again.ID] = true
	r.requireHealth(t, `{"status":"ok"}`)
	r.succeeds(t, r.publish(t, again), 1)
	r.requireAll(t, acknowledged)
	r.end(t)
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// createUntilRefused creates drafts until one is refused, and returns with what.
func (r *running) createUntilRefused(t *testing.T, release api.Repository, acknowledged map[string]bool) error {
	t.Helper()
	for i := range 1000 {
		d, err := r.client.CreateDraft(t.Context(), api.ConnectorStagedDraft{
			Name: fmt.Sprint("Tax ", i), Description: strings.Repeat("x", 2000), Creator: api.Creator{Email: "jane@example.com"}, Repository: release,
		})
		if err != nil {
			return err
		}
		acknowledged[d.ID] = true
	}
	t.Fatal("nothing was refused")
	return nil
}

// requireAll fails unless the drafts are those that were acknowledged.
func (r *running) requireAll(t *testing.T, acknowledged map[string]bool) {
	t.Helper()
	page, err := r.client.Drafts(t.Context(), client.List{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	if page.Total != len(acknowledged) || page.Count != page.Total {
		t.Errorf("%d drafts are there and %d counted, %d were acknowledged", page.Count, page.Total, len(acknowledged))
	}
	for _, d := range page.Results {
		if !acknowledged[d.ID] {
			t.Errorf("draft %s was not acknowledged", d.ID)
		}
	}
}

func (r *running) requireHealth(t *testing.T, want string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL()+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK || string(body) != want {
		t.Errorf("GET /healthz: %s %s, %v, want %s", res.Status, body, err, want)
	}
}
