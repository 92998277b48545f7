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
// the watermark need no sending: event and webhook.
func (r *runner) recover(ctx context.Context) (known map[string]bool, err error) {
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

// above finds the rows above the watermark. Those that have only waited for
// their turn are left out: they take their place among the others once more.
func (r *runner) above(ctx context.Context) (map[string]bool, error) {
	rows, err := r.worker.cfg.Client.Delivery.Query().
		Where(delivery.Shard(r.shard), delivery.NumberGT(r.books.settled),
			delivery.Or(delivery.StatusNEQ(domain.DeliveryPending), delivery.AttemptCountGT(0))).
		Select(delivery.FieldEventID, delivery.FieldWebhookID).
		All(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(rows))
	for _, d := range rows {
		known[d.EventID+d.WebhookID] = true
	}
	return known, nil
}

// failures lets others wait behind messages in their time of grace.
func (r *runner) failures(ctx context.Context) error {
	now := time.Now()
	rows, err := r.worker.cfg.Client.Delivery.Query().
		Where(delivery.Shard(r.shard), delivery.StatusEQ(domain.DeliveryPending),
			delivery.AttemptCountGT(0), delivery.UpdatedAtGT(now.UTC().Add(-maxBehind))).
		Select(delivery.FieldWebhookID, delivery.FieldSeriesID, delivery.FieldNumber, delivery.FieldPart, delivery.FieldAttempts).
		All(ctx)
	if err != nil {
		return err
	}
	for _, d := range rows {
		if until := graceOf(d.Attempts); now.Before(until) {
			r.lane(d.WebhookID).remember(d.SeriesID, failure{number: d.Number, part: d.Part, until: until})
		}
	}
	return nil
}

// inHand makes due what the owner before was about to try again.
func (r *runner) inHand(ctx context.Context) error {
	return r.worker.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := r.hold(ctx, r.lease(tx.Client())); err != nil {
			return err
		}
		return tx.Delivery.Update().
			Where(delivery.Shard(r.shard), delivery.StatusEQ(domain.DeliveryPending),
				delivery.NextAttemptAtIsNil(), delivery.AttemptCountGT(0)).
			SetNextAttemptAt(time.Now().UTC()).Exec(ctx)
	})
}

// backlog counts for each lane what waits below the watermark.
func (r *runner) backlog(ctx context.Context) error {
	var waiting []struct {
		WebhookID string `json:"webhook_id"`
		Count     int    `json:"count"`
		Min       int64  `json:"min"`
	}
	err := r.worker.cfg.Client.Delivery.Query().
		Where(delivery.Shard(r.shard), delivery.StatusEQ(domain.DeliveryPending),
			delivery.NextAttemptAtIsNil(), delivery.AttemptCount(0), delivery.NumberLTE(r.books.settled)).
		GroupBy(delivery.FieldWebhookID).Aggregate(ent.Count(), ent.Min(delivery.FieldNumber)).
		Scan(ctx, &waiting)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		r.lane(w.WebhookID).inherit(away{count: w.Count, after: w.Min - 1, to: r.books.settled})
	}
	return nil
}
