package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Lag is how far what is in one state is behind the log: the one that is furthest.
type Lag struct {
	Events  int64
	Seconds float64
}

// Standing is what the database knows, and each process tells alike.
type Standing struct {
	Head     int64          // events in the log since its beginning
	Webhooks map[string]int // by state, as they are called in the API
	// Lag is that of the webhooks that follow the log together ("live"), and of those
	// that are behind and go through it by themselves: "lagging", "paused", "broken".
	Live, Lagging, Paused, Broken Lag
}

const (
	fresh    = 5 * time.Second // how long an answer serves
	patience = 2 * time.Second // for one
)

// watch asks for what the database knows, and collects it.
type watch struct {
	read   func(ctx context.Context) (Standing, error)
	logger *slog.Logger
	now    func() time.Time

	head, webhooks, lagEvents, lagSeconds *prometheus.Desc

	failures prometheus.Counter
	mu       sync.Mutex
	asked    time.Time
	last     Standing
	err      error
}

func newWatch(read func(ctx context.Context) (Standing, error), logger *slog.Logger, now func() time.Time) *watch {
	return &watch{
		read: read, logger: logger, now: now,
		head:       prometheus.NewDesc("slotcast_log_head_events", "Events in the log since its beginning.", nil, nil),
		webhooks:   prometheus.NewDesc("slotcast_webhooks", "Webhooks by state.", []string{"state"}, nil),
		lagEvents:  prometheus.NewDesc("slotcast_delivery_lag_events", "Events of the shard that the furthest webhook in this state is behind.", []string{"state"}, nil),
		lagSeconds: prometheus.NewDesc("slotcast_delivery_lag_seconds", "Age of the oldest event that a webhook in this state has not got to.", []string{"state"}, nil),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "slotcast_state_read_errors_total", Help: "Scrapes for which the database did not answer in time: what it knows is then missing.",
		}),
	}
}

// Describe sends what there may be.
func (w *watch) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{w.head, w.webhooks, w.lagEvents, w.lagSeconds} {
		out <- d
	}
	w.failures.Describe(out)
}

// Collect sends what the database knew lately, and nothing of it where it does
// not answer.
func (w *watch) Collect(out chan<- prometheus.Metric) {
	s, err := w.standing()
	w.failures.Collect(out)
	if err != nil {
		return
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(w.head, float64(s.Head))
	for state, n := range s.Webhooks {
		gauge(w.webhooks, float64(n), state)
	}
	for state, lag := range map[string]Lag{"live": s.Live, "lagging": s.Lagging, "paused": s.Paused, "broken": s.Broken} {
		gauge(w.lagEvents, float64(lag.Events), state)
		gauge(w.lagSeconds, lag.Seconds, state)
	}
}

func (w *watch) standing() (Standing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.asked.IsZero() && w.now().Sub(w.asked) < fresh {
		return w.last, w.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience) //nolint:forbidigo // collectors get no context
	defer cancel()
	w.last, w.err = w.read(ctx)
	w.asked = w.now()
	if w.err != nil {
		w.failures.Inc()
		w.logger.Warn("metrics_unread", "error", w.err)
	}
	return w.last, w.err
}
