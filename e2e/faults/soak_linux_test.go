package faults_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	// mostGrowth bounds what the line through the memory's samples gains over the
	// whole soak, in MiB. The garbage collector alone moves it by some.
	mostGrowth = 64
	// soakSamples are taken at equal distances, counted in requests.
	soakSamples = 100
	// soakWithin bounds the time between two samples.
	soakWithin = 2 * time.Minute
)

// A server that has answered many requests takes no more memory than one that has
// answered few.
func TestSoak(t *testing.T) {
	onlyOnDemand(t)
	v, random := begin(t)
	d := newDriver(t)
	d.start(t)
	every := scale(100, 1000)
	load := d.begin(t, random, 8)
	var resident []float64
	for n := range soakSamples {
		d.awaitRequests(t, (n+1)*every)
		resident = append(resident, mebibytes(t, d.server.PID()))
	}
	load.end()
	if err := d.settle(t.Context()); err != nil {
		v.add(err.Error())
	}
	v.add(d.verify(t, d.history.until(time.Time{}))...)
	warm := resident[soakSamples/4:] // until then caches fill
	growth := slope(warm) * float64(len(warm))
	if growth > mostGrowth {
		v.add(fmt.Sprintf("memory grew by %.1f MiB", growth))
	}
	d.server.Kill(t)
	requests, acknowledged, _ := d.history.count()
	v.iterations = requests
	v.print(t, "soak: %d writes acknowledged, resident %.1f MiB at first, %.1f MiB at last, the line through it gains %.1f MiB",
		acknowledged, warm[0], warm[len(warm)-1], growth)
}

// awaitRequests waits until there were n requests in all.
func (d *driver) awaitRequests(t *testing.T, n int) {
	t.Helper()
	deadline := time.After(soakWithin)
	for {
		if requests, _, _ := d.history.count(); requests >= n {
			return
		}
		select {
		case <-d.history.acked:
		case <-deadline:
			t.Fatalf("%d requests were not answered within %s", n, soakWithin)
		}
	}
}

// mebibytes is what a process has in memory.
func mebibytes(t *testing.T, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		t.Fatalf("statm is %q", text)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return float64(pages) * float64(os.Getpagesize()) / (1 << 20)
}

// slope is that of the line of least squares, per sample.
func slope(values []float64) float64 {
	n := float64(len(values))
	var sumX, sumY, sumXY, sumXX float64
	for i, y := range values {
		x := float64(i)
		sumX, sumY, sumXY, sumXX = sumX+x, sumY+y, sumXY+x*y, sumXX+x*x
	}
	return (n*sumXY - sumX*sumY) / (n*sumXX - sumX*sumX)
}
