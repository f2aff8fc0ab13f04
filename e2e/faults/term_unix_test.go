//go:build unix

package faults_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// stopWithin is how long a server may take to stop.
const stopWithin = 10 * time.Second

// A server that is told to stop answers what it has begun, refuses the rest before
// it is sent, and hands back the runs under way.
func TestTerminate(t *testing.T) {
	v, random := begin(t)
	d := newDriver(t)
	var slowest time.Duration
	for range fewOr(1, scale(5, 100)) {
		d.start(t)
		load := d.begin(t, random, 8)
		d.awaitAcks(t, 20+random.IntN(40))
		told := time.Now()
		d.terminate(t)
		slowest = max(slowest, time.Since(told))
		load.wait()
		if strings.Contains(d.server.Output(), "level=ERROR") {
			v.add("the server logged errors:\n" + d.server.Output())
		}
		v.add(d.broken(told)...)
		d.start(t)
		if err := d.settle(t.Context()); err != nil {
			v.add(err.Error())
		}
		v.add(d.verify(t, d.answered())...)
		v.iterations++
		d.server.Kill(t)
	}
	requests, acknowledged, _ := d.history.count()
	v.print(t, "SIGTERM: %d requests, %d writes acknowledged, stopped within %d ms",
		requests, acknowledged, slowest.Milliseconds())
}

// broken are the requests that were sent and not answered since a moment.
func (d *driver) broken(since time.Time) (violations []string) {
	for _, o := range d.history.until(time.Time{}) {
		if o.unanswered() && o.Written && o.Returned.After(since) {
			violations = append(violations, fmt.Sprintf("operation %d was sent and not answered: %s", o.N, o.Trouble))
		}
	}
	return violations
}

// answered is the history without what nobody answered: of that, nothing may have
// been done.
func (d *driver) answered() (all []operation) {
	for _, o := range d.history.until(time.Time{}) {
		if o.unanswered() {
			o.Status = -1 // refused by the system
		}
		all = append(all, o)
	}
	return all
}
