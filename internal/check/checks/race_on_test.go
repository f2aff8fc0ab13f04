//go:build race

package checks_test

// raceDetector is whether the race detector is on, which slows the checks down tenfold.
const raceDetector = true
