// Package bench measures the server beside floors of the same run: what the
// machine does when it does nothing else. Rates say little on a shared machine;
// their ratio says what Greenroom adds.
package bench

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

const (
	rounds   = 3
	perRound = time.Second
)

// operation does one thing; worker tells those that run at once apart.
type operation func(worker int) error

// aloneAndCrowded compares them for one caller, and for as many as there are
// connections.
func aloneAndCrowded(b *testing.B, floor, subject operation) {
	b.Helper()
	for _, callers := range []int{1, connections} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) { compare(b, callers, floor, subject) })
	}
}

// compare runs floor and subject in turn, several rounds each, and reports the
// medians: rates, their ratio in percent, the subject's latency, and what an
// operation takes of the processors, client and all; that depends least on who else
// is on the machine.
func compare(b *testing.B, workers int, floor, subject operation) {
	b.Helper()
	var floors, subjects, floorCPU, subjectCPU []float64
	var latencies []time.Duration
	for b.Loop() {
		for range rounds {
			rate, cpu, _ := run(b, workers, floor)
			floors, floorCPU = append(floors, rate), append(floorCPU, cpu)
			rate, cpu, took := run(b, workers, subject)
			subjects, subjectCPU = append(subjects, rate), append(subjectCPU, cpu)
			latencies = append(latencies, took...)
		}
	}
	slices.Sort(latencies)
	b.ReportMetric(0, "ns/op") // one iteration holds all rounds
	b.ReportMetric(median(subjects), "op/s")
	b.ReportMetric(median(floors), "floor-op/s")
	b.ReportMetric(100*median(subjects)/median(floors), "%floor")
	b.ReportMetric(median(subjectCPU), "cpu-µs/op")
	b.ReportMetric(median(floorCPU), "floor-cpu-µs/op")
	b.ReportMetric(milliseconds(latencies[len(latencies)/2]), "p50-ms")
	b.ReportMetric(milliseconds(latencies[len(latencies)*99/100]), "p99-ms")
}

// run repeats op in each worker for one round. It returns how often a second it
// was done, what each took of the processors, in microseconds, and how long each
// took.
func run(b *testing.B, workers int, op operation) (perSecond, cpu float64, took []time.Duration) {
	b.Helper()
	var mu sync.Mutex
	var failed error
	var group sync.WaitGroup
	start, used := time.Now(), cpuTime()
	end := start.Add(perRound)
	for worker := range workers {
		group.Go(func() {
			var own []time.Duration
			var err error
			for err == nil && time.Now().Before(end) {
				begin := time.Now()
				err = op(worker)
				own = append(own, time.Since(begin))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, own...)
			if err != nil && failed == nil {
				failed = fmt.Errorf("worker %d: %w", worker, err)
			}
		})
	}
	group.Wait()
	if failed != nil {
		b.Fatal(failed)
	}
	n := float64(len(took))
	return n / time.Since(start).Seconds(), float64((cpuTime() - used).Microseconds()) / n, took
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
