package faults_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/greenroom-registry/greenroom/internal/store/sqlstore"
	"github.com/greenroom-registry/greenroom/internal/testkit/binary"
)

// workEvery is how many cuts there are to one after which the server also works on:
// that takes longer than to look.
const workEvery = 10

// What was acknowledged survives the loss of power. Kill -9 cannot show that, for
// the system's cache survives it: here every write and sync is recorded, and the
// disk put together as it may have been at a moment, from what was synced by then
// and any part of the rest.
func TestPowerLoss(t *testing.T) {
	onlyOnDemand(t)
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is required: install it")
	}
	t.Setenv("TMPDIR", t.TempDir()) // a server that is killed cannot tidy up
	v, random := begin(t)
	d := newDriver(t)
	events := d.record(t, random, scale(250, 3000))
	disk := newDisk(d.data)
	moments := cuts(random, events, scale(200, 5000))
	for i, e := range events {
		if _, chosen := slices.BinarySearch(moments, i); chosen {
			v.add(d.powerLost(t, disk.image(random), e.at, v.iterations%workEvery == 0)...)
			v.iterations++
		}
		if v.failed() {
			break
		}
		disk.do(e)
	}
	_, acknowledged, _ := d.history.count()
	syncs := 0
	for _, e := range events {
		if e.op == diskSync {
			syncs++
		}
	}
	v.print(t, "power loss: %d writes acknowledged, %d events of the disk recorded, %d of them syncs", acknowledged, len(events), syncs)
}

// record runs clients against a server whose writes and syncs are recorded.
func (d *driver) record(t *testing.T, random *rand.Rand, acks int) []diskEvent {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close() //nolint:errcheck // it was read to its end
	type trace struct {
		events []diskEvent
		err    error
	}
	read := make(chan trace, 1)
	go func() {
		events, err := readTrace(out, d.data)
		read <- trace{events, err}
	}()
	d.attach(binary.DevUnder(t, traceWords, []*os.File{in}, d.data))
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	load := d.begin(t, random, 8)
	d.awaitAcks(t, acks)
	load.end()
	d.server.Kill(t)
	select {
	case got := <-read:
		if got.err != nil || len(got.events) == 0 {
			t.Fatalf("%d events recorded, %v", len(got.events), got.err)
		}
		return got.events
	case <-time.After(recovery):
		t.Fatalf("strace did not end within %s of the server", recovery)
		return nil
	}
}

// cuts chooses before which events the power is lost: half the time just after a
// sync, when an acknowledgement may rely on it.
func cuts(random *rand.Rand, events []diskEvent, n int) []int {
	var afterSync []int
	for i := range events {
		if i > 0 && events[i-1].op == diskSync {
			afterSync = append(afterSync, i)
		}
	}
	chosen := map[int]bool{}
	for len(chosen) < min(n, len(events)/2) {
		if at := random.IntN(len(events)); random.IntN(2) == 0 || len(afterSync) == 0 {
			chosen[at] = true
		} else {
			chosen[afterSync[at%len(afterSync)]] = true
		}
	}
	var out []int
	for at := range chosen {
		out = append(out, at)
	}
	slices.Sort(out)
	return out
}

// powerLost starts a server on the image of a disk and compares what it finds with
// what was acknowledged by that moment, and if it may work also what it makes of what
// was under way.
func (d *driver) powerLost(t *testing.T, image map[string][]byte, moment time.Time, work bool) (violations []string) {
	t.Helper()
	data := t.TempDir()
	for path, content := range image {
		if strings.HasSuffix(path, "-shm") {
			continue // memory that processes share
		}
		if err := os.WriteFile(filepath.Join(data, filepath.Base(path)), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found := &driver{data: data, repository: d.repository, history: d.history, known: map[string]int64{}, asleep: !work}
	if work {
		found.start(t)
		if err := found.settle(t.Context()); err != nil {
			violations = append(violations, err.Error())
		}
	} else {
		found.start(t, "--workers=0")
	}
	violations = append(violations, found.verify(t, d.history.until(moment))...)
	found.server.Kill(t)
	violations = append(violations, integrity(t, data)...)
	for i, text := range violations {
		violations[i] = fmt.Sprintf("power lost at %s: %s", moment.Format("15:04:05.000000"), text)
	}
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	return violations
}

// integrity is what SQLite itself finds wrong with the database.
func integrity(t *testing.T, data string) (violations []string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, sqlstore.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it was only read
	var result string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&result); err != nil {
		return []string{"integrity_check: " + err.Error()}
	}
	if result != "ok" {
		return []string{"integrity_check: " + result}
	}
	return nil
}
