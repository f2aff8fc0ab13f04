package publish

import (
	"context"
	"fmt"
)

// slots bound how many trees are checked at once. Fetching waits for the network,
// checking for the processor: a worker that fetches needs no slot, and however many
// workers there are, those that check leave a processor to the API.
type slots chan struct{}

// free takes a slot if there is one.
func (s slots) free() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

// wait takes a slot as soon as there is one. It returns the context's error when
// ctx ends before.
func (s slots) wait(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a slot to check in: %w", ctx.Err())
	}
}

func (s slots) giveBack() { <-s }
