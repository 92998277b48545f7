package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Outcome is how an attempt to deliver a message, or the message, ended.
type Outcome string

// The outcomes.
const (
	Delivered Outcome = "delivered"
	Failed    Outcome = "failed"    // for good
	Retried   Outcome = "retried"   // it is tried again later
	Cancelled Outcome = "cancelled" // its webhook is disabled or deleted
)

// LeaseChange is what happened to the lease of a shard.
type LeaseChange string

// The changes of leases.
const (
	LeaseTaken    LeaseChange = "taken"
	LeaseReleased LeaseChange = "released"
	LeaseLost     LeaseChange = "lost" // to another process, or to time
)

// Delivery measures the sending of webhooks.
type Delivery struct {
	outcomes   map[Outcome]prometheus.Counter
	responses  [6]prometheus.Counter // by the first digit of the status; 0 and 1: none
	leases     map[LeaseChange]prometheus.Counter
	inFlight   prometheus.Gauge
	duration   prometheus.Histogram
	wait       prometheus.Histogram
	flushRows  prometheus.Histogram
	flushTakes prometheus.Histogram
}

func newDelivery(r prometheus.Registerer) *Delivery {
	d := &Delivery{
		outcomes: counters(r, "slotcast_deliveries_total", "Attempts by how they ended; cancelled ones were not made.", "outcome",
			Delivered, Failed, Retried, Cancelled),
		leases: counters(r, "slotcast_lease_changes_total", "Changes of the shards that this process delivers.", "change",
			LeaseTaken, LeaseReleased, LeaseLost),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "slotcast_delivery_in_flight", Help: "Requests to receivers under way."}),
		duration: histogram(r, "slotcast_delivery_duration_seconds", "From the beginning of a request to the end of its answer.",
			0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15),
		wait: histogram(r, "slotcast_delivery_wait_seconds", "From the commit of an event to its first attempt; replays, resends and what was put off are not counted.",
			0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 3600),
		flushRows: histogram(r, "slotcast_delivery_flush_rows", "Results that one transaction writes.", 1, 2, 5, 10, 25, 50, 100, 250, 500),
		flushTakes: histogram(r, "slotcast_delivery_flush_seconds", "How long that transaction takes.",
			0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
	}
	r.MustRegister(d.inFlight)
	classes := []string{"none", "2xx", "3xx", "4xx", "5xx"}
	responses := counters(r, "slotcast_delivery_responses_total", "Requests by the class of their answer; none: no answer came.", "class", classes...)
	for digit, class := range []string{"none", "none", "2xx", "3xx", "4xx", "5xx"} {
		d.responses[digit] = responses[class]
	}
	return d
}

// Began counts a request in, until Answered. wait is how long ago its event was
// committed, where it is the first attempt out of the log; else negative.
func (d *Delivery) Began(wait time.Duration) {
	if d == nil {
		return
	}
	d.inFlight.Inc()
	if wait >= 0 {
		d.wait.Observe(wait.Seconds())
	}
}

// Answered ends what Began counted in. The status is 0 where no answer came.
func (d *Delivery) Answered(status int, took time.Duration) {
	if d == nil {
		return
	}
	d.inFlight.Dec()
	d.duration.Observe(took.Seconds())
	class := status / 100
	if class < 0 || class >= len(d.responses) {
		class = 0
	}
	d.responses[class].Inc()
}

// Ended counts how an attempt, or a message without one, ended.
func (d *Delivery) Ended(o Outcome) {
	if d == nil {
		return
	}
	if c, ok := d.outcomes[o]; ok {
		c.Inc()
	}
}

// Flushed measures a transaction that wrote results.
func (d *Delivery) Flushed(rows int, took time.Duration) {
	if d == nil {
		return
	}
	d.flushRows.Observe(float64(rows))
	d.flushTakes.Observe(took.Seconds())
}

// Lease counts a change.
func (d *Delivery) Lease(change LeaseChange) {
	if d == nil {
		return
	}
	if c, ok := d.leases[change]; ok {
		c.Inc()
	}
}
