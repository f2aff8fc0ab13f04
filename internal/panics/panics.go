// Package panics turns a panic into an error, so that one input that we stumble
// over does not end the work on all others.
package panics

import (
	"fmt"
	"runtime/debug"
)

// Error is a panic: a fault of ours, which the same input would meet again. Its
// text holds the stack, and is for the log alone.
type Error struct {
	Value any
	Stack []byte
}

func (e *Error) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Recover is to be deferred: it sets err to an *Error when the function panics.
func Recover(err *error) {
	if value := recover(); value != nil {
		*err = &Error{Value: value, Stack: debug.Stack()}
	}
}
