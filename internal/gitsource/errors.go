package gitsource

import (
	"errors"
	"fmt"
)

var (
	// ErrNotReachable says that the repository or the tag cannot be read: it was
	// refused, timed out, is missing or forbidden. Users are told no more than
	// that, or the server would be a port scanner; the text of the error says why,
	// for the log, and never holds what git printed.
	ErrNotReachable = errors.New("repository with the tag is not reachable")
	// ErrTooLarge says that the file or the repository is larger than is read.
	ErrTooLarge = errors.New("too large")
	// ErrNotRegular says that the path is a symbolic link, a submodule or a folder.
	ErrNotRegular = errors.New("not a regular file")
	// ErrBusy says that no slot became free before the deadline, or that too many
	// wait for one already.
	ErrBusy = errors.New("too many repositories are being read")
)

// FileNotFoundError says that the commit has no such file.
type FileNotFoundError struct {
	Path   string
	Commit string
	// Siblings are the names at the root of the repository, at most 100.
	Siblings []string
}

func (e *FileNotFoundError) Error() string {
	return fmt.Sprintf("commit %s has no file %s", e.Commit, e.Path)
}

// unreachable is an ErrNotReachable with its reason.
type unreachable struct {
	reason    string
	transient bool
	cause     error // may be nil
}

func (e *unreachable) Error() string {
	return ErrNotReachable.Error() + ": " + e.reason
}

func (e *unreachable) Unwrap() []error {
	if e.cause == nil {
		return []error{ErrNotReachable}
	}
	return []error{ErrNotReachable, e.cause}
}

// Transient says whether the same request may succeed later without anyone
// changing the repository or the request: after a timeout, a failure of the name
// service or the remote server, a full disk, a lack of slots. What it does not
// know it takes for trouble of our own, and so for transient.
func Transient(err error) bool {
	var missing *FileNotFoundError
	var remote *unreachable
	switch {
	case err == nil, errors.As(err, &missing), errors.Is(err, ErrTooLarge), errors.Is(err, ErrNotRegular):
		return false
	case errors.As(err, &remote):
		return remote.transient
	default:
		return true
	}
}
