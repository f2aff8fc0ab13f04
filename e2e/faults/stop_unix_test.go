//go:build unix

package faults_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/client"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
)

const (
	// pastLease is longer than the lease of a run.
	pastLease = 11 * time.Second
	// otherLease is that of the worker that takes runs over.
	otherLease = 5 * time.Minute
	stopped    = 6 // drafts whose publish is under way when the server stands still
)

// A server that stands still for longer than the lease of its runs comes back
// late. What nobody has taken meanwhile it finishes, once; what another worker has
// taken it leaves alone.
func TestStandStill(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // a server that is killed cannot tidy up
	v, _ := begin(t)
	for range scale(1, 1, 20) {
		standStill(t, v)
		v.iterations++
	}
	v.print(t, "SIGSTOP for %s and SIGCONT: %d publishes under way each time, half of them taken over meanwhile", pastLease, stopped)
}

func standStill(t *testing.T, v *verdict) {
	t.Helper()
	d := newDriver(t)
	git := newLab(t, d.repository)
	d.repository = git.repository(d.repository)
	d.start(t, "--workers=16", "--log-level=info")
	var drafts []operation
	for n := range stopped {
		drafts = append(drafts, d.do(t.Context(), operation{Kind: create, Key: fmt.Sprintf("draft-%d", n)}))
	}
	open := git.shut()
	defer open()
	var runs []string
	for _, o := range drafts {
		o = d.do(t.Context(), operation{Kind: publish, Key: o.Key, Sent: o.Version})
		if !o.acknowledged() {
			t.Fatalf("publish: %s", o.Trouble)
		}
		<-git.arrived
		run, err := d.client.LatestRun(t.Context(), client.ByKey(o.Key))
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run.ID)
	}
	d.server.Signal(t, syscall.SIGSTOP)
	<-time.After(pastLease)
	taken := runs[:stopped/2]
	other := d.takeOver(t, taken)
	d.server.Signal(t, syscall.SIGCONT)
	open()
	for _, run := range runs {
		d.server.AwaitOutput(t, "msg=run run="+run, recovery)
	}
	v.add(other.stillHeld(t, taken)...)
	for _, run := range taken {
		if err := other.ReleaseRun(t.Context(), run, otherToken, time.Now()); err != nil {
			v.add(fmt.Sprintf("late write: %v", err))
		}
	}
	if err := d.settle(t.Context()); err != nil {
		v.add(err.Error())
	}
	v.add(d.verify(t, d.history.until(time.Time{}))...)
}

const otherToken = "another worker"

// second is a second worker on the database.
type second struct{ *sqlstore.Store }

// takeOver claims the runs, whose leases are over. The server may stand still in
// the middle of a write, which keeps everyone else from writing: then it is let go
// on for a moment.
func (d *driver) takeOver(t *testing.T, runs []string) second {
	t.Helper()
	s, err := sqlstore.OpenSQLite(t.Context(), d.data, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, run := range runs {
		now := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), pastLease)
		claimed, err := s.ClaimRun(ctx, run, store.Claim{Token: otherToken, Now: now, Until: now.Add(otherLease)})
		cancel()
		if err != nil || claimed.Attempt != 2 {
			t.Fatalf("take over: attempt %d, %v", claimed.Attempt, err)
		}
	}
	return second{s}
}

// stillHeld says which runs were written although another worker holds them.
func (s second) stillHeld(t *testing.T, runs []string) (violations []string) {
	t.Helper()
	for _, id := range runs {
		run, err := s.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if run.State != store.RunRunning || run.Token != otherToken || time.Until(run.DueAt) < otherLease/2 {
			violations = append(violations, fmt.Sprintf("late write: run %s is %s, held by %q until %s", id, run.State, run.Token, run.DueAt))
		}
		row, err := s.Draft(t.Context(), store.Ref{ID: run.DraftID})
		if err != nil {
			t.Fatal(err)
		}
		if row.Status != api.StatusProcessing {
			violations = append(violations, fmt.Sprintf("late write: draft %s is %s", row.Key, row.Status))
		}
	}
	return violations
}
