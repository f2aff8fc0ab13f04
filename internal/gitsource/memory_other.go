//go:build !linux

package gitsource

import "os"

// limitMemory does nothing: there is no way to bound the memory of a process that
// is running already. GIT_ALLOC_LIMIT bounds what it asks for at once.
func limitMemory(*os.Process, uint64) error { return nil }
