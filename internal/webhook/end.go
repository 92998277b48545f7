package webhook

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/internal/domain"
)

// end ends what was owed to a webhook that is switched off, or on again: what has a
// row is cancelled, and what is in the log up to now is behind it. So nobody sends
// that, also where the lane of the webhook has not seen yet that it was off. An
// event that is committed later is owed to it only if it was on by then.
func end(ctx context.Context, tx *ent.Tx, update *ent.WebhookUpdateOne, w *ent.Webhook) error {
	last, err := tx.Event.Query().Where(event.AppID(w.AppID)).Order(ent.Desc(event.FieldNumber)).Limit(1).
		Select(event.FieldNumber).Ints(ctx)
	if err != nil {
		return fmt.Errorf("reading the last event of app %s: %w", w.AppID, err)
	}
	if len(last) > 0 {
		update.SetOwedAfter(max(w.OwedAfter, int64(last[0])))
	}
	err = tx.Delivery.Update().
		Where(delivery.WebhookID(w.ID), delivery.StatusEQ(domain.DeliveryPending), delivery.Test(false)).
		SetStatus(domain.DeliveryCancelled).ClearNextAttemptAt().SetUrgent(false).
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("cancelling what webhook %s is owed: %w", w.ID, err)
	}
	return nil
}
