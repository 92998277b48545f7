package metrics

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are those of a server.
type Metrics struct {
	Log      *Log
	Delivery *Delivery
	HTTP     *HTTP
	Live     *Live

	registry *prometheus.Registry
}

// New returns metrics that are all zero.
func New(version string) *Metrics {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "slotcast_build_info", Help: "Always 1; the labels say what runs.",
			ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
		}, func() float64 { return 1 }),
	)
	return &Metrics{Log: newLog(r), Delivery: newDelivery(r), HTTP: newHTTP(r), Live: newLive(r), registry: r}
}

// Pool adds the statistics of a pool of database connections. It is called once.
func (m *Metrics) Pool(db *sql.DB) {
	m.registry.MustRegister(collectors.NewDBStatsCollector(db, "slotcast"))
}

// Watch adds what read says. It is called once; read is called by one scrape at a
// time, with a context of two seconds, and at most every five seconds.
func (m *Metrics) Watch(read func(ctx context.Context) (Standing, error), logger *slog.Logger) {
	m.registry.MustRegister(newWatch(read, logger, time.Now))
}

// Handler serves the metrics to four scrapes at a time.
func (m *Metrics) Handler(logger *slog.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 4,
	})
}

// counters makes one counter for each value of a label.
func counters[V ~string](r prometheus.Registerer, name, help, label string, values ...V) map[V]prometheus.Counter {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	r.MustRegister(vec)
	out := make(map[V]prometheus.Counter, len(values))
	for _, v := range values {
		out[v] = vec.WithLabelValues(string(v))
	}
	return out
}

func counter(r prometheus.Registerer, name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	r.MustRegister(c)
	return c
}

func histogram(r prometheus.Registerer, name, help string, buckets ...float64) prometheus.Histogram {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
	r.MustRegister(h)
	return h
}
