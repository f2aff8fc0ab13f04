//go:build !race

package connectyaml_test

const raceDetector = false
