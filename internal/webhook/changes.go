package webhook

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"slotcast/ent"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
)

// Changes describes what to change; nil leaves as it is, an empty description
// or secret header takes it away. Other triggers than before take the place of
// the events that were chosen.
type Changes struct {
	SubscriberURL *string
	Triggers      []domain.Trigger
	EventTypeIDs  []string
	MeetingTypes  []domain.MeetingType
	Secret        *string // empty: messages are not signed any more
	Active        *bool   // switches it off and on; what waits for it stays
	Description   *string
	SecretHeader  *string
	Headers       map[string]any
}

// next is what a webhook is to be.
type next struct {
	plan
	state domain.WebhookState
}

// Update changes a webhook. Its errors are those of Create, and NOT_FOUND.
func (s *Service) Update(ctx context.Context, id string, c Changes) (*ent.Webhook, error) {
	if _, err := caller.Agent(ctx, s.client, domain.WebhooksWrite); err != nil {
		return nil, err
	}
	var changed *ent.Webhook
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		w, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		to, err := s.onto(w, c)
		if err != nil {
			return err
		}
		if to.SubscriberURL != w.SubscriberURL {
			err = s.checkURL(to.SubscriberURL)
		}
		if err := cmp.Or(err, check(to.plan)); err != nil {
			return err
		}
		if err := known(ctx, tx.EventType.Query(), to.EventTypeIDs); err != nil {
			return err
		}
		changed, err = s.write(ctx, tx, w, to, c.Secret != nil)
		return err
	})
	if err != nil {
		return nil, told(err)
	}
	return changed, nil
}

// onto returns what a webhook is to be.
func (s *Service) onto(w *ent.Webhook, c Changes) (next, error) {
	to := next{state: switched(w.State, c.Active), plan: plan{headers: w.Headers, Input: Input{
		SubscriberURL: *cmp.Or(c.SubscriberURL, &w.SubscriberURL),
		Triggers:      w.Triggers, Events: w.Events, EventTypeIDs: w.EventTypeIds, MeetingTypes: w.MeetingTypes,
		Scope: w.Scope, Format: w.Format,
		Description:  some(cmp.Or(c.Description, w.Description)),
		SecretHeader: some(cmp.Or(c.SecretHeader, w.SecretHeader)),
	}}}
	if c.Triggers != nil && !slices.Equal(c.Triggers, w.Triggers) {
		to.Triggers, to.Events = c.Triggers, nil
	}
	if c.EventTypeIDs != nil {
		to.EventTypeIDs = c.EventTypeIDs
	}
	if c.MeetingTypes != nil {
		to.MeetingTypes = c.MeetingTypes
	}
	var err error
	if c.Headers != nil {
		if to.headers, err = fixed(c.Headers); err != nil {
			return next{}, err
		}
	}
	if c.Secret != nil {
		to.secret = *c.Secret
	} else if to.secret, err = s.keys.Open(w.Secret, w.ID); err != nil {
		return next{}, fmt.Errorf("opening the secret of webhook %s: %w", w.ID, err)
	}
	return to, nil
}

// switched is the state that follows when a webhook is switched off or on. One
// that is sent to, well or badly, is on.
func switched(state domain.WebhookState, on *bool) domain.WebhookState {
	switch {
	case on == nil:
		return state
	case !*on:
		return domain.WebhookDisabled
	case state == domain.WebhookDegraded:
		return state
	}
	return domain.WebhookActive
}

// write makes a webhook what it is to be, where that differs.
func (s *Service) write(ctx context.Context, tx *ent.Tx, w *ent.Webhook, to next, resign bool) (*ent.Webhook, error) {
	changes := differences(w, to)
	update := tx.Webhook.UpdateOneID(w.ID).
		SetSubscriberURL(to.SubscriberURL).SetTriggers(to.Triggers).
		SetEventTypeIds(to.EventTypeIDs).SetMeetingTypes(to.MeetingTypes).SetHeaders(to.headers).SetState(to.state).
		SetNillableDescription(to.Description).SetNillableSecretHeader(to.SecretHeader)
	if resign {
		sealed, err := s.keys.Seal(to.secret, w.ID)
		if err != nil {
			return nil, fmt.Errorf("sealing the webhook's secret: %w", err)
		}
		update.SetSecret(sealed)
		changes.Move("secret", hidden(w.Secret), hidden(to.secret))
	}
	if len(changes) == 0 {
		return w, nil
	}
	if to.Description == nil {
		update.ClearDescription()
	}
	if to.SecretHeader == nil {
		update.ClearSecretHeader()
	}
	if to.Events == nil {
		update.ClearEvents()
	}
	changed, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("changing webhook %s: %w", w.ID, err)
	}
	return changed, audit.Record(ctx, tx, audit.Entry{Action: domain.AuditWebhookUpdated, TargetID: w.ID, Changes: changes})
}

// differences lists what changes, for the audit log.
func differences(w *ent.Webhook, to next) audit.Changes {
	c := audit.Changes{}.Diff("subscriberUrl", w.SubscriberURL, to.SubscriberURL).Diff("triggers", w.Triggers, to.Triggers).
		Diff("events", w.Events, to.Events).
		Diff("eventTypeIds", w.EventTypeIds, to.EventTypeIDs).Diff("meetingTypes", w.MeetingTypes, to.MeetingTypes).
		Diff("description", w.Description, to.Description).Diff("secretHeader", w.SecretHeader, to.SecretHeader).
		Diff("state", w.State, to.state)
	if !maps.Equal(w.Headers, to.headers) {
		c.Move("headers", names(w.Headers), names(to.headers))
	}
	return c
}

// hidden stands for a secret; none stays none.
func hidden(secret string) any {
	if secret == "" {
		return nil
	}
	return audit.Hidden
}

// made lists all that a new webhook is, for the audit log.
func made(w *ent.Webhook) audit.Changes {
	c := audit.Changes{}.Set("subscriberUrl", w.SubscriberURL).Set("triggers", w.Triggers).
		Set("eventTypeIds", w.EventTypeIds).Set("meetingTypes", w.MeetingTypes).Set("scope", w.Scope).Set("format", w.Format)
	if w.Secret != "" {
		c.Set("secret", audit.Hidden)
	}
	if len(w.Events) > 0 {
		c.Set("events", w.Events)
	}
	if w.State != domain.WebhookActive {
		c.Set("state", w.State)
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
