package gitsource

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Nothing of the server reaches git: no environment and no open file, not even one
// that the server itself was started with.
func TestGitInheritsNothing(t *testing.T) {
	t.Setenv("GREENROOM_SECRET", "hunter2-canary")
	t.Setenv("GIT_TRACE", filepath.Join(t.TempDir(), "trace"))
	open, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	given := giveDescriptor(t)
	s := newSource(t, nil)
	sc, err := s.newScratch()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sc.remove() }()
	out, err := s.gitCommand(t.Context(), sc, nil, invocation{
		command: "-c",
		flags:   []string{"alias.probe=!cat /proc/self/environ; echo; for f in /proc/self/fd/*; do echo \"fd=${f##*/}\"; done", "probe"},
	}).Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "hunter2") || strings.Contains(string(out), "GIT_TRACE") {
		t.Errorf("git sees the environment of the server: %q", out)
	}
	var descriptors []string
	for line := range strings.Lines(string(out)) {
		if fd, ok := strings.CutPrefix(strings.TrimSpace(line), "fd="); ok {
			descriptors = append(descriptors, fd)
		}
	}
	// The shell itself opens the folder that it lists.
	if !slices.Equal(descriptors, []string{"0", "1", "2", "3"}) {
		t.Errorf("open descriptors %q; the test was given %d", descriptors, given)
	}
}

// giveDescriptor opens a file that is passed on to other programs, as one is that
// a supervisor has left open for the process that it starts.
func giveDescriptor(t *testing.T) int {
	t.Helper()
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	fd, err := syscall.Open(os.DevNull, syscall.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	return fd
}
