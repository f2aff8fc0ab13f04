package faults_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

// failpointEnv makes the test's own binary a process that works one publish and is
// killed at the failpoint that it names.
const failpointEnv = "GREENROOM_FAULTS_POINT"

// The steps of a publish. Each can fail before it is done, or after.
var pipelineSteps = []string{
	"accept", // the transaction that starts the run
	"claim",  // a worker takes it
	"extend", // the heartbeat
	"fetch",  // the repository is read
	"finish", // the transaction that makes the Connector and ends the run
}

// failpoint is a step, a moment of it and what happens then, once.
type failpoint struct {
	step   string
	after  bool
	fault  string // kill, error or hang
	once   sync.Once
	struck chan struct{} // closed when it happens
}

func (f *failpoint) String() string {
	moment := "before"
	if f.after {
		moment = "after"
	}
	return f.fault + "/" + moment + "/" + f.step
}

// parseFailpoint reads what String wrote.
func parseFailpoint(text string) (*failpoint, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%q is no failpoint", text)
	}
	return &failpoint{fault: parts[0], after: parts[1] == "after", step: parts[2], struck: make(chan struct{})}, nil
}

var errPlanted = errors.New("the failpoint's error")

// around does a step with the failpoint before and after it.
func (f *failpoint) around(step string, do func() error) error {
	if err := f.hit(step, false); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return f.hit(step, true)
}

func (f *failpoint) hit(step string, after bool) (err error) {
	if step != f.step || after != f.after {
		return nil
	}
	f.once.Do(func() {
		close(f.struck)
		switch f.fault {
		case "kill":
			self, _ := os.FindProcess(os.Getpid()) // a process finds itself
			_ = self.Kill()
			select {}
		case "hang": // for longer than the lease, and deaf to contexts
			<-time.After(pastLease)
		case "error":
			err = errPlanted
		}
	})
	return err
}

// Wherever a publish is cut off, fails or hangs, it has one visible effect if it
// was accepted, none or one if nobody knows, and nothing is stuck.
func TestEveryStep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // a process that is killed cannot tidy up
	binary.Path(t)                  // built now, so that the time of no recovery has that in it
	v, _ := begin(t)
	faults := []string{"kill", "error", "hang"}[:fewOr(1, 3)]
	var mu sync.Mutex
	var slowest time.Duration
	t.Run("each", func(t *testing.T) {
		for _, fault := range faults {
			for _, step := range pipelineSteps {
				for _, after := range []bool{false, true} {
					f := &failpoint{step: step, after: after, fault: fault, struck: make(chan struct{})}
					t.Run(f.String(), func(t *testing.T) {
						t.Parallel()
						took, violations := f.try(t)
						mu.Lock()
						defer mu.Unlock()
						slowest = max(slowest, took)
						v.iterations++
						for _, text := range violations {
							v.add(f.String() + ": " + text)
						}
					})
				}
			}
		}
	})
	v.print(t, "%s before and after %s; recovered within %d ms",
		strings.Join(faults, ", "), strings.Join(pipelineSteps, ", "), slowest.Milliseconds())
}

// try works a publish with the failpoint, starts the real server on what is left,
// and returns how long it took until nothing was under way.
func (f *failpoint) try(t *testing.T) (time.Duration, []string) {
	t.Helper()
	d := newDriver(t)
	var operations []operation
	begun := time.Now()
	if f.fault == "kill" {
		operations = d.killed(t, f)
		begun = time.Now() // what counts is how long the next process takes
		d.start(t)
	} else {
		operations = d.survived(t, f)
	}
	var violations []string
	if f.fault != "kill" {
		if took := time.Since(begun); took > recovery {
			violations = append(violations, fmt.Sprintf("it took %s", took))
		}
		d.start(t)
	}
	if err := d.settle(t.Context()); err != nil {
		violations = append(violations, err.Error())
	}
	took := time.Since(begun)
	return took, append(violations, d.verify(t, operations)...)
}

// killed works a publish in a process that is killed at the failpoint.
func (d *driver) killed(t *testing.T, f *failpoint) (operations []operation) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), loadWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), failpointEnv+"="+f.String(), "GREENROOM_FAULTS_DATA="+d.data,
		"GREENROOM_FAULTS_URL="+d.repository.URL, "GREENROOM_FAULTS_TAG="+d.repository.Tag)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil || stderr.Len() > 0 {
		t.Fatalf("the process was not killed at %s: %v\n%s", f, err, stderr.String())
	}
	lines := json.NewDecoder(strings.NewReader(string(out)))
	for lines.More() {
		var o operation
		if err := lines.Decode(&o); err != nil {
			t.Fatal(err)
		}
		operations = append(operations, o)
	}
	return f.completed(operations)
}

// completed adds the publish when nothing is known of it.
func (f *failpoint) completed(operations []operation) []operation {
	if len(operations) == 1 {
		sent := operation{Kind: publish, Key: operations[0].Key, Sent: operations[0].Version, Mark: publishedAs}
		operations = append(operations, sent)
	}
	return operations
}

// runFailpoint is the process that is killed. It prints what was accepted.
func runFailpoint(text string) int {
	f, err := parseFailpoint(text)
	if err == nil {
		out := json.NewEncoder(os.Stdout)
		ctx, cancel := context.WithTimeout(context.Background(), loadWithin)
		defer cancel()
		err = workWith(ctx, f, pipelineOf{
			data:       os.Getenv("GREENROOM_FAULTS_DATA"),
			repository: api.Repository{URL: os.Getenv("GREENROOM_FAULTS_URL"), Tag: os.Getenv("GREENROOM_FAULTS_TAG")},
			accepted:   func(o operation) error { return out.Encode(o) },
		})
	}
	fmt.Fprintln(os.Stderr, "it was not killed:", err)
	return 1
}

// survived works a publish in this process, whose failpoint fails or hangs.
func (d *driver) survived(t *testing.T, f *failpoint) (operations []operation) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), loadWithin)
	defer cancel()
	err := workWith(ctx, f, pipelineOf{
		data: d.data, repository: d.repository, scratch: t.TempDir(),
		accepted: func(o operation) error { operations = append(operations, o); return nil },
	})
	if err != nil && !errors.Is(err, errPlanted) {
		t.Fatal(err)
	}
	select {
	case <-f.struck:
	default:
		t.Fatalf("the publish never came to %s", f)
	}
	return f.completed(operations)
}
