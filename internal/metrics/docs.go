package metrics

import (
	"fmt"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// namespace begins every name of ours.
const namespace = "greenroom"

// row is what the documentation says of a metric.
type row struct {
	name, kind, help string
	labels           []string
}

func (m *Metrics) document(name, kind, help string, labels []string) string {
	name = prometheus.BuildFQName(namespace, "", name)
	m.rows = append(m.rows, row{name, kind, help, labels})
	return name
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: m.document(name, "counter", help, labels), Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: m.document(name, "gauge", help, labels), Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) histogram(name, help string, bounds []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: m.document(name, "histogram", help, labels), Help: help, Buckets: bounds,
	}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) asked(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(m.document(name, "gauge", help, nil), help, nil, nil)
}

// Docs renders docs/metrics.md: every metric of ours, in Markdown, as they were
// made.
func (m *Metrics) Docs() string {
	var b strings.Builder
	b.WriteString(`# Metrics

<!-- Generated from the metrics: go test ./internal/metrics -update -->

What ` + "`/metrics`" + ` on the listener of ` + "`--admin-listen`" + ` tells Prometheus, beside what the
client library says of Go (` + "`go_…`" + `) and of the process (` + "`process_…`" + `). Times are in
seconds. No label has values that callers choose: ` + "`route`" + ` is a path of the API's route
table, such as ` + "`/connectors/drafts/{ref}`" + `, or ` + "`none`" + `; ` + "`method`" + ` one of HTTP's, or ` + "`other`" + `.

| metric | type | labels | what it is |
| --- | --- | --- | --- |
`)
	for _, r := range m.rows {
		labels := make([]string, len(r.labels))
		for i, l := range r.labels {
			labels[i] = "`" + l + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.name, r.kind, strings.Join(labels, ", "), r.help)
	}
	return b.String()
}
