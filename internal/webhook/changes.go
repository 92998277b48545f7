package webhook

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"slotcast/ent"
	"slotcast/internal/audit"
	"slotcast/internal/domain"
)

// onto returns what a webhook is to be, and its fixed headers.
func (c Changes) onto(w *ent.Webhook) (Input, map[string]string, error) {
	merged := Input{
		SubscriberURL: *cmp.Or(c.SubscriberURL, &w.SubscriberURL),
		Triggers:      w.Triggers, EventTypeIDs: w.EventTypeIds, MeetingTypes: w.MeetingTypes,
		Scope: w.Scope, Format: w.Format,
		Description:  some(cmp.Or(c.Description, w.Description)),
		SecretHeader: some(cmp.Or(c.SecretHeader, w.SecretHeader)),
	}
	if c.Triggers != nil {
		merged.Triggers = c.Triggers
	}
	if c.EventTypeIDs != nil {
		merged.EventTypeIDs = c.EventTypeIDs
	}
	if c.MeetingTypes != nil {
		merged.MeetingTypes = c.MeetingTypes
	}
	if c.Headers == nil {
		return merged, w.Headers, nil
	}
	headers, err := fixed(c.Headers)
	return merged, headers, err
}

// write makes a webhook what it is to be, where that differs.
func write(ctx context.Context, tx *ent.Tx, w *ent.Webhook, to Input, headers map[string]string) (*ent.Webhook, error) {
	changes := differences(w, to, headers)
	if len(changes) == 0 {
		return w, nil
	}
	update := tx.Webhook.UpdateOneID(w.ID).
		SetSubscriberURL(to.SubscriberURL).SetTriggers(to.Triggers).
		SetEventTypeIds(to.EventTypeIDs).SetMeetingTypes(to.MeetingTypes).SetHeaders(headers).
		SetNillableDescription(to.Description).SetNillableSecretHeader(to.SecretHeader)
	if to.Description == nil {
		update.ClearDescription()
	}
	if to.SecretHeader == nil {
		update.ClearSecretHeader()
	}
	changed, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("changing webhook %s: %w", w.ID, err)
	}
	return changed, audit.Record(ctx, tx, audit.Entry{Action: domain.AuditWebhookUpdated, TargetID: w.ID, Changes: changes})
}

// differences lists what changes, for the audit log.
func differences(w *ent.Webhook, to Input, headers map[string]string) audit.Changes {
	c := audit.Changes{}.Diff("subscriberUrl", w.SubscriberURL, to.SubscriberURL).Diff("triggers", w.Triggers, to.Triggers).
		Diff("eventTypeIds", w.EventTypeIds, to.EventTypeIDs).Diff("meetingTypes", w.MeetingTypes, to.MeetingTypes).
		Diff("description", w.Description, to.Description).Diff("secretHeader", w.SecretHeader, to.SecretHeader)
	if !maps.Equal(w.Headers, headers) {
		c.Move("headers", names(w.Headers), names(headers))
	}
	return c
}

// made lists all that a new webhook is, for the audit log.
func made(w *ent.Webhook) audit.Changes {
	c := audit.Changes{}.Set("subscriberUrl", w.SubscriberURL).Set("triggers", w.Triggers).
		Set("eventTypeIds", w.EventTypeIds).Set("meetingTypes", w.MeetingTypes).Set("scope", w.Scope).Set("format", w.Format)
	if w.Secret != "" {
		c.Set("secret", audit.Hidden)
	}
	if w.Description != nil {
		c.Set("description", *w.Description)
	}
	if w.SecretHeader != nil {
		c.Set("secretHeader", *w.SecretHeader)
	}
	if len(w.Headers) > 0 {
		c.Set("headers", names(w.Headers))
	}
	return c
}

// names are the fixed headers without their values, which may be passwords.
func names(headers map[string]string) map[string]string {
	out := map[string]string{}
	for name := range headers {
		out[name] = audit.Hidden
	}
	return out
}

// some turns an empty text into none.
func some(text *string) *string {
	if text != nil && *text == "" {
		return nil
	}
	return text
}
