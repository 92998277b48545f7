package delivery

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/backlog"
	"slotcast/ent/delivery"
	"slotcast/ent/predicate"
	"slotcast/internal/domain"
)

// recover learns what the owner before knew.
func (r *runner) recover(ctx context.Context) error {
	head, err := r.worker.cfg.Log.Head(ctx, r.shard)
	if err != nil {
		return err
	}
	r.rows = head.Number
	if err := r.behind(ctx); err != nil {
		return fmt.Errorf("reading which webhooks are behind: %w", err)
	}
	if err := r.inHand(ctx); err != nil {
		return fmt.Errorf("freeing what the owner before had in hand: %w", err)
	}
	if err := r.failures(ctx); err != nil {
		return fmt.Errorf("reading what failed lately: %w", err)
	}
	return nil
}

// behind makes lanes of the webhooks that are behind. What such a lane had taken
// while it was live has a row, or is above the watermark.
func (r *runner) behind(ctx context.Context) error {
	rows, err := r.worker.cfg.Client.Backlog.Query().Where(backlog.Shard(r.shard)).All(ctx)
	if err != nil {
		return err
	}
	for _, b := range rows {
		r.lane(b.ID).inherit(min(b.Number, r.settled()), b.Number, r.rows)
	}
	return nil
}

// inherit lets a lane go on behind an event, where another owner left it.
func (l *lane) inherit(number, noted, known int64) {
	l.mu.Lock()
	defer l.release()
	l.on, l.pledged, l.stored = true, true, true
	l.position, l.noted, l.known = behind(number), noted, known
	l.account = newBooks(number)
}

// begins lets the lanes go on that are behind.
func (r *runner) begins() {
	for _, l := range r.all() {
		l.mu.Lock()
		l.want()
		l.release()
	}
}

// inHand makes due what the owner before was about to try again, and what was in
// its hands for the first time if nobody comes upon it in the log: it is below the
// watermark, and below the cursor of a lane that is behind.
func (r *runner) inHand(ctx context.Context) error {
	return r.worker.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := r.hold(ctx, r.lease(tx.Client())); err != nil {
			return err
		}
		return tx.Delivery.Update().
			Where(delivery.Shard(r.shard), delivery.StatusEQ(domain.DeliveryPending), delivery.NextAttemptAtIsNil(),
				delivery.Or(delivery.AttemptCountGT(0), delivery.Test(true),
					delivery.And(delivery.NumberLTE(r.settled()), isPassed()))).
			SetNextAttemptAt(time.Now().UTC()).Exec(ctx)
	})
}

// isPassed selects rows that the lane of their webhook has gone past.
func isPassed() predicate.Delivery {
	return func(s *sql.Selector) {
		b := sql.Table(backlog.Table)
		s.Where(sql.NotExists(sql.Select(b.C(backlog.FieldID)).From(b).
			Where(sql.And(sql.ColumnsEQ(b.C(backlog.FieldID), s.C(delivery.FieldWebhookID)),
				sql.ColumnsLT(b.C(backlog.FieldNumber), s.C(delivery.FieldNumber))))))
	}
}

// failures lets others wait behind what failed.
func (r *runner) failures(ctx context.Context) error {
	found, err := r.worker.obstacles(ctx, r.shard, time.Now())
	for _, o := range found {
		r.lane(o.webhookID).remember(o.series, o.failure)
	}
	return err
}
