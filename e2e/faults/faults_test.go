// Package faults_test breaks a running greenroom in every way that an operator's
// night can: kill -9, SIGTERM, a process that stands still, power loss, a step of
// the pipeline that fails or never ends, hosts that stall. A driver writes down
// what was asked and what was answered, and whatever is found afterwards must
// follow from that.
//
// GREENROOM_FAULTS is ci or long for more of everything; GREENROOM_FAULTS_SEED
// repeats a run's random choices, though not the machine's timing.
package faults_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

const (
	// recovery is how soon after a fault nothing may be left under way.
	recovery = 15 * time.Second
	// pastLease is longer than the lease of a run.
	pastLease = 11 * time.Second
)

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	if failpoint := os.Getenv(failpointEnv); failpoint != "" {
		return runFailpoint(failpoint)
	}
	return binary.Main(m)
}

// scale is how often something is done: in CI, and for as long as it takes before a
// release.
func scale(ci, long int) int {
	if os.Getenv("GREENROOM_FAULTS") == "long" {
		return long
	}
	return ci
}

// fewOr is few among all other tests, otherwise n.
func fewOr(few, n int) int {
	if onDemand() {
		return n
	}
	return few
}

// onlyOnDemand leaves out what is too slow to be among all other tests.
func onlyOnDemand(t *testing.T) {
	t.Helper()
	if !onDemand() {
		t.Skip("run it with make faults")
	}
}

func onDemand() bool { return os.Getenv("GREENROOM_FAULTS") != "" }

// verdict is the one line that a fault prints.
type verdict struct {
	seed       uint64
	begun      time.Time
	iterations int
	violations []string
}

// maxShown bounds how many violations are printed: the first ones say it.
const maxShown = 20

// begin makes a verdict with a seed, and what is chosen by it.
func begin(t *testing.T) (*verdict, *rand.Rand) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("GREENROOM_FAULTS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("GREENROOM_FAULTS_SEED: %v", err)
		}
	}
	return &verdict{seed: seed, begun: time.Now()}, rand.New(rand.NewPCG(seed, 0))
}

func (v *verdict) add(violations ...string) { v.violations = append(v.violations, violations...) }

// failed says whether there is a violation already: what follows it would only
// repeat it.
func (v *verdict) failed() bool { return len(v.violations) > 0 }

// print says what came of a fault, and fails the test for each violation.
func (v *verdict) print(t *testing.T, format string, args ...any) {
	t.Helper()
	for _, text := range v.violations[:min(len(v.violations), maxShown)] {
		t.Errorf("violation: %s", text)
	}
	t.Logf("seed %d, %d iterations, %d violations, %.1f s: %s",
		v.seed, v.iterations, len(v.violations), time.Since(v.begun).Seconds(), fmt.Sprintf(format, args...))
}
