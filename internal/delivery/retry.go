package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/internal/domain"
)

// claimed is how long a row that was taken to be sent is left alone. If the
// process dies meanwhile it becomes due again.
const claimed = time.Minute

// retryLoop brings back what is due, until ctx ends.
func (w *Worker) retryLoop(ctx context.Context) {
	for {
		n, err := w.retryOnce(ctx)
		if err != nil && ctx.Err() == nil {
			w.cfg.Logger.WarnContext(ctx, "retry", "error", err)
		}
		if n == maxBatch && err == nil {
			continue // there is more
		}
		select {
		case <-time.After(w.cfg.Poll):
		case <-ctx.Done():
			return
		}
	}
}

// retryOnce takes up to a batch of due deliveries of this process's shards,
// oldest events first, and offers them to their lanes.
func (w *Worker) retryOnce(ctx context.Context) (int, error) {
	runners := map[int]*runner{}
	var shards []int
	var full []string
	for _, r := range w.owned() {
		runners[r.shard] = r
		shards = append(shards, r.shard)
		full = append(full, r.full()...)
	}
	if len(shards) == 0 {
		return 0, nil
	}
	due := w.cfg.Client.Delivery.Query().
		Where(delivery.ShardIn(shards...), delivery.StatusEQ(domain.DeliveryPending), delivery.NextAttemptAtLTE(time.Now().UTC()))
	if len(full) > 0 {
		due.Where(delivery.WebhookIDNotIn(full...))
	}
	rows, err := due.Order(delivery.ByNextAttemptAt(), delivery.ByNumber()).Limit(maxBatch).All(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading what is due: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	slices.SortFunc(rows, func(a, b *ent.Delivery) int { return int(a.Number - b.Number) })
	deliveries, events := make([]string, len(rows)), make([]string, len(rows))
	for i, d := range rows {
		deliveries[i], events[i] = d.ID, d.EventID
	}
	if err := w.cfg.Client.Delivery.Update().Where(delivery.IDIn(deliveries...)).
		SetNextAttemptAt(time.Now().UTC().Add(claimed)).Exec(ctx); err != nil {
		return 0, fmt.Errorf("claiming what is due: %w", err)
	}
	found, err := w.cfg.Log.ByID(ctx, events...)
	if err != nil {
		return 0, err
	}
	for _, d := range rows {
		r := runners[d.Shard]
		e := found[d.EventID]
		if e == nil {
			w.cfg.Logger.ErrorContext(ctx, "event_gone", "delivery_id", d.ID, "event_id", d.EventID)
			continue
		}
		r.lane(d.WebhookID).offer(ctx, again(r, d, e))
	}
	return len(rows), nil
}
