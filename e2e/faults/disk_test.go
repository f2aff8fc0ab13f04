package faults_test

import (
	"math/rand/v2"
	"time"
)

// diskEvent is something that a program did to a file.
type diskEvent struct {
	at   time.Time // when it was begun
	op   diskOp
	path string
	// offset and data are a write's; offset is the size to truncate to.
	offset int64
	data   []byte
}

type diskOp int

const (
	diskCreate diskOp = iota + 1
	diskWrite
	diskTruncate
	diskSync // of a file: its content; of the folder: which files there are
	diskUnlink
)

// sector is what a disk writes as a whole.
const sector = 512

// disk is what of a folder a disk holds for certain, and what it may hold.
type disk struct {
	folder string
	files  map[string]*diskFile
	// pending creates and unlinks have not been synced.
	pending []diskEvent
}

// diskFile is a file's content as it was last synced, and the writes since.
type diskFile struct {
	content []byte
	pending []diskEvent
}

func newDisk(folder string) *disk { return &disk{folder: folder, files: map[string]*diskFile{}} }

// do adds an event.
func (d *disk) do(e diskEvent) {
	f := d.files[e.path]
	switch {
	case e.op == diskCreate && f == nil:
		d.files[e.path] = &diskFile{}
		d.pending = append(d.pending, e)
	case e.op == diskUnlink && f != nil:
		d.pending = append(d.pending, e)
	case e.op == diskSync && e.path == d.folder:
		d.syncFolder()
	case f == nil || e.op == diskCreate: // opened, or not ours
	case e.op == diskSync:
		f.content, f.pending = written(f.content, f.pending), nil
	default:
		f.pending = append(f.pending, e)
	}
}

// syncFolder makes it final which files there are. One that was created is in files
// already: it could be written to.
func (d *disk) syncFolder() {
	for _, change := range d.pending {
		if change.op == diskUnlink {
			delete(d.files, change.path)
		}
	}
	d.pending = nil
}

// written is content after the events.
func written(content []byte, events []diskEvent) []byte {
	for _, e := range events {
		end := e.offset + int64(len(e.data))
		if grow := end - int64(len(content)); grow > 0 {
			content = append(content, make([]byte, grow)...)
		}
		if e.op == diskTruncate {
			content = content[:e.offset]
			continue
		}
		copy(content[e.offset:], e.data)
	}
	return content
}

// image is what may be found after the power was lost: all that was synced, and of
// the rest any part, for a disk keeps no order. Writes are cut between sectors.
func (d *disk) image(random *rand.Rand) map[string][]byte {
	out := map[string][]byte{}
	for path, f := range d.files {
		var kept []diskEvent
		for _, e := range f.pending {
			switch random.IntN(5) {
			case 0, 1:
				kept = append(kept, e)
			case 2:
				sectors := (len(e.data) + sector - 1) / sector
				e.data = e.data[:min(len(e.data), sector*random.IntN(sectors+1))]
				kept = append(kept, e)
			}
		}
		out[path] = written(append([]byte(nil), f.content...), kept)
	}
	for _, change := range d.pending {
		if random.IntN(2) == 0 {
			continue
		}
		// What was created may be lost; what was removed may be gone.
		delete(out, change.path)
	}
	return out
}
