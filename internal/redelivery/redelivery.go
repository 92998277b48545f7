// Package redelivery shows what was sent, explains what was not, and sends once
// more: single messages, ranges of the log, and samples. It also reads the log
// page by page, for those who compare it with what they got.
//
// It writes down what is to be sent, as rows of deliveries and replays; sending is
// package delivery's, which looks for such rows all the time. So nothing here
// waits for a receiver, and what was asked for survives a restart.
//
// All of it is on behalf of the context's viewer: he sees the deliveries of the
// webhooks that he sees. Bodies tell of meetings and submissions; whose token is
// not for those does not see them.
package redelivery

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
	"slotcast/internal/ratelimit"
	"slotcast/internal/sealing"
	"slotcast/internal/wire"
)

// Limiter counts samples; see package ratelimit.
type Limiter interface {
	Take(ctx context.Context, key string, r ratelimit.Rate, cost int) ratelimit.Result
}

// Config is what a Service is made of.
type Config struct {
	Client    *ent.Client
	Log       *eventlog.Log
	Keys      *sealing.Ring // of the webhooks' secrets
	Links     wire.Links    // in the bodies
	UserAgent string        // that messages are sent with
	Limiter   Limiter       // nil: samples are not limited
	Now       func() time.Time
	// Tell is told which deliveries have been changed, once that is committed; nil:
	// nobody asks. It must not block.
	Tell func(appID string, ids ...string)
}

// Service is safe for concurrent use.
type Service struct {
	client *ent.Client
	log    *eventlog.Log
	keys   *sealing.Ring
	links  wire.Links
	agent  string
	limit  Limiter
	clock  func() time.Time
	tell   func(appID string, ids ...string)
}

// New returns a Service.
func New(c Config) *Service {
	s := &Service{
		client: c.Client, log: c.Log, keys: c.Keys, links: c.Links, agent: c.UserAgent, limit: c.Limiter, clock: c.Now,
		tell: c.Tell,
	}
	if s.tell == nil {
		s.tell = func(string, ...string) {}
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

const maxID = 200

// hook reads a webhook that the context sees; NOT_FOUND where there is none.
func hook(ctx context.Context, webhooks *ent.WebhookClient, field, id string) (*ent.Webhook, error) {
	if err := input.Text(field, id, maxID); err != nil {
		return nil, err
	}
	w, err := webhooks.Query().Where(webhook.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("webhook", field, id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading webhook %s: %w", id, err)
	}
	return w, nil
}
