package delivery

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
)

// hold is a receiver's wish to be left alone.
type hold struct {
	until time.Time // zero: it has none
	at    time.Time // when it was told
	url   string    // the receiver's
}

// write keeps the wish for the next owner, unless somebody has resumed the webhook
// since, or another receiver is in its place.
func (h hold) write(ctx context.Context, tx *ent.Tx, id string) error {
	if h.until.IsZero() {
		return nil
	}
	err := tx.Webhook.Update().
		Where(webhook.ID(id), webhook.SubscriberURL(h.url),
			webhook.Or(webhook.StateSinceLTE(h.at), webhook.StateEQ(domain.WebhookDegraded)),
			webhook.Or(webhook.HeldUntilIsNil(), webhook.HeldUntilLT(h.until))).
		SetHeldUntil(h.until).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keeping until when webhook %s is left alone: %w", id, err)
	}
	return nil
}

// cancelRows cancels what has failed and would be tried again, of a webhook that has
// ended; a batch at a time, for that may be much. What is left when this fails is
// cancelled when it is due, or when the webhook is resumed.
func (w *Worker) cancelRows(ctx context.Context, id string, r *runner) {
	for {
		n, err := w.cancelSome(ctx, id, r)
		if err != nil {
			w.cfg.Logger.WarnContext(ctx, "owed_not_cancelled", "webhook_id", id, "error", err)
		}
		if err != nil || n < maxBatch {
			return
		}
	}
}

func (w *Worker) cancelSome(ctx context.Context, id string, r *runner) (n int, err error) {
	var rows []*ent.Delivery
	err = w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := r.hold(ctx, r.lease(tx.Client())); err != nil {
			return err
		}
		owed := delivery.And(delivery.WebhookID(id), delivery.StatusEQ(domain.DeliveryPending), delivery.NextAttemptAtNotNil(),
			delivery.Test(false), ofDisabled)
		if rows, err = tx.Delivery.Query().Where(owed).Limit(maxBatch).Select(delivery.FieldID, delivery.FieldAppID).All(ctx); err != nil {
			return fmt.Errorf("reading what it is owed: %w", err)
		}
		if n = len(rows); n == 0 {
			return nil
		}
		ids := make([]string, n)
		for i, d := range rows {
			ids[i] = d.ID
		}
		return tx.Delivery.Update().Where(delivery.IDIn(ids...), owed).
			SetStatus(domain.DeliveryCancelled).ClearNextAttemptAt().SetUrgent(false).Exec(ctx)
	})
	if err == nil {
		w.tellRows(rows)
	}
	return n, err
}

// ofDisabled selects what is for webhooks that are switched off.
func ofDisabled(s *sql.Selector) {
	w := sql.Table(webhook.Table)
	s.Where(sql.In(s.C(delivery.FieldWebhookID),
		sql.Select(w.C(webhook.FieldID)).From(w).Where(sql.EQ(w.C(webhook.FieldState), domain.WebhookDisabled))))
}
