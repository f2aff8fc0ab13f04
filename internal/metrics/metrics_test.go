package metrics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/httpapi"
	"github.com/greenroom-registry/greenroom/internal/publish"
	"github.com/greenroom-registry/greenroom/internal/store"
	"github.com/greenroom-registry/greenroom/internal/testkit/golden"
)

var now = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// used are metrics of which each was used once.
func used(backlog func(context.Context, time.Time) (store.Backlog, error)) *Metrics {
	m := New("v1.2.3")
	m.Watch(Watched{
		Load:     func() gitsource.Load { return gitsource.Load{Slots: 16, InUse: 3, Waiting: 2} },
		Backlog:  backlog,
		Writable: func(context.Context) error { return store.ErrUnwritable },
		Now:      func() time.Time { return now },
	})
	for _, a := range []httpapi.Answered{
		{Route: "/connectors/drafts/{ref}", Method: http.MethodGet, Status: 200, Took: 2 * time.Millisecond},
		{Route: "/x/v1/drafts/{ref}/runs/{run}/events", Method: http.MethodGet, Status: 200, Took: time.Minute, Stream: true},
		{Method: "BREW", Status: 404},
		{Method: "TEAPOT", Status: 404},
	} {
		m.RequestBegan()(a)
	}
	m.RequestBegan()
	m.StreamBegan()
	m.StreamBegan()()
	m.Attempt(publish.Attempt{
		Kind: store.RunPublish, Ending: publish.Passed, Took: time.Second,
		Steps: []api.RunStep{{Name: "fetch", Milliseconds: 20}, {Name: "check", Milliseconds: 4}},
	})
	m.RunsRemoved(3)
	m.Fetch(gitsource.Fetch{Outcome: gitsource.Fetched, Waited: time.Second, Took: time.Second})
	m.Fetch(gitsource.Fetch{Outcome: gitsource.Busy, Waited: time.Minute})
	m.Write(time.Millisecond, true)
	m.Write(time.Millisecond, false)
	return m
}

func waiting(context.Context, time.Time) (store.Backlog, error) {
	return store.Backlog{Due: 4, Oldest: now.Add(-90 * time.Second)}, nil
}

func TestValues(t *testing.T) {
	t.Parallel()
	want := `
		# HELP greenroom_build_info 1; the label says what runs.
		# TYPE greenroom_build_info gauge
		greenroom_build_info{version="v1.2.3"} 1
		# HELP greenroom_event_streams_open Streams of the events of runs that are open; over 256, requests for one are answered with 503.
		# TYPE greenroom_event_streams_open gauge
		greenroom_event_streams_open 1
		# HELP greenroom_fetch_slots Repositories that can be read at once.
		# TYPE greenroom_fetch_slots gauge
		greenroom_fetch_slots 16
		# HELP greenroom_fetch_slots_in_use Repositories that are being read.
		# TYPE greenroom_fetch_slots_in_use gauge
		greenroom_fetch_slots_in_use 3
		# HELP greenroom_fetches_waiting Conversations that wait for a slot.
		# TYPE greenroom_fetches_waiting gauge
		greenroom_fetches_waiting 2
		# HELP greenroom_http_requests_in_flight Requests that are being answered, streams of events too.
		# TYPE greenroom_http_requests_in_flight gauge
		greenroom_http_requests_in_flight 1
		# HELP greenroom_http_requests_total Requests that were answered.
		# TYPE greenroom_http_requests_total counter
		greenroom_http_requests_total{method="GET",route="/connectors/drafts/{ref}",status="200"} 1
		greenroom_http_requests_total{method="GET",route="/x/v1/drafts/{ref}/runs/{run}/events",status="200"} 1
		greenroom_http_requests_total{method="other",route="none",status="404"} 2
		# HELP greenroom_runs_due_oldest_age_seconds How long the run that has waited longest for a worker has done so; 0 when none waits.
		# TYPE greenroom_runs_due_oldest_age_seconds gauge
		greenroom_runs_due_oldest_age_seconds 90
	`
	err := testutil.GatherAndCompare(used(waiting).registry, strings.NewReader(want),
		"greenroom_build_info", "greenroom_event_streams_open", "greenroom_fetch_slots", "greenroom_fetch_slots_in_use", "greenroom_fetches_waiting",
		"greenroom_http_requests_in_flight", "greenroom_http_requests_total", "greenroom_runs_due_oldest_age_seconds")
	if err != nil {
		t.Error(err)
	}
	nobody := used(func(context.Context, time.Time) (store.Backlog, error) { return store.Backlog{}, nil })
	if err := testutil.GatherAndCompare(nobody.registry, strings.NewReader(`
		# HELP greenroom_runs_due_oldest_age_seconds How long the run that has waited longest for a worker has done so; 0 when none waits.
		# TYPE greenroom_runs_due_oldest_age_seconds gauge
		greenroom_runs_due_oldest_age_seconds 0
	`), "greenroom_runs_due_oldest_age_seconds"); err != nil {
		t.Error(err)
	}
}

// How long somebody listened to a stream says nothing of how fast answers are.
func TestStreamsHaveNoDuration(t *testing.T) {
	t.Parallel()
	// The routes of used that were no streams: one by its path, and two by none.
	if n := testutil.CollectAndCount(used(waiting).requestDuration); n != 2 {
		t.Errorf("%d durations, want 2", n)
	}
}

// What is documented is what is there, with those labels, and the other way round.
func TestDocumented(t *testing.T) {
	t.Parallel()
	m := used(waiting)
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	actual := map[string][]string{}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), namespace) {
			continue
		}
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		actual[f.GetName()+" "+strings.ToLower(f.GetType().String())] = labels
	}
	documented := map[string][]string{}
	for _, r := range m.rows {
		documented[r.name+" "+r.kind] = slices.Sorted(slices.Values(r.labels))
	}
	if diff := cmp.Diff(documented, actual); diff != "" {
		t.Errorf("metrics (-documented +actual):\n%s", diff)
	}
	problems, err := testutil.GatherAndLint(m.registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range slices.DeleteFunc(problems, func(p promlint.Problem) bool { return !strings.HasPrefix(p.Metric, namespace) }) {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// A database that does not answer hides no other metric.
func TestWithoutDatabase(t *testing.T) {
	t.Parallel()
	m := used(func(ctx context.Context, _ time.Time) (store.Backlog, error) {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("the scrape may wait for ever")
		}
		return store.Backlog{}, errors.New("the database is gone")
	})
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text := answer.Body.String()
	if answer.Code != http.StatusOK || !strings.Contains(text, "greenroom_fetch_slots 16") || strings.Contains(text, "greenroom_runs_due") {
		t.Errorf("answered %d:\n%s", answer.Code, text)
	}
	for _, library := range []string{"go_goroutines ", "process_start_time_seconds "} {
		if !strings.Contains(text, library) {
			t.Errorf("there is no %s", library)
		}
	}
}

func TestDocs(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "docs", "metrics.md")
	golden.Compare(t, file, used(waiting).Docs())
}
