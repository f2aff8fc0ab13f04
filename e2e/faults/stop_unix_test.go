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
	// otherLease is that of the worker that takes runs over.
	otherLease = 5 * time.Minute
	// stopped is how many publishes are under way when the server stands still: as
	// many as one project may fetch at once.
	stopped = 3
)

// A server that stands still for longer than the lease of its runs finishes them
// when it goes on, each once.
func TestStandStill(t *testing.T) {
	onlyOnDemand(t)
	t.Parallel()
	v, _ := begin(t)
	for range scale(1, 20) {
		d, git, runs := publishing(t)
		d.server.Signal(t, syscall.SIGSTOP)
		<-time.After(pastLease)
		git.open()
		d.server.Signal(t, syscall.SIGCONT)
		d.awaitAttempts(t, runs)
		if err := d.settle(t.Context()); err != nil {
			v.add(err.Error())
		}
		v.add(d.verify(t, d.history.until(time.Time{}))...)
		v.iterations++
	}
	v.print(t, "SIGSTOP for %s and SIGCONT, %d publishes under way each time", pastLease, stopped)
}

// A server that comes back late leaves alone what another worker has taken over,
// although its own work has succeeded.
func TestLateWorker(t *testing.T) {
	t.Parallel()
	v, _ := begin(t)
	for range fewOr(1, scale(3, 100)) {
		d, git, runs := publishing(t)
		d.server.Signal(t, syscall.SIGSTOP)
		other := d.takeOver(t, runs)
		git.open()
		d.server.Signal(t, syscall.SIGCONT)
		d.awaitAttempts(t, runs)
		v.add(other.stillHeld(t, runs)...)
		for _, run := range runs {
			if err := other.ReleaseRun(t.Context(), run, otherToken, time.Now()); err != nil {
				v.add(fmt.Sprintf("late write: %v", err))
			}
		}
		if err := d.settle(t.Context()); err != nil {
			v.add(err.Error())
		}
		v.add(d.verify(t, d.history.until(time.Time{}))...)
		v.iterations++
	}
	v.print(t, "SIGSTOP, another worker takes %d publishes over, SIGCONT", stopped)
}

// publishing is a server with publishes that wait for their repositories.
func publishing(t *testing.T) (*driver, *lab, []string) {
	t.Helper()
	d := newDriver(t)
	git := newLab(t, d.repository)
	d.repository = git.repository(d.repository)
	d.start(t, "--log-level=info")
	var drafts []operation
	for n := range stopped {
		drafts = append(drafts, d.do(t.Context(), operation{Kind: create, Key: fmt.Sprintf("draft-%d", n)}))
	}
	git.shut()
	var runs []string
	for _, o := range drafts {
		o = d.do(t.Context(), operation{Kind: publish, Key: o.Key, Sent: o.Version})
		if !o.acknowledged() {
			t.Fatalf("publish: %s", o.Trouble)
		}
		git.awaitArrival(t)
		run, err := d.client.LatestRun(t.Context(), client.ByKey(o.Key))
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, run.ID)
	}
	return d, git, runs
}

// awaitAttempts waits until an attempt at each of the runs is over.
func (d *driver) awaitAttempts(t *testing.T, runs []string) {
	t.Helper()
	for _, run := range runs {
		d.server.AwaitOutput(t, "msg=run run="+run, recovery)
	}
}

const otherToken = "another worker"

// second is a second worker on the database.
type second struct{ *sqlstore.Store }

// takeOver claims the runs as a worker does whose clock is past their leases.
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
		now := time.Now().Add(pastLease)
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
