package faults_test

import (
	"testing"
	"time"
)

// What was acknowledged survives kill -9, and what was not is there as a whole or
// not at all. The moment of the kill is chosen by acknowledgements, so that there
// is work under way.
func TestKill(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // a server that is killed cannot tidy up
	v, random := begin(t)
	d := newDriver(t)
	var slowest time.Duration
	for range fewOr(2, scale(10, 1000)) {
		d.start(t)
		load := d.begin(t, random, 8)
		d.awaitAcks(t, 1+random.IntN(60))
		d.server.Kill(t)
		load.wait()
		d.start(t)
		restarted := time.Now()
		if err := d.settle(t.Context()); err != nil {
			v.add(err.Error())
		}
		slowest = max(slowest, time.Since(restarted))
		v.add(d.verify(t, d.history.until(time.Time{}))...)
		v.iterations++
		d.server.Kill(t)
		if v.failed() {
			break
		}
	}
	requests, acknowledged, unanswered := d.history.count()
	v.print(t, "kill -9: %d requests, %d writes acknowledged, %d cut off, recovered within %d ms",
		requests, acknowledged, unanswered, slowest.Milliseconds())
}
