package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
)

// Paths are judged on all processors, and printed in the order in which they
// are named: here a slow one before fast ones, again and again.
func TestValidateKeepsTheOrder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var paths []string
	for i := range 300 {
		entries := 1
		if i%7 == 0 {
			entries = 2000
		}
		var text strings.Builder
		text.WriteString("deployAs: []\ninheritAs:\n  configuration:\n    standardConfiguration:\n")
		for e := range entries {
			fmt.Fprintf(&text, "      - {key: KEY_%d, description: x}\n", e)
		}
		path := filepath.Join(folder, fmt.Sprintf("%03d.yaml", i))
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	var out, errs bytes.Buffer
	args := append([]string{"validate", "--only", "spec", "--json"}, paths...)
	if got := run(context.Background(), args, streams{&out, &errs}); got != exitOK || errs.Len() > 0 {
		t.Fatalf("ended with %d: %s", got, &errs)
	}
	decoder := json.NewDecoder(&out)
	for _, want := range paths {
		var line struct {
			Path string `json:"path"`
			api.Report
		}
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Path != want || !line.Valid || line.Ruleset == "" || len(line.Findings) != 1 || line.Findings[0].File != want {
			t.Fatalf("after the paths before %s: %+v", want, line)
		}
	}
	if decoder.More() {
		t.Error("more lines than paths")
	}
}

// Results that cannot be yielded yet are few, however many items follow.
func TestInOrderIsBounded(t *testing.T) {
	t.Parallel()
	items := make([]int, 10_000)
	for i := range items {
		items[i] = i
	}
	var called, yielded atomic.Int64
	most := int64((ahead + 2) * runtime.GOMAXPROCS(0))
	next := 0
	for item, result := range inOrder(items, func(i int) int {
		if waiting := called.Add(1) - yielded.Load(); waiting > most+1 {
			t.Errorf("%d results wait", waiting)
		}
		return 2 * i
	}) {
		if item != next || result != 2*item {
			t.Fatalf("item %d with result %d, want item %d", item, result, next)
		}
		next++
		yielded.Add(1)
	}
	if next != len(items) {
		t.Errorf("%d items of %d", next, len(items))
	}
	for item := range inOrder(items, func(i int) int { return i }) {
		if item == 10 {
			break // ends the others too, or the test would leak them
		}
	}
}

// A file of a million keys is refused by its size: no more of it is read.
func TestValidateAMillionKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "connect.yaml")
	var text bytes.Buffer
	for i := range 1_000_000 {
		fmt.Fprintf(&text, "k%d: x\n", i)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if got := run(context.Background(), []string{"validate", path}, streams{&out, &errs}); got != exitFound || !strings.Contains(out.String(), "spec/file-too-large") {
		t.Errorf("ended with %d: %s%s", got, &out, &errs)
	}
}
