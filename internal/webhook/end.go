package webhook

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
)

// maxTold bounds what is told of one change. It is more than live.Changes keeps:
// whoever watches learns that it was not all, and looks at everything.
const maxTold = 2*4096 + 1

// end ends what was owed to a webhook that is switched off, or on again: what has a
// row is cancelled, and what is in the log up to now is behind it. So nobody sends
// that, also where the lane of the webhook has not seen yet that it was off. An
// event that is committed later is owed to it only if it was on by then.
func (s *Service) end(ctx context.Context, tx *ent.Tx, update *ent.WebhookUpdateOne, w *ent.Webhook) error {
	last, err := tx.Event.Query().Where(event.AppID(w.AppID)).Order(ent.Desc(event.FieldNumber)).Limit(1).
		Select(event.FieldNumber).Ints(ctx)
	if err != nil {
		return fmt.Errorf("reading the last event of app %s: %w", w.AppID, err)
	}
	if len(last) > 0 {
		update.SetOwedAfter(max(w.OwedAfter, int64(last[0])))
	}
	owed := delivery.And(delivery.WebhookID(w.ID), delivery.StatusEQ(domain.DeliveryPending), delivery.Test(false))
	ids, err := tx.Delivery.Query().Where(owed).Limit(maxTold).IDs(ctx)
	if err != nil {
		return fmt.Errorf("reading what webhook %s is owed: %w", w.ID, err)
	}
	dbtx.After(tx, func() { s.tell(w.AppID, ids...) })
	err = tx.Delivery.Update().Where(owed).
		SetStatus(domain.DeliveryCancelled).ClearNextAttemptAt().SetUrgent(false).
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("cancelling what webhook %s is owed: %w", w.ID, err)
	}
	return nil
}
