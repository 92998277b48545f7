package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// maxExcluded bounds the list of full lanes in a query.
const maxExcluded = 1000

// retryLoop brings back what is in the table, until ctx ends: what is due again,
// and what its lane has room for by now.
func (w *Worker) retryLoop(ctx context.Context) {
	timer := time.NewTicker(w.cfg.Poll)
	defer timer.Stop()
	for w.outbox.room(ctx) == nil {
		if err := w.refill(ctx); err != nil && ctx.Err() == nil {
			w.cfg.Logger.WarnContext(ctx, "refill", "error", err)
		}
		select {
		case <-w.hungry:
			continue
		case <-timer.C:
		case <-ctx.Done():
		}
		for more := true; more; {
			n, err := w.due(ctx)
			if err != nil && ctx.Err() == nil {
				w.cfg.Logger.WarnContext(ctx, "retry", "error", err)
			}
			more = n == maxBatch && err == nil && w.outbox.room(ctx) == nil
		}
	}
}

// due takes up to a batch of deliveries whose time has come and offers them to
// their lanes. It returns how many there were.
func (w *Worker) due(ctx context.Context) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting) // a stop waits for it
	defer cancel()
	runners := map[int]*runner{}
	var shards []int
	var full []string
	for _, r := range w.owned() {
		if !r.recovered.Load() || !r.begin() {
			continue
		}
		defer r.sending.Done() // nothing is handed over behind a stop
		runners[r.shard] = r
		shards = append(shards, r.shard)
		full = append(full, r.full()...)
	}
	if len(shards) == 0 {
		return 0, nil
	}
	rows, err := w.cfg.Client.Delivery.Query().
		Where(delivery.ShardIn(shards...), delivery.StatusEQ(domain.DeliveryPending), delivery.NextAttemptAtLTE(time.Now().UTC()),
			delivery.WebhookIDNotIn(full[:min(len(full), maxExcluded)]...)).
		Order(delivery.ByNextAttemptAt(), delivery.ByNumber()).Limit(maxBatch).
		All(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading what is due: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	events, err := w.events(ctx, rows)
	if err != nil {
		return 0, err
	}
	if err := w.claim(ctx, rows, runners); err != nil {
		return 0, fmt.Errorf("claiming what is due: %w", err)
	}
	for _, d := range rows {
		r := runners[d.Shard]
		if t := again(r, d, events[d.EventID]); !r.lane(d.WebhookID).retry(t) {
			w.outbox.add(t.later(time.Now().Add(time.Second), t.attempts))
		}
	}
	return len(rows), nil
}

// claim takes the time off rows: they are in this process's hands now. Runners
// that cannot know whether it has happened start anew, which clears it up.
func (w *Worker) claim(ctx context.Context, rows []*ent.Delivery, runners map[int]*runner) error {
	slices.SortFunc(rows, func(a, b *ent.Delivery) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Number, b.Number))
	})
	err := w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		ids := make([]string, len(rows))
		for i, d := range rows {
			ids[i] = d.ID
			if i > 0 && rows[i-1].Shard == d.Shard {
				continue
			}
			r := runners[d.Shard]
			if err := r.hold(ctx, r.lease(tx.Client())); err != nil {
				return err
			}
		}
		return tx.Delivery.Update().Where(delivery.IDIn(ids...)).ClearNextAttemptAt().Exec(ctx)
	})
	if err != nil && !errors.Is(err, errFenced) {
		for _, d := range rows {
			runners[d.Shard].failed.Store(true)
		}
	}
	return err
}

// refill reads for each lane with room what it has in the table.
func (w *Worker) refill(ctx context.Context) error {
	for _, r := range w.owned() {
		if !r.begin() {
			continue
		}
		err := r.refill(ctx)
		r.sending.Done()
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) refill(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	for _, l := range r.all() {
		page, ok := l.wants()
		if !ok {
			continue
		}
		rows, err := r.worker.cfg.Client.Delivery.Query().
			Where(delivery.Shard(r.shard), delivery.WebhookID(l.target.id), delivery.StatusEQ(domain.DeliveryPending),
				delivery.NextAttemptAtIsNil(), delivery.AttemptCount(0),
				delivery.NumberGT(page.after), delivery.NumberLTE(page.to)).
			Order(delivery.ByNumber()).Limit(page.count).
			All(ctx)
		if err != nil {
			return fmt.Errorf("reading what waits for webhook %s: %w", l.target.id, err)
		}
		events, err := r.worker.events(ctx, rows)
		if err != nil {
			return err
		}
		tasks := make([]*task, len(rows))
		for i, d := range rows {
			tasks[i] = again(r, d, events[d.EventID])
		}
		l.take(tasks)
	}
	return nil
}

func (w *Worker) events(ctx context.Context, rows []*ent.Delivery) (map[string]*eventlog.Event, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = d.EventID
	}
	return w.cfg.Log.ByID(ctx, ids...)
}
