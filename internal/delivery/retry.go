package delivery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/predicate"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/wire"
)

// maxExcluded bounds the list of full lanes in a query.
const maxExcluded = 1000

// retryLoop brings back what is due again, until ctx ends.
func (w *Worker) retryLoop(ctx context.Context) {
	timer := time.NewTicker(w.cfg.Poll)
	defer timer.Stop()
	for w.outbox.room(ctx) == nil {
		select {
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
// their lanes. It returns how many there were. What is for webhooks that are known
// to be paused, or to fail, waits for them; of the latter, not what is urgent.
func (w *Worker) due(ctx context.Context) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting) // a stop waits for it
	defer cancel()
	runners := map[int]*runner{}
	var shards []int
	var closed []string
	for _, r := range w.owned() {
		if !r.recovered.Load() || !r.begin() {
			continue
		}
		defer r.sending.Done() // nothing is handed over behind a stop
		runners[r.shard] = r
		shards = append(shards, r.shard)
		closed = append(closed, r.closed()...)
	}
	if len(shards) == 0 {
		return 0, nil
	}
	now := time.Now().UTC()
	rows, err := w.readDue(ctx, shards, closed, now)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	tasks, err := w.tasks(ctx, rows)
	if err != nil {
		return 0, err
	}
	claimed, err := w.claim(ctx, rows, now, runners)
	if err != nil {
		return 0, fmt.Errorf("claiming what is due: %w", err)
	}
	for i, t := range tasks {
		if !claimed[t.id] {
			continue
		}
		if l := runners[rows[i].Shard].lane(t.webhookID); !l.retry(t) {
			l.leaveForLater(t)
		}
	}
	return len(rows), nil
}

// readDue reads rows that are due, by shards and in the order of sending.
func (w *Worker) readDue(ctx context.Context, shards []int, closed []string, now time.Time) ([]*ent.Delivery, error) {
	rows, err := w.cfg.Client.Delivery.Query().
		Where(delivery.ShardIn(shards...), dueAt(now),
			delivery.Or(
				delivery.Test(true),
				delivery.And(delivery.Urgent(true), toNone(domain.WebhookPaused)),
				delivery.And(delivery.WebhookIDNotIn(closed[:min(len(closed), maxExcluded)]...), toNone(domain.WebhookPaused, domain.WebhookDegraded)))).
		Order(delivery.ByNextAttemptAt(), delivery.ByNumber(), delivery.ByPart()).Limit(maxBatch).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what is due: %w", err)
	}
	slices.SortFunc(rows, func(a, b *ent.Delivery) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), place{a.Number, a.Part}.compare(place{b.Number, b.Part}))
	})
	return rows, nil
}

// leaveForLater leaves a message that there was no room for to a later round, as
// urgent as it was.
func (l *lane) leaveForLater(t *task) {
	l.mu.Lock()
	defer l.release()
	res := t.later(time.Now().Add(time.Second), t.attempts)
	res.asked = t.urgent
	l.report(res)
}

// toNone selects what is for webhooks in none of some states.
func toNone(states ...any) predicate.Delivery {
	return func(s *sql.Selector) {
		w := sql.Table(webhook.Table)
		s.Where(sql.NotIn(s.C(delivery.FieldWebhookID), sql.Select(w.C(webhook.FieldID)).From(w).
			Where(sql.In(w.C(webhook.FieldState), states...))))
	}
}

// keysOf selects rows by their whole keys, or others of their events if key says so,
// an app at a time: as an index and the partitions need it.
func keysOf(rows []*ent.Delivery, key func(d *ent.Delivery) string) (byApp []predicate.Delivery) {
	apps := map[string][]*ent.Delivery{}
	for _, d := range rows {
		apps[d.AppID] = append(apps[d.AppID], d)
	}
	for app, rows := range apps {
		var ids []string
		from, to := rows[0].CreatedAt, rows[0].CreatedAt
		for _, d := range rows {
			ids = append(ids, key(d))
			from, to = earlier(from, d.CreatedAt), later(to, d.CreatedAt)
		}
		byApp = append(byApp, delivery.And(delivery.AppID(app), delivery.IDIn(ids...), delivery.CreatedAtGTE(from), delivery.CreatedAtLTE(to)))
	}
	return byApp
}

// tasks makes tasks of rows, in their order.
func (w *Worker) tasks(ctx context.Context, rows []*ent.Delivery) ([]*task, error) {
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
		tasks[i] = again(d, bodies[d.EventID], failing[message{d.EventID, d.WebhookID, wire.Before(d.Part)}])
	}
	return tasks, nil
}

// firsts tells when the failing messages that have to be done before those of the
// rows are tried again. One that has not failed as far as the table knows is
// done, or its lane knows of it: it was offered before.
func (w *Worker) firsts(ctx context.Context, rows []*ent.Delivery) (map[message]time.Time, error) {
	second := slices.DeleteFunc(slices.Clone(rows), func(d *ent.Delivery) bool { return wire.Before(d.Part) == "" })
	var failing []*ent.Delivery
	for _, firsts := range keysOf(second, func(d *ent.Delivery) string {
		return typeid.Derive(typeid.Delivery, d.EventID, d.WebhookID, wire.Before(d.Part))
	}) {
		found, err := w.cfg.Client.Delivery.Query().
			Where(firsts, delivery.StatusEQ(domain.DeliveryPending), delivery.AttemptCountGT(0)).
			Select(delivery.FieldEventID, delivery.FieldWebhookID, delivery.FieldPart, delivery.FieldNextAttemptAt).
			All(ctx)
		if err != nil {
			return nil, err
		}
		failing = append(failing, found...)
	}
	at := make(map[message]time.Time, len(failing))
	for _, d := range failing {
		at[message{d.EventID, d.WebhookID, d.Part}] = nextOf(d)
	}
	return at, nil
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// bodies reads the events of rows; those of one event share what is made of it.
func (w *Worker) bodies(ctx context.Context, rows []*ent.Delivery) (map[string]*bodies, error) {
	shared := map[string]*bodies{}
	var ids []string
	for _, d := range rows {
		if shared[d.EventID] == nil && !d.Test {
			ids = append(ids, d.EventID)
		}
		shared[d.EventID] = &bodies{}
	}
	if len(ids) == 0 {
		return shared, nil
	}
	events, err := w.cfg.Log.ByID(ctx, ids...)
	for id, e := range events {
		shared[id].event = e
	}
	return shared, err
}
