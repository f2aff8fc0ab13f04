package gitsource

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// ownGroup makes the command's cancellation kill the processes that it started
// too: git leaves the conversation to processes of its own.
func ownGroup(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		taskkill := filepath.Join(os.Getenv("SystemRoot"), "System32", "taskkill.exe")
		tree := exec.Command(taskkill, "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
		return errors.Join(tree, cmd.Process.Kill())
	}
}

// keepDescriptors does nothing: on Windows a process is started with the handles
// that are listed for it, and no others.
func keepDescriptors() error { return nil }

// lockFolder locks the folder until the file is closed or the process ends, since
// Windows removes no file that is open. It returns an error when another holds
// the lock.
func lockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}
