package main

import (
	"strings"
	"testing"
)

// A stranger's text moves no cursor and sets no title.
func TestShowIsHarmless(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	text := func() string { return "a\x1b[2J\x07\u009b1mb\r\n\tc\n" }
	if err := (shown{}).show(&out, nil, text); err != nil {
		t.Fatal(err)
	}
	if want := "a\ufffd[2J\ufffd\ufffd1mb\ufffd\n\tc\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}
