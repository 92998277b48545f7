// Package webhook holds the subscriptions to events: who is told what, and
// where. It checks and keeps them, and names the webhooks that an event is owed
// to; sending is package delivery's.
//
// Those of the format CALENDLY choose from its names of events, which are finer
// than triggers, and there is one of them for each URL and scope, of the scope
// USER for each agent: two unique indexes see to that.
package webhook

import (
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
	"slotcast/internal/sqlerr"
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
	Events        []string // of CALENDLY, instead of triggers: the names that are sent
	EventTypeIDs  []string
	MeetingTypes  []domain.MeetingType
	Secret        *string // nil: one is made; empty: messages are not signed
	Scope         domain.WebhookScope
	Format        domain.WebhookFormat
	Disabled      bool // switched off from the start
	Description   *string
	SecretHeader  *string
	Headers       map[string]any
}

// Create keeps a new webhook and returns it with its secret, which is never
// given out again. Its errors, in this order: those of Check, FORBIDDEN for one
// of a MEMBER that is not of scope USER, NOT_FOUND for an event type,
// LIMIT_EXCEEDED, and CONFLICT where the format has one for each URL.
func (s *Service) Create(ctx context.Context, in Input) (w *ent.Webhook, secret string, err error) {
	v, err := caller.Agent(ctx, s.client, domain.WebhooksWrite)
	if err != nil {
		return nil, "", err
	}
	p, err := s.plan(in)
	if err != nil {
		return nil, "", err
	}
	if !v.Leads() && in.Scope == domain.ScopeOrganization {
		e := apperr.New(apperr.Forbidden, "a MEMBER's webhooks hear of his own meetings only: set scope to USER, or ask an OWNER or ADMIN")
		e.Field = "scope"
		return nil, "", e
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
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		w, err = s.insert(ctx, tx, v, p)
		return err
	})
	if err != nil {
		return nil, "", told(err)
	}
	return w, p.secret, nil
}

func (s *Service) insert(ctx context.Context, tx *ent.Tx, v viewer.Viewer, p plan) (*ent.Webhook, error) {
	id := typeid.New(typeid.Webhook)
	sealed, err := s.keys.Seal(p.secret, id)
	if err != nil {
		return nil, fmt.Errorf("sealing the webhook's secret: %w", err)
	}
	create := tx.Webhook.Create().SetID(id).
		SetAgentID(v.AgentID).SetSubscriberURL(p.SubscriberURL).SetTriggers(p.Triggers).
		SetEventTypeIds(append([]string{}, p.EventTypeIDs...)).SetMeetingTypes(append([]domain.MeetingType{}, p.MeetingTypes...)).
		SetScope(p.Scope).SetFormat(p.Format).
		SetSecret(sealed).
		SetNillableDescription(p.Description).SetNillableSecretHeader(p.SecretHeader).SetHeaders(p.headers)
	if len(p.Events) > 0 {
		create.SetEvents(p.Events)
	}
	if p.Disabled {
		create.SetState(domain.WebhookDisabled)
	}
	w, err := create.Save(policy.Vouch(ctx, v.AgentID))
	if err != nil {
		return nil, fmt.Errorf("making the webhook: %w", err)
	}
	return w, audit.Record(ctx, tx, audit.Entry{Action: domain.AuditWebhookCreated, TargetID: id, Changes: made(w)})
}

// Delete forgets a webhook: nothing more is sent to it. Owners and admins delete
// all webhooks, others those that they have made, whatever they were then.
// NOT_FOUND where there is none.
func (s *Service) Delete(ctx context.Context, id string) error {
	v, err := caller.Agent(ctx, s.client, domain.WebhooksWrite)
	if err != nil {
		return err
	}
	ctx = viewer.ForApp(ctx) // who was an admin does not see for himself what he made then
	return dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		w, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		if !v.Leads() && w.AgentID != v.AgentID {
			return apperr.Missing("webhook", "id", id)
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

// told turns the database's refusal of a second webhook of a format that has one
// for each URL into an error that callers may see.
func told(err error) error {
	for _, once := range []sqlerr.Constraint{
		{Name: "webhook_once_organization", Columns: "webhooks.app_id, webhooks.subscriber_url"},
		{Name: "webhook_once_user", Columns: "webhooks.app_id, webhooks.subscriber_url, webhooks.agent_id"},
	} {
		if sqlerr.Violates(err, once) {
			e := apperr.New(apperr.Conflict, "there is a webhook of this format, scope and URL: change that one, or delete it")
			e.Field = "subscriberUrl"
			return e
		}
	}
	return err
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
