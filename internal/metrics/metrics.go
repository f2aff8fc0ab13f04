// Package metrics counts what happens in a server, for Prometheus. It implements
// the observers of the packages where things happen; none of them knows it.
//
// No label has values that callers choose: there is no project, no path and no
// host among them.
package metrics

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/httpapi"
	"github.com/greenroom-registry/greenroom/internal/publish"
)

// Bounds of the histograms, in seconds: an answer takes from a fraction of a
// millisecond to the 30 s of its deadline, a fetch from some milliseconds to 60 s,
// a write a few milliseconds.
var (
	requestSeconds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	fetchSeconds   = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 40, 60}
	runSeconds     = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 180}
	writeSeconds   = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}
)

// Metrics is the state of all metrics of one server.
type Metrics struct {
	registry *prometheus.Registry
	rows     []row // in the order of docs/metrics.md

	inFlight        prometheus.Gauge
	requests        *prometheus.CounterVec
	requestDuration *prometheus.HistogramVec
	streams         prometheus.Gauge
	runs            *prometheus.CounterVec
	runDuration     *prometheus.HistogramVec
	stepDuration    *prometheus.HistogramVec
	runsRemoved     prometheus.Counter
	fetches         *prometheus.CounterVec
	fetchDuration   *prometheus.HistogramVec
	fetchWait       prometheus.Histogram
	writes          *prometheus.CounterVec
	writeDuration   prometheus.Histogram
}

// New returns metrics that say of the binary that it has the version. Watch adds
// those that are asked for rather than counted.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	m.gauge("build_info", "1; the label says what runs.", "version").WithLabelValues(version).Set(1)

	m.inFlight = m.gauge("http_requests_in_flight", "Requests that are being answered, streams of events too.").WithLabelValues()
	m.requests = m.counter("http_requests_total", "Requests that were answered.", "route", "method", "status")
	m.requestDuration = m.histogram("http_request_duration_seconds", "Time from a request's header to its answer, without streams of events.", requestSeconds, "route", "method")
	m.streams = m.gauge("event_streams_open", "Streams of the events of runs that are open; over 256, requests for one are answered with 503.").WithLabelValues()

	m.runs = m.counter("runs_total", "Attempts at runs, by what they ended with: passed and failed end the run with that verdict, cancelled without one; after retried and handed_back it is queued again; lost says that another worker had taken it over, broken that the database could not be written.", "kind", "outcome")
	m.runDuration = m.histogram("run_duration_seconds", "Time that a worker spent on an attempt.", runSeconds, "kind")
	m.stepDuration = m.histogram("run_step_duration_seconds", "Time that a step of an attempt took.", runSeconds, "step")
	m.runsRemoved = m.counter("runs_removed_total", "Runs that were removed since they had ended longer ago than --keep-runs.").WithLabelValues()

	m.fetches = m.counter("fetches_total", "Conversations with repositories, by how they ended: unreachable and too_large are the repository's, busy says that no slot became free in time, failed is trouble of the server.", "outcome")
	m.fetchDuration = m.histogram("fetch_duration_seconds", "Time that a conversation took once it had its slot.", fetchSeconds, "outcome")
	m.fetchWait = m.histogram("fetch_wait_seconds", "Time that a conversation waited for its slot.", fetchSeconds).WithLabelValues().(prometheus.Histogram)

	m.writes = m.counter("database_writes_total", "Write transactions, by how they ended: committed or rolled_back. A write that is refused, for a stale version say, is rolled back.", "outcome")
	m.writeDuration = m.histogram("database_write_duration_seconds", "Time that a write transaction took, with the wait for its turn.", writeSeconds).WithLabelValues().(prometheus.Histogram)
	return m
}

// Handler answers with all metrics in Prometheus's format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// methods are those that a label names; a caller may make up any other.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// RequestBegan counts a request, and its answer once the function is called.
func (m *Metrics) RequestBegan() func(httpapi.Answered) {
	m.inFlight.Inc()
	return func(a httpapi.Answered) {
		m.inFlight.Dec()
		route, method := a.Route, a.Method
		if route == "" {
			route = "none"
		}
		if !slices.Contains(methods, method) {
			method = "other"
		}
		m.requests.WithLabelValues(route, method, strconv.Itoa(a.Status)).Inc()
		if !a.Stream {
			m.requestDuration.WithLabelValues(route, method).Observe(a.Took.Seconds())
		}
	}
}

// StreamBegan counts a stream of events as open until the function is called.
func (m *Metrics) StreamBegan() func() {
	m.streams.Inc()
	return m.streams.Dec
}

// Attempt counts an attempt at a run.
func (m *Metrics) Attempt(a publish.Attempt) {
	m.runs.WithLabelValues(string(a.Kind), string(a.Ending)).Inc()
	m.runDuration.WithLabelValues(string(a.Kind)).Observe(a.Took.Seconds())
	for _, s := range a.Steps {
		m.stepDuration.WithLabelValues(s.Name).Observe(s.Milliseconds / 1000)
	}
}

// RunsRemoved counts runs that are kept no longer.
func (m *Metrics) RunsRemoved(n int) { m.runsRemoved.Add(float64(n)) }

// Fetch counts a conversation with a repository.
func (m *Metrics) Fetch(f gitsource.Fetch) {
	m.fetches.WithLabelValues(string(f.Outcome)).Inc()
	m.fetchWait.Observe(f.Waited.Seconds())
	if f.Took > 0 {
		m.fetchDuration.WithLabelValues(string(f.Outcome)).Observe(f.Took.Seconds())
	}
}

// Write counts a write of the database.
func (m *Metrics) Write(took time.Duration, committed bool) {
	outcome := "committed"
	if !committed {
		outcome = "rolled_back"
	}
	m.writes.WithLabelValues(outcome).Inc()
	m.writeDuration.Observe(took.Seconds())
}
