package faults_test

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

// A backup that is taken while clients write has all that was acknowledged before it
// began, nothing that was asked for after it ended, and no half of anything between.
func TestBackupUnderLoad(t *testing.T) {
	v, random := begin(t)
	d := newDriver(t)
	d.start(t)
	for range fewOr(1, scale(3, 50)) {
		load := d.begin(t, random, 8)
		d.awaitAcks(t, 20+random.IntN(60))
		file := filepath.Join(t.TempDir(), "backup.zip")
		began := time.Now()
		greenroom(t, "backup", file, "--data="+d.data)
		ended := time.Now()
		load.end()

		restored := &driver{data: filepath.Join(t.TempDir(), "data"), repository: d.repository, history: d.history, known: map[string]int64{}}
		greenroom(t, "restore", file, "--data="+restored.data)
		restored.start(t)
		if err := restored.settle(t.Context()); err != nil {
			v.add(err.Error())
		}
		v.add(restored.verify(t, d.history.between(began, ended))...)
		restored.server.Kill(t)
		v.iterations++
	}
	requests, acknowledged, _ := d.history.count()
	v.print(t, "backup under load: %d requests, %d writes acknowledged", requests, acknowledged)
}

// between is what is certain of a moment that lies between two: what was answered
// before the first, and what was sent before the second, of which nobody knows.
func (h *history) between(first, second time.Time) []operation {
	all := h.until(second)
	for i := range all {
		if o := &all[i]; o.Returned.After(first) {
			o.Status, o.Version, o.Found, o.Hash = 0, 0, "", ""
		}
	}
	return all
}

// greenroom runs a command of the binary.
func greenroom(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), binary.Path(t), args...).CombinedOutput(); err != nil {
		t.Fatalf("greenroom %v: %v\n%s", args, err, out)
	}
}
