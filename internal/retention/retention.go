// Package retention removes the record of runs that ended long ago, a few at a
// time, so that nobody waits for it. What is evidence stays: see
// store.Runs.RemoveRuns.
package retention

import (
	"context"
	"log/slog"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const (
	// every is how often old runs are looked for.
	every = time.Hour
	// batch bounds one transaction, pause leaves the database to others after it.
	batch = 500
	pause = 100 * time.Millisecond
)

// Options configure the removal. All but Observe are required.
type Options struct {
	Runs store.Runs
	// Keep is how long runs are kept after they ended; 0: for ever.
	Keep time.Duration
	Now  func() time.Time
	Log  *slog.Logger
	// Observe is told how many runs were removed; nil: nobody is.
	Observe func(n int)
}

// Run removes what is old, at once and then again and again, until ctx ends.
func Run(ctx context.Context, o Options) {
	if o.Keep == 0 {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		n, err := pass(ctx, o)
		if n > 0 {
			o.Log.InfoContext(ctx, "old runs were removed", "runs", n, "keep", o.Keep.String())
		}
		if err != nil && ctx.Err() == nil {
			o.Log.WarnContext(ctx, "old runs were not removed; it is tried again in an hour", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pass looks at all old runs once.
func pass(ctx context.Context, o Options) (n int, err error) {
	before := o.Now().Add(-o.Keep)
	var place store.RunPlace
	for {
		removed, err := o.Runs.RemoveRuns(ctx, before, place, batch)
		if err != nil {
			return n, err
		}
		n += removed.N
		if o.Observe != nil {
			o.Observe(removed.N)
		}
		if removed.Done {
			return n, nil
		}
		place = removed.Last
		select {
		case <-ctx.Done():
			return n, ctx.Err()
		case <-time.After(pause):
		}
	}
}
