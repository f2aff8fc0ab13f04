package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/api"
)

// stages is a server whose one run is a stage further at each look at it.
type stages struct {
	mu   sync.Mutex
	left []string
}

// next is the run now; the last stage stays.
func (s *stages) next() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.left[0]
	if len(s.left) > 1 {
		s.left = s.left[1:]
	}
	return now
}

func (s *stages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/oauth/token":
		fmt.Fprint(w, `{"access_token": "t", "expires_in": 172800}`)
	case strings.HasSuffix(path, "/runs"):
		fmt.Fprint(w, `{"results": [{"id": "1", "kind": "publish", "state": "queued", "repository": {"url": "https://git.example/tax", "tag": "v1"}}]}`)
	case strings.HasSuffix(path, "/report"):
		fmt.Fprint(w, `{"findings": [{"rule": "a/b", "type": "Error", "message": "it is broken", "file": "connect.yaml"}]}`)
	case strings.HasSuffix(path, "/runs/1"):
		fmt.Fprintf(w, `{"id": "1", "draftId": "d", "kind": "publish", %s}`, s.next())
	default:
		http.NotFound(w, r)
	}
}

const (
	queued   = `"state": "queued"`
	running  = `"state": "running", "attempt": 1`
	fetching = `"state": "running", "attempt": 1, "steps": [{"name": "fetch", "milliseconds": 3}]`
	again    = `"state": "queued", "attempt": 1`
	checking = `"state": "running", "attempt": 2, "steps": [{"name": "fetch", "milliseconds": 3}, {"name": "check", "milliseconds": 1}]`
	failed   = `"state": "failed", "attempt": 2, "commit": "0123abcd", "steps": [{"name": "fetch", "milliseconds": 3}, {"name": "check", "milliseconds": 1, "failed": true}]`
)

// Whoever waits hears of each change once, and at last of the end.
func TestWait(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(&stages{left: []string{queued, queued, running, fetching, fetching, again, checking, failed}})
	defer s.Close()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"draft", "wait", "tax", "--url", s.URL}, streams{&out, &errs}); code != exitFound {
		t.Errorf("ended with %d", code)
	}
	wantErrs := "publish: queued\npublish: running\npublish: fetching\npublish: waiting for attempt 2\n" +
		"  fetch       3 ms\npublish: checking\n  check       1 ms, failed\n"
	if diff := cmp.Diff(wantErrs, errs.String()); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	for _, want := range []string{
		"publish of https://git.example/tax at v1: run 1\nconnect.yaml: it is broken\n",
		"\npublish failed at commit 0123abcd (1 error)\nreport: " + s.URL + "/x/v1/drafts/d/runs/1/report\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("printed\n%s\nwithout %q", &out, want)
		}
	}
}

// interrupts ends a context when something is written.
type interrupts struct {
	bytes.Buffer
	interrupt func()
}

func (w *interrupts) Write(p []byte) (int, error) {
	w.interrupt()
	return w.Buffer.Write(p)
}

// Who is tired of waiting is told that the run goes on.
func TestWaitInterrupted(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(&stages{left: []string{queued}})
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	errs := &interrupts{interrupt: cancel}
	code := run(ctx, []string{"draft", "wait", "tax", "--url", s.URL}, streams{&out, errs})
	want := "publish: queued\ngreenroom: stopped waiting; the run goes on: greenroom draft wait tax shows its end, greenroom draft cancel tax takes it back\n"
	if code != exitError || errs.String() != want {
		t.Errorf("ended with %d, printed %q, want %q", code, errs, want)
	}
}

// In a terminal there is one line, which is gone at the end, and those of the steps
// that have ended.
func TestProgressInATerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := newProgress(&out)
	if p.terminal {
		t.Error("a buffer is a terminal")
	}
	p.terminal = true
	for range 2 {
		p.tell(api.Run{Kind: "preview", State: "queued"})
	}
	p.tell(api.Run{Kind: "preview", State: "running", Attempt: 1, Steps: []api.RunStep{{Name: "fetch", Milliseconds: 3}, {Name: "wait"}}})
	p.end(api.Run{State: "running"})
	const line = "\r\x1b[Kpreview: queued, 0 s"
	if want := line + line + "\r\x1b[K" + "  fetch       3 ms\n\r\x1b[Kpreview: waiting for a check slot, 0 s" + "\r\x1b[K"; out.String() != want {
		t.Errorf("printed %q, want %q", &out, want)
	}
}
