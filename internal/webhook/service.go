// Package webhook holds the subscriptions to events: who is told what, and
// where. It checks and keeps them, and names the webhooks that an event is owed
// to; sending is package delivery's.
package webhook

import (
	"cmp"
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/eventtype"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
	"slotcast/internal/viewer"
)

// maxPerApp bounds what one event can make the server send.
const maxPerApp = 10_000

// Service keeps webhooks on behalf of the context's viewer. It is safe for
// concurrent use.
type Service struct {
	client *ent.Client
	http   *safehttp.Client
}

// New returns a Service. The HTTP client judges targets; nothing is sent.
func New(client *ent.Client, http *safehttp.Client) *Service {
	return &Service{client: client, http: http}
}

// Input describes a new webhook; see the GraphQL input CreateWebhookInput.
type Input struct {
	SubscriberURL string
	Triggers      []domain.Trigger
	EventTypeIDs  []string
	MeetingTypes  []domain.MeetingType
	Secret        *string // nil: one is made; empty: messages are not signed
	Scope         domain.WebhookScope
	Format        domain.WebhookFormat
	Description   *string
	SecretHeader  *string
	Headers       map[string]any
}

// Changes describes what to change; nil leaves as it is, an empty description
// or secret header takes it away.
type Changes struct {
	SubscriberURL *string
	Triggers      []domain.Trigger
	EventTypeIDs  []string
	MeetingTypes  []domain.MeetingType
	Description   *string
	SecretHeader  *string
	Headers       map[string]any
}

// Create keeps a new webhook and returns it with its secret, which is never
// given out again. Its errors: BAD_USER_INPUT with the field, NOT_FOUND for an
// event type, LIMIT_EXCEEDED.
func (s *Service) Create(ctx context.Context, in Input) (w *ent.Webhook, secret string, err error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return nil, "", apperr.New(apperr.Unauthenticated, "a token is needed")
	}
	secret = signing.NewSecret()
	if in.Secret != nil {
		secret = *in.Secret
	}
	headers, err := fixed(in.Headers)
	if err != nil {
		return nil, "", err
	}
	in.Description, in.SecretHeader = some(in.Description), some(in.SecretHeader)
	if err := cmp.Or(s.checkURL(in.SubscriberURL), s.check(ctx, in, secret, headers)); err != nil {
		return nil, "", err
	}
	n, err := s.client.Webhook.Query().Count(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("counting the webhooks: %w", err)
	}
	if n >= maxPerApp {
		return nil, "", apperr.New(apperr.LimitExceeded, "an app has at most %d webhooks: delete some", maxPerApp)
	}
	w, err = s.client.Webhook.Create().
		SetAgentID(v.AgentID).SetSubscriberURL(in.SubscriberURL).SetTriggers(in.Triggers).
		SetEventTypeIds(append([]string{}, in.EventTypeIDs...)).SetMeetingTypes(append([]domain.MeetingType{}, in.MeetingTypes...)).
		SetScope(in.Scope).SetFormat(in.Format).SetSecret(secret).
		SetNillableDescription(in.Description).SetNillableSecretHeader(in.SecretHeader).SetHeaders(headers).
		Save(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("making the webhook: %w", err)
	}
	return w, secret, nil
}

// Update changes a webhook. Its errors are those of Create, and NOT_FOUND.
func (s *Service) Update(ctx context.Context, id string, c Changes) (*ent.Webhook, error) {
	w, err := s.get(ctx, id)
	if err != nil {
		return nil, err
	}
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
	headers := w.Headers
	if c.Headers != nil {
		if headers, err = fixed(c.Headers); err != nil {
			return nil, err
		}
	}
	if merged.SubscriberURL != w.SubscriberURL {
		err = s.checkURL(merged.SubscriberURL)
	}
	if err := cmp.Or(err, s.check(ctx, merged, w.Secret, headers)); err != nil {
		return nil, err
	}
	update := s.client.Webhook.UpdateOneID(id).
		SetSubscriberURL(merged.SubscriberURL).SetTriggers(merged.Triggers).
		SetEventTypeIds(merged.EventTypeIDs).SetMeetingTypes(merged.MeetingTypes).SetHeaders(headers).
		SetNillableDescription(merged.Description).SetNillableSecretHeader(merged.SecretHeader)
	if merged.Description == nil {
		update.ClearDescription()
	}
	if merged.SecretHeader == nil {
		update.ClearSecretHeader()
	}
	changed, err := update.Save(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("webhook", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("changing webhook %s: %w", id, err)
	}
	return changed, nil
}

// Delete forgets a webhook: nothing more is sent to it. NOT_FOUND where there
// is none.
func (s *Service) Delete(ctx context.Context, id string) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	n, err := s.client.Webhook.Delete().Where(webhook.ID(id)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("deleting webhook %s: %w", id, err)
	}
	if n == 0 {
		return apperr.Missing("webhook", "id", id)
	}
	return nil
}

func (s *Service) get(ctx context.Context, id string) (*ent.Webhook, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	w, err := s.client.Webhook.Query().Where(webhook.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("webhook", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading webhook %s: %w", id, err)
	}
	return w, nil
}

// known checks that the event types exist for the viewer.
func (s *Service) known(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	found, err := s.client.EventType.Query().Where(eventtype.IDIn(ids...)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("looking up the event types: %w", err)
	}
	have := map[string]bool{}
	for _, id := range found {
		have[id] = true
	}
	for i, id := range ids {
		if !have[id] {
			return apperr.Missing("event type", fmt.Sprintf("eventTypeIds.%d", i), id)
		}
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
