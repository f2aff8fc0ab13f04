package check_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/greenroom-registry/greenroom/internal/check"
)

func TestReadBounded(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"a": {Data: []byte("four")}}
	if data, whole, err := check.ReadBounded(tree, "a", 4); string(data) != "four" || !whole || err != nil {
		t.Errorf("up to the limit: %q, %t, %v", data, whole, err)
	}
	if data, whole, err := check.ReadBounded(tree, "a", 3); data != nil || whole || err != nil {
		t.Errorf("beyond the limit: %q, %t, %v", data, whole, err)
	}
	if _, _, err := check.ReadBounded(tree, "b", 3); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// A tree of Git refuses to read files that are too large for it; they are not whole,
// and no trouble.
func TestReadBoundedAsksForNoLargeFile(t *testing.T) {
	t.Parallel()
	tree := unreadable{fstest.MapFS{"a": {Data: []byte("four")}}}
	if data, whole, err := check.ReadBounded(tree, "a", 3); data != nil || whole || err != nil {
		t.Errorf("%q, %t, %v", data, whole, err)
	}
	if _, _, err := check.ReadBounded(tree, "a", 4); !errors.Is(err, errUnreadable) {
		t.Errorf("up to the limit: %v", err)
	}
}

var errUnreadable = errors.New("too large")

// unreadable is a tree whose files cannot be read.
type unreadable struct{ fs.FS }

func (t unreadable) Open(name string) (fs.File, error) {
	f, err := t.FS.Open(name)
	return unreadableFile{f}, err
}

type unreadableFile struct{ fs.File }

func (unreadableFile) Read([]byte) (int, error) { return 0, errUnreadable }
