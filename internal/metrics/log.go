package metrics

import "github.com/prometheus/client_golang/prometheus"

// Log measures the log of events.
type Log struct {
	appended, repairs, unannounced prometheus.Counter
}

func newLog(r prometheus.Registerer) *Log {
	return &Log{
		appended:    counter(r, "slotcast_events_appended_total", "Events that this process committed."),
		repairs:     counter(r, "slotcast_log_gap_repairs_total", "Times that a part of the log was read from the table since nobody had announced it."),
		unannounced: counter(r, "slotcast_redis_publish_errors_total", "Events that could not be announced through Redis; they are read from the table."),
	}
}

// Appended counts events that were committed.
func (l *Log) Appended(events int) {
	if l != nil {
		l.appended.Add(float64(events))
	}
}

// Repaired counts a gap that was filled from the table.
func (l *Log) Repaired() {
	if l != nil {
		l.repairs.Inc()
	}
}

// Unannounced counts events that could not be sent to Redis.
func (l *Log) Unannounced(events int) {
	if l != nil {
		l.unannounced.Add(float64(events))
	}
}
