package redelivery

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/ent/predicate"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// ByID narrows to one delivery, by the time that its id carries too: the table
// has partitions by that.
func ByID(id string) predicate.Delivery {
	at, ok := typeid.Time(id)
	if !ok {
		return delivery.ID(id)
	}
	const clocks = time.Hour // how far apart those of id and event may be
	return delivery.And(delivery.ID(id), delivery.CreatedAtGTE(at.Add(-clocks)), delivery.CreatedAtLT(at.Add(clocks)))
}

// Resend has a message sent once more, now, under the same webhook-id and with the
// whole schedule before it: also to a webhook that is DEGRADED, and to one whose
// receiver asked to be left alone. Its errors: NOT_FOUND; CONFLICT where it is being sent
// already, where the webhook takes nothing now, and where the message cannot be
// made any more.
func (s *Service) Resend(ctx context.Context, id string) (*ent.Delivery, error) {
	if _, err := caller.Agent(ctx, s.client, domain.WebhooksWrite); err != nil {
		return nil, err
	}
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	var again *ent.Delivery
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		d, err := tx.Delivery.Query().Where(ByID(id)).Only(ctx)
		if ent.IsNotFound(err) {
			return apperr.Missing("delivery", "id", id)
		}
		if err != nil {
			return fmt.Errorf("reading delivery %s: %w", id, err)
		}
		if err := sendable(viewer.ForApp(ctx), tx, d); err != nil {
			return err
		}
		again, err = s.put(viewer.ForApp(ctx), tx, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.tell(again.AppID, again.ID)
	return again, nil
}

// sendable refuses what nobody would send.
func sendable(ctx context.Context, tx *ent.Tx, d *ent.Delivery) error {
	if d.Status == domain.DeliveryPending && d.NextAttemptAt == nil {
		return inHand()
	}
	w, err := hook(ctx, tx.Webhook, "id", d.WebhookID)
	if apperr.CodeOf(err) == apperr.NotFound {
		return apperr.New(apperr.Conflict, "its webhook is deleted: make a new one, and replayEvents sends it what happened")
	}
	if err != nil {
		return err
	}
	switch {
	case d.Test: // is tried whatever the state
	case w.State == domain.WebhookPaused:
		return apperr.New(apperr.Conflict, "the webhook is paused: resumeWebhook first, which delivers what it is owed; testWebhook sends a sample at any time")
	case w.State == domain.WebhookDisabled:
		return apperr.New(apperr.Conflict, "the webhook is switched off: resumeWebhook first; testWebhook sends a sample at any time")
	}
	if d.Body != nil {
		return nil
	}
	kept, err := tx.Event.Query().Where(event.ID(d.EventID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("reading event %s: %w", d.EventID, err)
	}
	if !kept {
		return apperr.New(apperr.Conflict, "its event is no longer kept, so that the message cannot be made again")
	}
	return nil
}

func inHand() error {
	return apperr.New(apperr.Conflict, "it is being sent right now, or waits for its turn: look at it again in a moment")
}

// put makes a delivery due, unless the worker has changed it meanwhile: then it
// has it in hand, or had.
func (s *Service) put(ctx context.Context, tx *ent.Tx, d *ent.Delivery) (*ent.Delivery, error) {
	same := []predicate.Delivery{
		delivery.AppID(d.AppID), delivery.ID(d.ID), delivery.CreatedAt(d.CreatedAt), delivery.StatusEQ(d.Status), delivery.AttemptCount(d.AttemptCount),
	}
	if d.NextAttemptAt != nil {
		same = append(same, delivery.NextAttemptAtNotNil())
	}
	now := s.now()
	n, err := tx.Delivery.Update().Where(same...).
		SetStatus(domain.DeliveryPending).SetNextAttemptAt(now).SetAttemptsBefore(d.AttemptCount).SetUrgent(!d.Test).SetUpdatedAt(now).
		Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("making delivery %s due: %w", d.ID, err)
	}
	if n == 0 {
		return nil, inHand()
	}
	changes := audit.Changes{}.Diff("status", d.Status, domain.DeliveryPending).
		Set("webhookId", d.WebhookID).Set("eventId", d.EventID)
	if err := audit.Record(ctx, tx, audit.Entry{Action: domain.AuditDeliveryResent, TargetID: d.ID, Changes: changes}); err != nil {
		return nil, err
	}
	d.Status, d.NextAttemptAt, d.AttemptsBefore, d.UpdatedAt, d.Urgent = domain.DeliveryPending, &now, d.AttemptCount, now, !d.Test
	return d, nil
}
