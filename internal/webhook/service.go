// Package webhook holds the subscriptions to events: who is told what, and
// where. It checks and keeps them, and names the webhooks that an event is owed
// to; sending is package delivery's.
package webhook

import (
	"cmp"
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/eventtype"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/policy"
	"slotcast/internal/safehttp"
	"slotcast/internal/sealing"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// maxPerApp bounds what one event can make the server send.
const maxPerApp = 10_000

// Service keeps webhooks on behalf of the context's viewer. It is safe for
// concurrent use.
type Service struct {
	client *ent.Client
	http   *safehttp.Client
	keys   *sealing.Ring
}

// New returns a Service. The HTTP client judges targets; nothing is sent.
func New(client *ent.Client, http *safehttp.Client, keys *sealing.Ring) *Service {
	return &Service{client: client, http: http, keys: keys}
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
// given out again. Its errors: FORBIDDEN for one of a MEMBER that is not of scope
// USER, BAD_USER_INPUT with the field, NOT_FOUND for an event type,
// LIMIT_EXCEEDED.
func (s *Service) Create(ctx context.Context, in Input) (w *ent.Webhook, secret string, err error) {
	v, err := caller.Agent(ctx, s.client, domain.WebhooksWrite)
	if err != nil {
		return nil, "", err
	}
	if !v.Leads() && in.Scope == domain.ScopeOrganization {
		e := apperr.New(apperr.Forbidden, "a MEMBER's webhooks hear of his own meetings only: set scope to USER, or ask an OWNER or ADMIN")
		e.Field = "scope"
		return nil, "", e
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
	if err := cmp.Or(s.checkURL(in.SubscriberURL), check(in, secret, headers)); err != nil {
		return nil, "", err
	}
	if err := known(ctx, s.client.EventType.Query(), in.EventTypeIDs); err != nil {
		return nil, "", err
	}
	n, err := s.client.Webhook.Query().Count(viewer.ForApp(ctx))
	if err != nil {
		return nil, "", fmt.Errorf("counting the webhooks: %w", err)
	}
	if n >= maxPerApp {
		return nil, "", apperr.New(apperr.LimitExceeded, "an app has at most %d webhooks: delete some", maxPerApp)
	}
	id := typeid.New(typeid.Webhook)
	sealed, err := s.keys.Seal(secret, id)
	if err != nil {
		return nil, "", fmt.Errorf("sealing the webhook's secret: %w", err)
	}
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		w, err = tx.Webhook.Create().SetID(id).
			SetAgentID(v.AgentID).SetSubscriberURL(in.SubscriberURL).SetTriggers(in.Triggers).
			SetEventTypeIds(append([]string{}, in.EventTypeIDs...)).SetMeetingTypes(append([]domain.MeetingType{}, in.MeetingTypes...)).
			SetScope(in.Scope).SetFormat(in.Format).
			SetSecret(sealed).
			SetNillableDescription(in.Description).SetNillableSecretHeader(in.SecretHeader).SetHeaders(headers).
			Save(policy.Vouch(ctx, v.AgentID))
		if err != nil {
			return fmt.Errorf("making the webhook: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditWebhookCreated, TargetID: w.ID, Changes: made(w),
		})
	})
	if err != nil {
		return nil, "", err
	}
	return w, secret, nil
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
		merged, headers, err := c.onto(w)
		if err != nil {
			return err
		}
		if merged.SubscriberURL != w.SubscriberURL {
			err = s.checkURL(merged.SubscriberURL)
		}
		secret, unopened := s.keys.Open(w.Secret, id)
		if unopened != nil {
			return fmt.Errorf("opening the secret of webhook %s: %w", id, unopened)
		}
		if err := cmp.Or(err, check(merged, secret, headers)); err != nil {
			return err
		}
		if err := known(ctx, tx.EventType.Query(), merged.EventTypeIDs); err != nil {
			return err
		}
		changed, err = write(ctx, tx, w, merged, headers)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// Delete forgets a webhook: nothing more is sent to it. NOT_FOUND where there
// is none.
func (s *Service) Delete(ctx context.Context, id string) error {
	if _, err := caller.Agent(ctx, s.client, domain.WebhooksWrite); err != nil {
		return err
	}
	return dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		w, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Webhook.DeleteOneID(id).Exec(ctx); err != nil {
			return fmt.Errorf("deleting webhook %s: %w", id, err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditWebhookDeleted, TargetID: id,
			Changes: audit.Changes{}.Move("subscriberUrl", w.SubscriberURL, nil),
		})
	})
}

// get reads a webhook and keeps others from changing it until the transaction
// ends.
func get(ctx context.Context, tx *ent.Tx, id string) (*ent.Webhook, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	w, err := tx.Webhook.Query().Where(webhook.ID(id), lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("webhook", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading webhook %s: %w", id, err)
	}
	return w, nil
}

func lock(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForUpdate()
	}
}

// known checks that the app has the event types. All its agents know of them,
// whatever their tokens are for.
func known(ctx context.Context, types *ent.EventTypeQuery, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	found, err := types.Where(eventtype.IDIn(ids...)).IDs(viewer.ForApp(ctx))
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
