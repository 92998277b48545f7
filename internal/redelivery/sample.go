package redelivery

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/app"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/ratelimit"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// samplesPerMinute is how often a webhook is tried out: by people, not by scripts.
const samplesPerMinute = 10

// Sample has a webhook sent a sample, whatever its state and its choices. Its
// errors: NOT_FOUND, BAD_USER_INPUT, RATE_LIMITED.
func (s *Service) Sample(ctx context.Context, webhookID string, t domain.Trigger) (*ent.Delivery, error) {
	v, err := caller.Agent(ctx, s.client, domain.WebhooksWrite)
	if err != nil {
		return nil, err
	}
	if err := input.Member("trigger", t); err != nil {
		return nil, err
	}
	w, err := hook(ctx, s.client.Webhook, "id", webhookID)
	if err != nil {
		return nil, err
	}
	if err := s.take(ctx, w.ID); err != nil {
		return nil, err
	}
	ctx = viewer.ForApp(ctx)
	now := s.now()
	body, err := s.sample(ctx, v.AppID, w, t, now)
	if err != nil {
		return nil, err
	}
	var made *ent.Delivery
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		eventID := typeid.New(typeid.Event)
		made, err = tx.Delivery.Create().SetID(typeid.Derive(typeid.Delivery, eventID, w.ID, "")).
			SetCreatedAt(now).SetUpdatedAt(now).SetWebhookID(w.ID).SetEventID(eventID).SetTrigger(t).
			SetShard(s.log.ShardOf(v.AppID)).SetNumber(0).SetTest(true).SetBody(string(body)).
			SetStatus(domain.DeliveryPending).SetNextAttemptAt(now).
			Save(ctx)
		if err != nil {
			return fmt.Errorf("making a sample for webhook %s: %w", w.ID, err)
		}
		changes := audit.Changes{}.Set("trigger", t).Set("deliveryId", made.ID)
		return audit.Record(ctx, tx, audit.Entry{Action: domain.AuditWebhookTested, TargetID: w.ID, Changes: changes})
	})
	if err != nil {
		return nil, err
	}
	s.tell(made.AppID, made.ID)
	return made, nil
}

// take counts a sample.
func (s *Service) take(ctx context.Context, webhookID string) error {
	if s.limit == nil {
		return nil
	}
	by := s.limit.Take(ctx, "sample:"+webhookID, ratelimit.PerMinute(samplesPerMinute), 1)
	if by.Allowed {
		return nil
	}
	e := apperr.New(apperr.RateLimited, "a webhook gets at most %d samples a minute: try again in %d s",
		samplesPerMinute, (by.RetryAfter+time.Second-1)/time.Second)
	e.RetryAfter = by.RetryAfter
	return e
}

// sample is the body of a sample, whose meeting the webhook's maker hosts.
func (s *Service) sample(ctx context.Context, appID string, w *ent.Webhook, t domain.Trigger, now time.Time) ([]byte, error) {
	host, err := s.client.Agent.Query().Where(agent.ID(w.AgentID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading who made webhook %s: %w", w.ID, err)
	}
	organization, err := s.client.App.Query().Where(app.ID(appID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading app %s: %w", appID, err)
	}
	all, err := s.links.Samples(wire.Recipient{Format: w.Format, CreatedBy: w.AgentID}, t, organization, host, now)
	if err != nil {
		return nil, fmt.Errorf("making a sample of %s: %w", t, err)
	}
	body, err := templated(w, all[0].Body)
	if err != nil {
		return nil, apperr.BadInput("trigger", "the webhook's payloadTemplate makes nothing of a sample of %s: %v; choose another trigger, or mend the template", t, err)
	}
	return body, nil
}
