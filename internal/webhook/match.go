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
)

// Owed names the webhooks that must be told of an event, oldest first: those of
// its app, switched on, that chose its trigger, event type and meeting type, and
// whose scope it is in. It runs in the event's transaction.
func Owed(ctx context.Context, tx *ent.Tx, e *eventlog.Event, m *ent.Meeting) ([]string, error) {
	all, err := tx.Webhook.Query().
		Where(webhook.AppID(e.AppID), webhook.StateNEQ(domain.WebhookDisabled)).
		Order(webhook.ByID()).
		Select(webhook.FieldID, webhook.FieldTriggers, webhook.FieldEventTypeIds, webhook.FieldMeetingTypes,
			webhook.FieldScope, webhook.FieldAgentID).
		All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the webhooks: %w", err)
	}
	owed := []string{}
	for _, w := range all {
		if matches(w, e, m) {
			owed = append(owed, w.ID)
		}
	}
	return owed, nil
}

func matches(w *ent.Webhook, e *eventlog.Event, m *ent.Meeting) bool {
	return slices.Contains(w.Triggers, e.Trigger) &&
		(len(w.EventTypeIds) == 0 || slices.Contains(w.EventTypeIds, m.EventTypeID)) &&
		(len(w.MeetingTypes) == 0 || slices.Contains(w.MeetingTypes, m.Type)) &&
		(w.Scope == domain.ScopeOrganization ||
			slices.ContainsFunc(m.Edges.Agents, func(a *ent.Agent) bool { return a.ID == w.AgentID }))
}
