package gitsource

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/greenroom-registry/greenroom/internal/testkit/gitserver"
)

// Whoever observes hears of every conversation how it ended; how many there are
// can be asked at any time.
func TestObserve(t *testing.T) {
	t.Parallel()
	srv := gitserver.New(t)
	repo := srv.Repo(t, "tax.git")
	repo.Commit(t, map[string]string{"connect.yaml": connectYAML})
	repo.Tag(t, "v1")
	var mu sync.Mutex
	var got []Outcome
	s := newSource(t, srv, func(o *Options) {
		o.Slots, o.FileDeadline = 1, 20*time.Second
		o.Observe = func(f Fetch) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, f.Outcome)
			if f.Waited < 0 || (f.Outcome != Busy) != (f.Took > 0) {
				t.Errorf("observed %+v", f)
			}
		}
	})
	resolve := func(ctx context.Context, tag string) {
		_, err := s.Resolve(ctx, Request{Project: "p", URL: repo.URL, Tag: tag})
		t.Logf("resolve %s: %v", tag, err)
	}
	resolve(t.Context(), "v1")
	resolve(t.Context(), "v2")
	resolve(t.Context(), "-v") // no conversation is begun
	if _, err := s.File(t.Context(), Request{Project: "p", URL: repo.URL, Tag: "v1"}, "nowhere.yaml"); err == nil {
		t.Error("there is a file")
	}
	if load := s.Load(); load != (Load{Slots: 1}) {
		t.Errorf("at rest: %+v", load)
	}

	arrived := make(chan *http.Request, 1)
	srv.Intercept(gitserver.Stall(arrived))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		resolve(ctx, "v1")
	}()
	<-arrived
	if load := s.Load(); load != (Load{Slots: 1, InUse: 1}) {
		t.Errorf("while one is read: %+v", load)
	}
	late, cancelLate := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancelLate()
	resolve(late, "v1")
	cancel()
	<-ended
	if load := s.Load(); load != (Load{Slots: 1}) {
		t.Errorf("at rest again: %+v", load)
	}
	want := []Outcome{Fetched, Unreachable, Fetched, Busy, Cancelled}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}
