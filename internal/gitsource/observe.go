package gitsource

import (
	"context"
	"errors"
	"time"
)

// Fetch is a conversation with a repository that is over.
type Fetch struct {
	Outcome Outcome
	// Waited is the time until there was a slot, Took the time from then on.
	Waited, Took time.Duration
}

// Outcome says how a conversation ended.
type Outcome string

// The outcomes. Unreachable and TooLarge are the repository's; Busy means that no
// slot became free; Failed is trouble of our own.
const (
	Fetched     Outcome = "fetched"
	Unreachable Outcome = "unreachable"
	TooLarge    Outcome = "too_large"
	Busy        Outcome = "busy"
	Cancelled   Outcome = "cancelled"
	Failed      Outcome = "failed"
)

// Load is how many repositories are being read.
type Load struct {
	// Slots is how many can be read at once, InUse how many are, Waiting how many
	// reads wait for a slot.
	Slots, InUse, Waiting int
}

// Load returns what is going on now.
func (s *Source) Load() Load {
	s.slots.mu.Lock()
	defer s.slots.mu.Unlock()
	return Load{Slots: s.slots.total, InUse: s.slots.total - s.slots.all.free, Waiting: len(s.slots.waiting)}
}

// timing times a conversation.
type timing struct {
	source      *Source
	start, slot time.Time
}

func (s *Source) timing() *timing { return &timing{source: s, start: time.Now()} }

func (t *timing) granted() { t.slot = time.Now() }

func (t *timing) ended(err error) {
	f := Fetch{Outcome: outcome(err)}
	if t.slot.IsZero() { // there never was one
		f.Waited = time.Since(t.start)
	} else {
		f.Waited, f.Took = t.slot.Sub(t.start), time.Since(t.slot)
	}
	t.source.observe(f)
}

func outcome(err error) Outcome {
	var missing *FileNotFoundError
	switch {
	case err == nil, errors.As(err, &missing), errors.Is(err, ErrNotRegular):
		return Fetched
	case errors.Is(err, ErrTooLarge):
		return TooLarge
	case errors.Is(err, ErrBusy):
		return Busy
	case errors.Is(err, context.Canceled):
		return Cancelled
	case errors.Is(err, ErrNotReachable):
		return Unreachable
	default:
		return Failed
	}
}
