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
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
)

// recover learns what the owner before knew. Each step has its own time.
func (r *runner) recover(ctx context.Context) error {
	if err := within(ctx, r.head); err != nil {
		return err
	}
	if err := within(ctx, r.behind); err != nil {
		return fmt.Errorf("reading which webhooks are behind: %w", err)
	}
	if err := r.inHand(ctx); err != nil {
		return fmt.Errorf("freeing what the owner before had in hand: %w", err)
	}
	if err := within(ctx, r.degraded); err != nil {
		return fmt.Errorf("reading which webhooks fail: %w", err)
	}
	if err := r.failures(ctx); err != nil {
		return fmt.Errorf("reading what failed lately: %w", err)
	}
	return nil
}

// head notes up to where there may be rows.
func (r *runner) head(ctx context.Context) error {
	head, err := r.worker.cfg.Log.Head(ctx, r.shard)
	r.rows = head.Number
	return err
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

// inherit lets a lane go on behind an event, where another owner left it. Where the
// table says that it was further, what is in between was in the books of that one's
// runner: it is the lane's from now on, which has to be written before a watermark
// passes it.
func (l *lane) inherit(number, noted, known int64) {
	l.mu.Lock()
	defer l.release()
	l.on, l.pledged, l.stored = true, true, true
	l.position, l.noted, l.known = behind(number), noted, known
	l.account = newBooks(number)
	if noted > number {
		l.fallBehind()
	}
}

// degraded makes lanes of the webhooks that are known to fail and have something
// that is tried again, which the retry loop leaves to them. The lane of most is
// there: they are behind. Of one whose owner died before it wrote so, or before it
// could write that the webhook is well, only the table of webhooks tells.
func (r *runner) degraded(ctx context.Context) error {
	ids, err := r.worker.cfg.Client.Webhook.Query().Where(failingWithRetries(r.shard)).IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		r.lane(id).suspect()
	}
	return nil
}

// suspect has a lane that is live read by itself, until it has seen its webhook.
func (l *lane) suspect() {
	l.mu.Lock()
	defer l.release()
	if !l.on {
		l.fallBehind()
	}
}

// failingWithRetries selects webhooks that are known to fail, and have messages in
// a shard that are put off.
func failingWithRetries(shard int) predicate.Webhook {
	return func(s *sql.Selector) {
		d := sql.Table(delivery.Table)
		s.Where(sql.And(sql.EQ(s.C(webhook.FieldState), domain.WebhookDegraded),
			sql.In(s.C(webhook.FieldID), sql.Select(d.C(delivery.FieldWebhookID)).From(d).
				Where(sql.And(sql.EQ(d.C(delivery.FieldShard), shard), sql.EQ(d.C(delivery.FieldStatus), domain.DeliveryPending),
					sql.NotNull(d.C(delivery.FieldNextAttemptAt)))))))
	}
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
// watermark, and below the cursor of a lane that is behind. Nobody is told of that:
// he has been told when it was taken in hand, and is when it is again.
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
