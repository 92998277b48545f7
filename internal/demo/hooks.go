package demo

import (
	"context"
	"fmt"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/redelivery"
	"slotcast/internal/webhook"
)

// The names of the webhooks' targets.
const (
	Orders   = "orders"   // the format NATIVE, all that happens
	Calendar = "calendar" // the format CALENDLY
	CRM      = "crm"      // is to fail now and then
	Archive  = "archive"  // is paused
	OfGrace  = "grace"    // of a member, for her own meetings
)

// recent is how much of the past is sent once more, so that there is something
// to see at once.
const recent = 12 * time.Hour

// subscribe makes the webhooks. Their retries come within seconds.
func (c *company) subscribe(ctx context.Context, cfg *Config, now time.Time) ([]Hook, error) {
	meetings := []domain.Trigger{domain.MeetingBooked, domain.MeetingCanceled, domain.MeetingRescheduled, domain.MeetingNoShow}
	all := append(meetings[:len(meetings):len(meetings)], domain.RoutingFormSubmitted)
	var made []Hook
	for _, h := range []struct {
		name, about string
		agent       int
		in          webhook.Input
	}{
		{Orders, "Orders: everything that happens", maja, webhook.Input{Triggers: all, Format: domain.FormatNative, Scope: domain.ScopeOrganization}},
		{Calendar, "The calendar that was written for Calendly", maja, webhook.Input{Triggers: all, Format: domain.FormatCalendly, Scope: domain.ScopeOrganization}},
		{CRM, "CRM: answers 500 now and then", tomas, webhook.Input{Triggers: meetings[:3], Format: domain.FormatNative, Scope: domain.ScopeOrganization}},
		{Archive, "Archive: paused while it moves", tomas, webhook.Input{Triggers: meetings[:2], Format: domain.FormatNative, Scope: domain.ScopeOrganization}},
		{OfGrace, "Grace's own: her meetings alone", grace, webhook.Input{Triggers: meetings, Format: domain.FormatNative, Scope: domain.ScopeUser}},
	} {
		h.in.SubscriberURL, h.in.Description = cfg.Target(h.name), &h.about
		h.in.RetrySchedule = []int{2, 3, 5, 10, 20, 40, 60}
		w, secret, err := cfg.Webhooks.Create(c.as(ctx, h.agent), h.in)
		if err != nil {
			return nil, fmt.Errorf("making the webhook %s: %w", h.name, err)
		}
		made = append(made, Hook{h.name, w.ID, secret})
		switch h.name {
		case Archive:
			_, err = cfg.Webhooks.Pause(c.as(ctx, h.agent), w.ID)
		case Orders:
			_, err = cfg.Redelivery.Replay(c.as(ctx, h.agent), redelivery.Range{WebhookID: w.ID, From: now.Add(-recent)})
		}
		if err != nil {
			return nil, fmt.Errorf("preparing the webhook %s: %w", h.name, err)
		}
	}
	return made, nil
}
