package webhook

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// Changes describes what to change; nil leaves as it is. An empty description,
// secret header, template or retry schedule takes it away, and so does a rate of
// 0. Other triggers than before take the place of the events that were chosen.
type Changes struct {
	SubscriberURL *string
	Triggers      []domain.Trigger
	EventTypeIDs  []string
	MeetingTypes  []domain.MeetingType
	Secret        *string // at once, with no overlap; empty: messages are not signed any more
	Active        *bool   // switches it off and on; what waits for it stays
	Description   *string
	SecretHeader  *string
	Headers       map[string]any

	PayloadTemplate         *string
	OrderPolicy             *domain.OrderPolicy
	RetrySchedule           []int
	RateLimitPerMinute      *int
	ClientCertificate       *CertificateInput
	RemoveClientCertificate bool
}

// next is what a webhook is to be.
type next struct {
	plan
	state  domain.WebhookState
	resign bool // it gets another secret
}

// Update changes a webhook. Its errors are those of Create, and NOT_FOUND.
func (s *Service) Update(ctx context.Context, id string, c Changes) (*ent.Webhook, error) {
	v, err := caller.Agent(ctx, s.client, domain.WebhooksWrite)
	if err != nil {
		return nil, err
	}
	var changed *ent.Webhook
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
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
		if c.PayloadTemplate != nil || c.Triggers != nil { // what has been checked may go on as it is
			if err := s.checkTemplate(ctx, tx.Client(), to.plan); err != nil {
				return err
			}
		}
		changed, err = s.write(ctx, tx, v, w, to)
		return err
	})
	if err != nil {
		return nil, told(err)
	}
	return changed, nil
}

// onto returns what a webhook is to be.
func (s *Service) onto(w *ent.Webhook, c Changes) (next, error) {
	to := next{state: switched(w.State, c.Active), resign: c.Secret != nil, plan: plan{headers: w.Headers, agentID: w.AgentID, Input: Input{
		SubscriberURL: *cmp.Or(c.SubscriberURL, &w.SubscriberURL),
		Triggers:      w.Triggers, Events: w.Events, EventTypeIDs: w.EventTypeIds, MeetingTypes: w.MeetingTypes,
		Scope: w.Scope, Format: w.Format,
		Description:     some(cmp.Or(c.Description, w.Description)),
		SecretHeader:    some(cmp.Or(c.SecretHeader, w.SecretHeader)),
		PayloadTemplate: some(cmp.Or(c.PayloadTemplate, w.PayloadTemplate)),
		OrderPolicy:     *cmp.Or(c.OrderPolicy, &w.OrderPolicy), RetrySchedule: w.RetrySchedule,
		RateLimitPerMinute: cmp.Or(c.RateLimitPerMinute, w.RateLimitPerMinute),
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
	if c.RetrySchedule != nil {
		to.RetrySchedule = c.RetrySchedule
	}
	if rate := c.RateLimitPerMinute; rate != nil && *rate == 0 {
		to.RateLimitPerMinute = nil
	}
	var err error
	if c.Headers != nil {
		if to.headers, err = fixed(c.Headers); err != nil {
			return next{}, err
		}
	}
	if to.certificate, err = s.recertified(w, c); err != nil {
		return next{}, err
	}
	if c.Secret != nil {
		to.secret = *c.Secret
	} else if to.secret, err = s.keys.Open(w.Secret, w.ID); err != nil {
		return next{}, fmt.Errorf("opening the secret of webhook %s: %w", w.ID, err)
	}
	return to, nil
}

// recertified is the client certificate that follows.
func (s *Service) recertified(w *ent.Webhook, c Changes) (pair, error) {
	switch {
	case c.ClientCertificate != nil && c.RemoveClientCertificate:
		return pair{}, apperr.BadInput("removeClientCertificate", "there is a clientCertificate to put in its place: leave one of the two out")
	case c.RemoveClientCertificate:
		return pair{}, nil
	case c.ClientCertificate != nil:
		return checkPair(*c.ClientCertificate, s.now())
	}
	return pair{chain: w.ClientCertificate, sealed: w.ClientKey}, nil
}

// switched is the state that follows when a webhook is switched off or on.
func switched(state domain.WebhookState, on *bool) domain.WebhookState {
	switch {
	case on == nil:
		return state
	case *on:
		return transitions()[switchingOn][state]
	}
	return transitions()[switchingOff][state]
}

// write makes a webhook what it is to be, where that differs.
func (s *Service) write(ctx context.Context, tx *ent.Tx, v viewer.Viewer, w *ent.Webhook, to next) (*ent.Webhook, error) {
	changes := differences(w, to)
	update := tx.Webhook.UpdateOneID(w.ID)
	fill(update, to)
	if to.resign {
		if err := s.resign(update, w.ID, to.secret, s.time()); err != nil {
			return nil, err
		}
		update.ClearPreviousSecret().ClearPreviousSecretUntil()
		changes.Move("secret", hidden(w.Secret), hidden(to.secret))
	}
	if len(changes) == 0 {
		return w, nil
	}
	if to.state != w.State {
		if err := s.enter(ctx, tx, update, v, w, to.state); err != nil {
			return nil, err
		}
	}
	if to.SubscriberURL != w.SubscriberURL { // another receiver has asked for nothing
		update.ClearHeldUntil()
	}
	if err := s.certify(update, w.ID, to.certificate); err != nil {
		return nil, err
	}
	changed, err := save(ctx, update, w.ID)
	if err != nil {
		return nil, err
	}
	return changed, audit.Record(ctx, tx, audit.Entry{Action: domain.AuditWebhookUpdated, TargetID: w.ID, Changes: changes})
}

// fill puts all but the state and what is sealed into an update.
func fill(update *ent.WebhookUpdateOne, to next) {
	update.SetSubscriberURL(to.SubscriberURL).SetTriggers(to.Triggers).
		SetEventTypeIds(to.EventTypeIDs).SetMeetingTypes(to.MeetingTypes).SetHeaders(to.headers).
		SetNillableDescription(to.Description).SetNillableSecretHeader(to.SecretHeader).
		SetNillablePayloadTemplate(to.PayloadTemplate).SetOrderPolicy(to.OrderPolicy).
		SetRetrySchedule(append([]int{}, to.RetrySchedule...))
	if to.Description == nil {
		update.ClearDescription()
	}
	if to.SecretHeader == nil {
		update.ClearSecretHeader()
	}
	if to.PayloadTemplate == nil {
		update.ClearPayloadTemplate()
	}
	if to.Events == nil {
		update.ClearEvents()
	}
	if to.PayloadTemplate == nil {
		update.ClearPayloadTemplate()
	}
	if to.RateLimitPerMinute == nil {
		update.ClearRateLimitPerMinute()
	} else {
		update.SetRateLimitPerMinute(*to.RateLimitPerMinute)
	}
}

// certify puts a new client certificate into an update, or takes it out.
func (s *Service) certify(update *ent.WebhookUpdateOne, id string, p pair) error {
	switch {
	case p.chain == "":
		update.ClearClientCertificate().ClearClientKey()
	case p.sealed == "":
		sealed, err := s.keys.Seal(p.key, keyRow(id))
		if err != nil {
			return fmt.Errorf("sealing the client certificate's key: %w", err)
		}
		update.SetClientCertificate(p.chain).SetClientKey(sealed)
	}
	return nil
}

// some turns an empty text into none.
func some(text *string) *string {
	if text != nil && *text == "" {
		return nil
	}
	return text
}
