package webhook

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// Owed names the messages that webhooks are owed of an event, those of the
// oldest webhook first: of its app, switched on, that chose its trigger, event
// type and meeting type, and whose scope it is in. It runs in the event's
// transaction.
func Owed(ctx context.Context, tx *ent.Tx, e *eventlog.Event, d *eventlog.Draft) ([]string, error) {
	all, err := tx.Webhook.Query().
		Where(webhook.AppID(e.AppID), webhook.StateNEQ(domain.WebhookDisabled)).
		Order(webhook.ByID()).
		Select(webhook.FieldID, webhook.FieldTriggers, webhook.FieldEventTypeIds, webhook.FieldMeetingTypes,
			webhook.FieldScope, webhook.FieldAgentID, webhook.FieldFormat, webhook.FieldEvents).
		All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the webhooks: %w", err)
	}
	owed := []string{}
	for _, w := range all {
		for _, part := range parts(w, d) {
			owed = append(owed, eventlog.Owing(w.ID, part))
		}
	}
	return owed, nil
}

// OwedNow names the parts of an event that a webhook of its app would be owed if
// it happened now, by what the webhook chooses now: none if it is switched off.
func OwedNow(w *ent.Webhook, e *eventlog.Event) ([]string, error) {
	if w.AppID != e.AppID || w.State == domain.WebhookDisabled {
		return nil, nil
	}
	d := &eventlog.Draft{Trigger: e.Trigger, AttendeeID: e.AttendeeID}
	var err error
	if d.Meeting, err = e.Meeting(); err != nil {
		return nil, err
	}
	if d.Previous, err = e.Previous(); err != nil {
		return nil, err
	}
	if d.Submission, err = e.Submission(); err != nil {
		return nil, err
	}
	return parts(w, d), nil
}

// parts names the messages that a webhook is owed of what happened.
func parts(w *ent.Webhook, d *eventlog.Draft) []string {
	if !matches(w, d) {
		return nil
	}
	return wire.Parts(wire.Recipient{Format: w.Format, Events: w.Events, CreatedBy: w.AgentID}, d)
}

// matches goes by the same rules as Explain.
func matches(w *ent.Webhook, d *eventlog.Draft) bool {
	return choseTrigger(w, d) && choseEventType(w, d) && choseMeetingType(w, d) && inScope(w, d)
}
