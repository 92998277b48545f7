package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/ent/predicate"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
)

// obstacle is a failure in the lane of a webhook, as the table tells of it.
type obstacle struct {
	message
	series string
	failure
}

// maxAsked is how many rows are read at once with all that receivers have answered.
const maxAsked = 100

// obstacles lists the messages of a shard that others wait behind: those that
// failed, or were put off because another did, in their time of grace, and all of
// them of STRICT webhooks. of narrows it down.
func (w *Worker) obstacles(ctx context.Context, shard int, now time.Time, of ...predicate.Delivery) ([]obstacle, error) {
	var found []obstacle
	all := map[message]*known{}
	for last := (*ent.Delivery)(nil); ; {
		var rows []*ent.Delivery
		err := within(ctx, func(ctx context.Context) (err error) {
			if rows, err = w.failing(ctx, shard, now, last, of); err == nil {
				found, err = w.among(ctx, rows, all, found)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(rows) < maxAsked {
			break
		}
		last = rows[len(rows)-1]
	}
	asPairs(all)
	for i, o := range found {
		found[i].until = all[o.message].until
	}
	return slices.DeleteFunc(found, func(o obstacle) bool { return o.over(now) }), nil
}

// failing reads the rows of the obstacles behind a row, in the order of an index.
func (w *Worker) failing(ctx context.Context, shard int, now time.Time, last *ent.Delivery, of []predicate.Delivery) ([]*ent.Delivery, error) {
	query := w.cfg.Client.Delivery.Query().Where(of...).
		Where(delivery.Shard(shard), delivery.StatusEQ(domain.DeliveryPending), delivery.NextAttemptAtNotNil(), delivery.Test(false),
			delivery.Or(delivery.UpdatedAtGT(now.UTC().Add(-w.cfg.Grace)), strict))
	if last != nil {
		query.Where(delivery.NextAttemptAtGTE(*last.NextAttemptAt),
			delivery.Or(delivery.NextAttemptAtGT(*last.NextAttemptAt), delivery.IDGT(last.ID)))
	}
	rows, err := query.Order(delivery.ByNextAttemptAt(), delivery.ByID()).Limit(maxAsked).
		Select(delivery.FieldID, delivery.FieldEventID, delivery.FieldWebhookID, delivery.FieldNumber, delivery.FieldPart, delivery.FieldStatus,
			delivery.FieldAttempts, delivery.FieldAttemptCount, delivery.FieldAttemptsBefore, delivery.FieldNextAttemptAt, delivery.FieldUpdatedAt).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading what failed: %w", err)
	}
	return rows, nil
}

// among adds the obstacles that rows tell of, as far as their events are kept.
func (w *Worker) among(ctx context.Context, rows []*ent.Delivery, all map[message]*known, found []obstacle) ([]obstacle, error) {
	series, err := w.seriesOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	orders, err := w.ordersOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	for _, d := range rows {
		m, k := message{d.EventID, d.WebhookID, d.Part}, w.knownOf(d)
		all[m] = k
		if s, kept := series[d.EventID]; kept {
			f := failure{place: place{d.Number, d.Part}, next: k.next, order: orders[d.WebhookID]}
			found = append(found, obstacle{message: m, series: s, failure: f})
		}
	}
	return found, nil
}

// strict selects the deliveries to STRICT webhooks.
func strict(s *sql.Selector) {
	t := sql.Table(webhook.Table)
	s.Where(sql.In(s.C(delivery.FieldWebhookID),
		sql.Select(t.C(webhook.FieldID)).From(t).Where(sql.EQ(t.C(webhook.FieldOrderPolicy), domain.OrderStrict))))
}

// seriesOf returns the series of the rows' events, as far as those are kept.
func (w *Worker) seriesOf(ctx context.Context, rows []*ent.Delivery) (map[string]string, error) {
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = d.EventID
	}
	series := make(map[string]string, len(ids))
	for some := range slices.Chunk(distinct(ids), maxBatch) {
		events, err := w.cfg.Client.Event.Query().Where(event.IDIn(some...)).Select(event.FieldID, event.FieldSeriesID).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the series of what failed: %w", err)
		}
		for _, e := range events {
			series[e.ID] = e.SeriesID
		}
	}
	return series, nil
}

// ordersOf returns the order policies of the rows' webhooks.
func (w *Worker) ordersOf(ctx context.Context, rows []*ent.Delivery) (map[string]domain.OrderPolicy, error) {
	ids := make([]string, len(rows))
	for i, d := range rows {
		ids[i] = d.WebhookID
	}
	orders := map[string]domain.OrderPolicy{}
	for some := range slices.Chunk(distinct(ids), maxBatch) {
		hooks, err := w.cfg.Client.Webhook.Query().Where(webhook.IDIn(some...)).Select(webhook.FieldID, webhook.FieldOrderPolicy).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the order policies of what failed: %w", err)
		}
		for _, h := range hooks {
			orders[h.ID] = h.OrderPolicy
		}
	}
	return orders, nil
}
