package webhook

import (
	"context"
	"fmt"
	"slices"

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
		if !matches(w, d) {
			continue
		}
		for _, part := range wire.Parts(wire.Recipient{Format: w.Format, Events: w.Events, CreatedBy: w.AgentID}, d) {
			owed = append(owed, eventlog.Owing(w.ID, part))
		}
	}
	return owed, nil
}

func matches(w *ent.Webhook, d *eventlog.Draft) bool {
	if !slices.Contains(w.Triggers, d.Trigger) {
		return false
	}
	if d.Meeting == nil { // it has neither an event type nor agents: it is the whole app's
		return w.Scope == domain.ScopeOrganization && len(w.EventTypeIds) == 0 && len(w.MeetingTypes) == 0
	}
	m := d.Meeting
	return (len(w.EventTypeIds) == 0 || slices.Contains(w.EventTypeIds, m.EventTypeID)) &&
		(len(w.MeetingTypes) == 0 || slices.Contains(w.MeetingTypes, m.Type)) &&
		(w.Scope == domain.ScopeOrganization ||
			slices.ContainsFunc(m.Edges.Agents, func(a *ent.Agent) bool { return a.ID == w.AgentID }))
}
