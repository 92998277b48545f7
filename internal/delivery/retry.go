package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/wire"
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
		Order(delivery.ByNextAttemptAt(), delivery.ByNumber(), delivery.ByPart()).Limit(maxBatch).
		All(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading what is due: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	slices.SortFunc(rows, func(a, b *ent.Delivery) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), place{a.Number, a.Part}.compare(place{b.Number, b.Part}))
	})
	tasks, err := w.tasks(ctx, rows, runners)
	if err != nil {
		return 0, err
	}
	if err := w.claim(ctx, rows, runners); err != nil {
		return 0, fmt.Errorf("claiming what is due: %w", err)
	}
	for _, t := range tasks {
		if !t.runner.lane(t.webhookID).retry(t) {
			w.outbox.add(t.later(time.Now().Add(time.Second), t.attempts))
		}
	}
	return len(rows), nil
}

// claim takes the time off rows, which are sorted by shard: they are in this
// process's hands now. Runners that cannot know whether it has happened start
// anew, which clears it up.
func (w *Worker) claim(ctx context.Context, rows []*ent.Delivery, runners map[int]*runner) error {
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
				delivery.NextAttemptAtIsNil(), delivery.AttemptCount(0), between(page.after, page.to)).
			Order(delivery.ByNumber(), delivery.ByPart()).Limit(page.count).
			All(ctx)
		if err != nil {
			return fmt.Errorf("reading what waits for webhook %s: %w", l.target.id, err)
		}
		tasks, err := r.worker.tasks(ctx, rows, map[int]*runner{r.shard: r})
		if err != nil {
			return err
		}
		l.take(tasks)
	}
	return nil
}

// tasks makes tasks of rows, in their order.
func (w *Worker) tasks(ctx context.Context, rows []*ent.Delivery, runners map[int]*runner) ([]*task, error) {
	bodies, err := w.bodies(ctx, rows)
	if err != nil {
		return nil, err
	}
	failing, err := w.firsts(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("reading what has to be done before: %w", err)
	}
	tasks := make([]*task, len(rows))
	for i, d := range rows {
		tasks[i] = again(runners[d.Shard], d, bodies[d.EventID], failing[message{d.EventID, d.WebhookID, wire.Before(d.Part)}])
	}
	return tasks, nil
}

// firsts tells when the failing messages that have to be done before those of the
// rows are tried again. One that has not failed as far as the table knows is
// done, or its lane knows of it: it was offered before.
func (w *Worker) firsts(ctx context.Context, rows []*ent.Delivery) (map[message]time.Time, error) {
	var events, webhooks, parts []string
	for _, d := range rows {
		if first := wire.Before(d.Part); first != "" {
			events, webhooks, parts = append(events, d.EventID), append(webhooks, d.WebhookID), append(parts, first)
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	failing, err := w.cfg.Client.Delivery.Query().
		Where(delivery.EventIDIn(distinct(events)...), delivery.WebhookIDIn(distinct(webhooks)...), delivery.PartIn(distinct(parts)...),
			delivery.StatusEQ(domain.DeliveryPending), delivery.AttemptCountGT(0)).
		Select(delivery.FieldEventID, delivery.FieldWebhookID, delivery.FieldPart, delivery.FieldNextAttemptAt).
		All(ctx)
	if err != nil {
		return nil, err
	}
	at := make(map[message]time.Time, len(failing))
	for _, d := range failing {
		at[message{d.EventID, d.WebhookID, d.Part}] = nextOf(d)
	}
	return at, nil
}

// nextOf is when a failing message is tried again: now where it is in hand.
func nextOf(d *ent.Delivery) time.Time {
	if d.NextAttemptAt == nil {
		return time.Now()
	}
	return *d.NextAttemptAt
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// bodies reads the events of rows; those of one event share what is made of it.
func (w *Worker) bodies(ctx context.Context, rows []*ent.Delivery) (map[string]*bodies, error) {
	shared := map[string]*bodies{}
	for _, d := range rows {
		shared[d.EventID] = &bodies{}
	}
	if len(shared) == 0 {
		return shared, nil
	}
	events, err := w.cfg.Log.ByID(ctx, slices.Collect(maps.Keys(shared))...)
	for id, e := range events {
		shared[id].event = e
	}
	return shared, err
}
