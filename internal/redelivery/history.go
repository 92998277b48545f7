package redelivery

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/auditentry"
	"slotcast/internal/domain"
)

// maxHistory bounds the changes of one webhook that are looked at.
const maxHistory = 1000

// asOf returns the webhook as far as it chose what it is told, as it was at a
// time, by what the audit log says has changed since, and the names of what did.
func (s *Service) asOf(ctx context.Context, w *ent.Webhook, at time.Time) (*ent.Webhook, []string, error) {
	was := *w
	was.Triggers, was.Events = slices.Clone(w.Triggers), slices.Clone(w.Events) // which are read into
	was.EventTypeIds, was.MeetingTypes = slices.Clone(w.EventTypeIds), slices.Clone(w.MeetingTypes)
	if !w.UpdatedAt.After(at) {
		return &was, nil, nil
	}
	entries, err := s.client.AuditEntry.Query().
		Where(auditentry.TargetID(w.ID), auditentry.CreatedAtGT(at)).
		Order(ent.Asc(auditentry.FieldCreatedAt, auditentry.FieldID)).Limit(maxHistory).
		All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the changes of webhook %s: %w", w.ID, err)
	}
	var changed []string
	for _, e := range entries {
		for name, into := range map[string]any{
			"triggers": &was.Triggers, "events": &was.Events, "eventTypeIds": &was.EventTypeIds,
			"meetingTypes": &was.MeetingTypes, "state": &was.State,
		} {
			change, ok := e.Changes[name]
			if !ok || slices.Contains(changed, name) { // the first change has what it was before all of them
				continue
			}
			if err := before(change, into); err != nil {
				return nil, nil, fmt.Errorf("reading change %s of webhook %s: %w", e.ID, w.ID, err)
			}
			changed = append(changed, name)
		}
	}
	changed = slices.DeleteFunc(changed, func(name string) bool { // how well it was sent to does not matter here
		return name == "state" && was.State != domain.WebhookDisabled
	})
	slices.Sort(changed)
	return &was, changed, nil
}

// before reads what a field was before a change; nothing where that is not told.
func before(change, into any) error {
	text, err := json.Marshal(change)
	if err != nil {
		return err
	}
	var c struct{ From json.RawMessage }
	if err := json.Unmarshal(text, &c); err != nil || c.From == nil {
		return err
	}
	return json.Unmarshal(c.From, into)
}
