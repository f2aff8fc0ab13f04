package gitsource

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// limitMemory bounds how much memory the process may have, and each one that it
// starts from now on.
func limitMemory(p *os.Process, limit uint64) error {
	err := unix.Prlimit(p.Pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: limit, Max: limit}, nil)
	if err != nil {
		return fmt.Errorf("limit the memory of process %d: %w", p.Pid, err)
	}
	return nil
}
