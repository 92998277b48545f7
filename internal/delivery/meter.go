package delivery

import (
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/metrics"
)

// measureBegin counts a request of a task in; the function that it returns counts
// it out, with the status of the answer, 0 where none came.
//
// How long it waited since the commit counts for what goes out of the log for the
// first time, at once or behind others. What is replayed, resent or put off was
// late for another reason: somebody asked for it now, or its receiver failed.
func (w *Worker) measureBegin(t *task, now time.Time) func(status int) {
	wait := time.Duration(-1)
	if t.count == 0 && t.replay == nil && !t.due {
		wait = max(0, now.Sub(t.createdAt))
	}
	w.cfg.Metrics.Began(wait)
	return func(status int) { w.cfg.Metrics.Answered(status, time.Since(now)) }
}

// measureResult counts how an attempt ended.
func (w *Worker) measureResult(r result) {
	switch r.status {
	case domain.DeliveryDelivered:
		w.cfg.Metrics.Ended(metrics.Delivered)
	case domain.DeliveryFailed:
		w.cfg.Metrics.Ended(metrics.Failed)
	case domain.DeliveryCancelled:
		w.cfg.Metrics.Ended(metrics.Cancelled)
	case domain.DeliveryPending:
		w.cfg.Metrics.Ended(metrics.Retried)
	}
}

// measureFlush measures a transaction.
func (w *Worker) measureFlush(pages []*page, took time.Duration) {
	rows := 0
	for _, p := range pages {
		rows += len(p.results)
	}
	w.cfg.Metrics.Flushed(rows, took)
}
