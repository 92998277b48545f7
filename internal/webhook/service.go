// Package webhook holds the subscriptions to events: who is told what, and
// where. It checks and keeps them, and names the webhooks that an event is owed
// to; sending is package delivery's.
//
// # States
//
//	from      pause     resume    switched on  switched off  by itself
//	ACTIVE    PAUSED    ·         ·            DISABLED      → DEGRADED: fails again and again
//	DEGRADED  PAUSED    ACTIVE    ·            DISABLED      → ACTIVE: answers
//	                                                         → PAUSED: fails for five days
//	PAUSED    ·         ACTIVE    ACTIVE       DISABLED
//	DISABLED  CONFLICT  ACTIVE    ACTIVE       ·             ← all others: the receiver answers 410
//
// What happens while a webhook is PAUSED is owed to it; while it is DISABLED,
// nothing is. The commands are a table in state.go, and · changes nothing; what
// happens by itself is package delivery's affair. Every UPDATE that moves one
// names the state that it leads from.
//
// # Secrets
//
// While a webhook's secret rotates it has two. The one before is previous_secret,
// sealed as it was; it counts until previous_secret_until and is left where it is
// then, until the next change of the secret. Of a rotation within a rotation the
// middle secret becomes the previous one, and the oldest ends.
//
// # Formats
//
// Those of the format CALENDLY choose from its names of events, which are finer
// than triggers, and there is one of them for each URL and scope, of the scope
// USER for each agent: two unique indexes see to that.
package webhook

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/policy"
	"slotcast/internal/safehttp"
	"slotcast/internal/sealing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// maxPerApp bounds what one event can make the server send.
const maxPerApp = 10_000

// Service keeps webhooks on behalf of the context's viewer. It is safe for
// concurrent use.
type Service struct {
	client *ent.Client
	http   *safehttp.Client
	keys   *sealing.Ring
	links  wire.Links
	tell   func(appID string, ids ...string)
	now    func() time.Time
}

// New returns a Service. The HTTP client judges targets; nothing is sent. The
// links are those of the bodies that templates are tried on.
func New(client *ent.Client, http *safehttp.Client, keys *sealing.Ring, links wire.Links) *Service {
	return &Service{client: client, http: http, keys: keys, links: links, tell: func(string, ...string) {}, now: time.Now}
}

// Telling has a Service that is not in use yet tell which deliveries it has changed,
// once that is committed. What is told must not block.
func (s *Service) Telling(tell func(appID string, ids ...string)) *Service {
	s.tell = tell
	return s
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

	PayloadTemplate    *string            // none and empty: the format's bodies
	OrderPolicy        domain.OrderPolicy // empty: BOUNDED
	RetrySchedule      []int              // seconds; empty: the server's own
	RateLimitPerMinute *int               // nil: no limit
	ClientCertificate  *CertificateInput
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
	if err := s.checkTemplate(ctx, s.client, p); err != nil {
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
		SetNillableDescription(p.Description).SetNillableSecretHeader(p.SecretHeader).SetHeaders(p.headers).
		SetNillablePayloadTemplate(p.PayloadTemplate).SetOrderPolicy(p.OrderPolicy).
		SetRetrySchedule(append([]int{}, p.RetrySchedule...)).SetNillableRateLimitPerMinute(p.RateLimitPerMinute)
	if len(p.Events) > 0 {
		create.SetEvents(p.Events)
	}
	if p.Disabled {
		create.SetState(domain.WebhookDisabled).SetAlertedState(domain.WebhookDisabled).SetMailedState(domain.WebhookDisabled)
	}
	if p.certificate.chain != "" {
		if sealed, err = s.keys.Seal(p.certificate.key, keyRow(id)); err != nil {
			return nil, fmt.Errorf("sealing the client certificate's key: %w", err)
		}
		create.SetClientCertificate(p.certificate.chain).SetClientKey(sealed)
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
		if err := s.hasten(ctx, tx, w); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditWebhookDeleted, TargetID: id,
			Changes: audit.Changes{}.Move("subscriberUrl", w.SubscriberURL, nil),
		})
	})
}
