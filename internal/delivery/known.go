package delivery

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/wire"
)

// known is what the table says of a message, where that is more than that it waits
// for its turn.
type known struct {
	failing bool      // else it is done
	next    time.Time // when it is tried again
	until   time.Time // when its time of grace ends
}

// rows finds what the table knows of messages to webhooks, of events behind one
// and up to another.
func (w *Worker) rows(ctx context.Context, webhooks []string, from, upTo int64) (map[message]*known, error) {
	if len(webhooks) == 0 {
		return nil, nil
	}
	rows, err := w.cfg.Client.Delivery.Query().
		Where(delivery.WebhookIDIn(webhooks...), delivery.NumberGT(from), delivery.NumberLTE(upTo), delivery.Test(false),
			delivery.Or(delivery.StatusNEQ(domain.DeliveryPending), delivery.AttemptCountGT(0), delivery.NextAttemptAtNotNil())).
		Select(delivery.FieldEventID, delivery.FieldWebhookID, delivery.FieldPart, delivery.FieldStatus, delivery.FieldNextAttemptAt,
			delivery.FieldAttempts, delivery.FieldAttemptCount, delivery.FieldAttemptsBefore, delivery.FieldUpdatedAt).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the rows of events %d to %d: %w", from+1, upTo, err)
	}
	return w.known(rows), nil
}

// known reads rows.
func (w *Worker) known(rows []*ent.Delivery) map[message]*known {
	found := make(map[message]*known, len(rows))
	for _, d := range rows {
		found[message{d.EventID, d.WebhookID, d.Part}] = w.knownOf(d)
	}
	asPairs(found)
	return found
}

// asPairs lets others wait for the second of a pair as long as for the first.
func asPairs(found map[message]*known) {
	for m, k := range found {
		if first := found[message{m.eventID, m.webhookID, wire.Before(m.part)}]; k.failing && first != nil && first.failing {
			k.until = first.until
		}
	}
}

// knownOf reads a row. What was put off without an attempt others wait for as if
// it had failed then.
func (w *Worker) knownOf(d *ent.Delivery) *known {
	if d.Status != domain.DeliveryPending {
		return &known{}
	}
	k := &known{failing: true, next: nextOf(d), until: w.graceOf(d.Attempts, d.AttemptCount, d.AttemptsBefore)}
	if d.AttemptCount == d.AttemptsBefore {
		k.until = d.UpdatedAt.Add(w.cfg.Grace)
	}
	return k
}

// nextOf is when a failing message is tried again: now where it is in hand.
func nextOf(d *ent.Delivery) time.Time {
	if d.NextAttemptAt == nil {
		return time.Now()
	}
	return *d.NextAttemptAt
}
