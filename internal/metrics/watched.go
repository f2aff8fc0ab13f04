package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/greenroom-registry/greenroom/internal/gitsource"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// askWithin bounds what one scrape asks of the database.
const askWithin = 2 * time.Second

// Watched is what is asked at each scrape.
type Watched struct {
	Load    func() gitsource.Load
	Backlog func(ctx context.Context, now time.Time) (store.Backlog, error)
	// Writable returns an error while the database cannot be written.
	Writable func(ctx context.Context) error
	Now      func() time.Time
}

// Watch adds what is asked. It must be called once, before the first scrape.
func (m *Metrics) Watch(w Watched) {
	m.registry.MustRegister(&watched{
		Watched:  w,
		slots:    m.asked("fetch_slots", "Repositories that can be read at once."),
		inUse:    m.asked("fetch_slots_in_use", "Repositories that are being read."),
		waiting:  m.asked("fetches_waiting", "Conversations that wait for a slot."),
		writable: m.asked("database_writable", "1, or 0 while writes fail since the disk is full, say, or read-only; reads go on."),
		due:      m.asked("runs_due", "Runs that wait for a worker. It is asked of the database, and absent while that does not answer."),
		oldest:   m.asked("runs_due_oldest_age_seconds", "How long the run that has waited longest for a worker has done so; 0 when none waits."),
	})
}

type watched struct {
	Watched
	slots, inUse, waiting, writable, due, oldest *prometheus.Desc
}

// Describe names the metrics.
func (w *watched) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{w.slots, w.inUse, w.waiting, w.writable, w.due, w.oldest} {
		ch <- d
	}
}

// Collect asks for them.
func (w *watched) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	load := w.Load()
	gauge(w.slots, float64(load.Slots))
	gauge(w.inUse, float64(load.InUse))
	gauge(w.waiting, float64(load.Waiting))

	ctx, cancel := context.WithTimeout(context.Background(), askWithin)
	defer cancel()
	writable := 1.0
	if w.Writable(ctx) != nil {
		writable = 0
	}
	gauge(w.writable, writable)
	now := w.Now()
	backlog, err := w.Backlog(ctx, now)
	if err != nil {
		return // the other metrics say what is wrong: they must come through
	}
	gauge(w.due, float64(backlog.Due))
	var age float64
	if backlog.Due > 0 {
		age = now.Sub(backlog.Oldest).Seconds()
	}
	gauge(w.oldest, age)
}
