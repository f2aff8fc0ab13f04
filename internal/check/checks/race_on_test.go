//go:build race

package checks_test

// raceDetector is whether the race detector is on, under which a sync.Pool forgets
// on purpose: what package regexp keeps for its next match is allocated each time,
// so that a count of bytes says nothing about the checks.
const raceDetector = true
