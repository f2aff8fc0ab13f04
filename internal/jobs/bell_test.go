package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// Many rings before anyone waits are one, and rings before anyone listens none.
func TestBell(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBell()
		l := (&bellDriver{bell: b}).GetListener(&riverdriver.GetListenenerParams{Schema: "s"})
		if l.Schema() != "s" {
			t.Errorf("schema %q", l.Schema())
		}
		ctx, cancel := context.WithCancel(t.Context())
		heard := make(chan riverdriver.Notification, 10)
		end := make(chan error, 1)
		go func() {
			for {
				n, err := l.WaitForNotification(ctx)
				if err != nil {
					end <- err
					return
				}
				heard <- *n
			}
		}()
		requireRings := func(what string, want int) {
			t.Helper()
			synctest.Wait()
			if len(heard) != want {
				t.Errorf("%s: %d rings, want %d", what, len(heard), want)
			}
			for range len(heard) {
				if n := <-heard; n.Topic != insertTopic || n.Payload != insertPayload {
					t.Errorf("%s: %+v", what, n)
				}
			}
		}
		listen := func(on bool, topic string) {
			t.Helper()
			do := l.Unlisten
			if on {
				do = l.Listen
			}
			if err := do(ctx, topic); err != nil {
				t.Error(err)
			}
		}
		b.ring()
		requireRings("nobody listens", 0)
		listen(true, "river_control")
		b.ring()
		requireRings("to another topic", 0)
		listen(true, insertTopic)
		b.ring()
		requireRings("rung", 1)
		requireRings("not rung", 0)
		listen(false, insertTopic)
		b.ring()
		requireRings("nobody listens any more", 0)

		cancel()
		if err := <-end; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		listen(true, insertTopic)
		for range 3 {
			b.ring()
		}
		ctx = t.Context()
		if _, err := l.WaitForNotification(ctx); err != nil {
			t.Error(err)
		}
		done, cancel := context.WithCancel(ctx)
		cancel()
		if n, err := l.WaitForNotification(done); !errors.Is(err, context.Canceled) {
			t.Errorf("another ring: %v, %v", n, err)
		}
	})
}

// listenerCounter counts the listeners that River asks its driver for.
type listenerCounter struct {
	*bellDriver
	listeners int
}

func (c *listenerCounter) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	c.listeners++
	return c.bellDriver.GetListener(p)
}

// A bell has one listener: two would take each other's rings. River promises
// nothing of the kind.
func TestRiverHasOneListener(t *testing.T) {
	t.Parallel()
	for workers, want := range map[int]int{0: 0, 3: 1} {
		p := open(t, t.TempDir(), Options{Workers: workers})
		driver := &listenerCounter{bellDriver: &bellDriver{Driver: riversqlite.New(p.Queue()), bell: newBell()}}
		client, err := river.NewClient[*sql.Tx](driver, p.queue.config())
		if err != nil {
			t.Fatal(err)
		}
		if workers > 0 {
			if err := client.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := client.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if driver.listeners != want {
			t.Errorf("with %d workers, River has %d listeners", workers, driver.listeners)
		}
	}
}

// River tells of each of its steps; an operator is told of trouble only.
func TestQuietLog(t *testing.T) {
	t.Parallel()
	j := &journal{}
	for _, log := range []*slog.Logger{quiet(slog.New(j)), quiet(slog.New(j)).With("a", 1), quiet(slog.New(j)).WithGroup("g")} {
		j.errors = nil
		log.Debug("debug")
		log.Info("info")
		log.Warn("warning")
		log.Error("trouble")
		if lines := j.lines(); len(lines) != 1 || lines[0] != "trouble" {
			t.Errorf("logged %q", lines)
		}
	}
}

// BenchmarkBell measures a run from the beginning of its commit to the start of
// work on it.
func BenchmarkBell(b *testing.B) {
	w := newWorker()
	p := openWorking(b, b.TempDir(), w, Options{Workers: 2, SweepEvery: never})
	p.start(b)
	for b.Loop() {
		p.order(b, "run "+rand.Text())
		<-w.claimed
	}
}
