package delivery

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/internal/domain"
)

// recover learns what the owner before knew, and returns which messages above
// the watermark need no sending: those that failed with the time when they are
// tried again, and with none what is done.
func (r *runner) recover(ctx context.Context) (known map[message]time.Time, err error) {
	if known, err = r.above(ctx); err != nil {
		return nil, fmt.Errorf("reading the rows above the watermark: %w", err)
	}
	if err := r.failures(ctx); err != nil {
		return nil, fmt.Errorf("reading what failed lately: %w", err)
	}
	if err := r.inHand(ctx); err != nil {
		return nil, fmt.Errorf("freeing what the owner before had in hand: %w", err)
	}
	if err := r.backlog(ctx); err != nil {
		return nil, fmt.Errorf("counting what waits: %w", err)
	}
	return known, nil
}

// above finds the rows above the watermark. Those that have only waited, for their
// turn or for the first of their pair, are left out: they take their place among
// the others once more.
func (r *runner) above(ctx context.Context) (map[message]time.Time, error) {
	rows, err := r.worker.cfg.Client.Delivery.Query().
		Where(delivery.Shard(r.shard), delivery.NumberGT(r.books.settled),
			delivery.Or(delivery.StatusNEQ(domain.DeliveryPending), delivery.AttemptCountGT(0))).
		Select(delivery.FieldEventID, delivery.FieldWebhookID, delivery.FieldPart, delivery.FieldStatus, delivery.FieldNextAttemptAt).
		All(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[message]time.Time, len(rows))
	for _, d := range rows {
		var next time.Time
		if d.Status == domain.DeliveryPending {
			next = nextOf(d)
		}
		known[message{d.EventID, d.WebhookID, d.Part}] = next
	}
	return known, nil
}

// failures lets others wait behind messages in their time of grace.
func (r *runner) failures(ctx context.Context) error {
	now := time.Now()
	rows, err := r.worker.cfg.Client.Delivery.Query().
		Where(delivery.Shard(r.shard), delivery.StatusEQ(domain.DeliveryPending),
			delivery.AttemptCountGT(0), delivery.UpdatedAtGT(now.UTC().Add(-r.worker.cfg.Grace))).
		Select(delivery.FieldWebhookID, delivery.FieldSeriesID, delivery.FieldNumber, delivery.FieldPart, delivery.FieldAttempts,
			delivery.FieldNextAttemptAt).
		All(ctx)
	if err != nil {
		return err
	}
	for _, d := range rows {
		if until := r.worker.graceOf(d.Attempts); now.Before(until) {
			r.lane(d.WebhookID).remember(d.SeriesID, failure{place: place{d.Number, d.Part}, until: until, next: nextOf(d)})
		}
	}
	return nil
}

// inHand makes due what the owner before was about to try again. What was put off
// because of the first of its pair counts as never offered: in its place among the
// others it is put off once more, as long as that fails.
func (r *runner) inHand(ctx context.Context) error {
	return r.worker.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := r.hold(ctx, r.lease(tx.Client())); err != nil {
			return err
		}
		pending := delivery.And(delivery.Shard(r.shard), delivery.StatusEQ(domain.DeliveryPending))
		if err := tx.Delivery.Update().Where(pending, delivery.NextAttemptAtNotNil(), delivery.AttemptCount(0)).
			ClearNextAttemptAt().Exec(ctx); err != nil {
			return err
		}
		return tx.Delivery.Update().Where(pending, delivery.NextAttemptAtIsNil(), delivery.AttemptCountGT(0)).
			SetNextAttemptAt(time.Now().UTC()).Exec(ctx)
	})
}

// backlog counts for each lane what waits below the watermark. Of the parts it
// takes the greatest anywhere, which none of the last event's is behind.
func (r *runner) backlog(ctx context.Context) error {
	var waiting []struct {
		WebhookID string `json:"webhook_id"`
		Count     int    `json:"count"`
		Min       int64  `json:"min"`
		Max       string `json:"max"`
	}
	err := r.worker.cfg.Client.Delivery.Query().
		Where(delivery.Shard(r.shard), delivery.StatusEQ(domain.DeliveryPending),
			delivery.NextAttemptAtIsNil(), delivery.AttemptCount(0), delivery.NumberLTE(r.books.settled)).
		GroupBy(delivery.FieldWebhookID).Aggregate(ent.Count(), ent.Min(delivery.FieldNumber), ent.Max(delivery.FieldPart)).
		Scan(ctx, &waiting)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		r.lane(w.WebhookID).inherit(away{
			count: w.Count, after: place{number: w.Min - 1, part: w.Max}, to: place{r.books.settled, w.Max},
		})
	}
	return nil
}
