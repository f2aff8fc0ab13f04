package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// sample is one measurement.
type sample struct {
	took time.Duration
	// memory is the peak of what the process had in memory, in bytes; 0 where the
	// system does not tell.
	memory int64
}

// run measures a command from its start to its end. Exit code 1 is a verdict, not a
// failure.
func run(ctx context.Context, name string, args ...string) (sample, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = gitEnvironment()
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start)
	var ended *exec.ExitError
	if err != nil && (!errors.As(err, &ended) || ended.ExitCode() != 1) {
		return sample{}, fmt.Errorf("%s %v: %w: %s", name, args, err, out)
	}
	return sample{took: took, memory: peakMemory(cmd.ProcessState)}, nil
}

// tool runs a command that is not measured.
func tool(ctx context.Context, environment []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(cmd.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %v: %w: %s", name, args, err, out)
	}
	return string(out), nil
}
