package routingform

import (
	"context"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/ratelimit"
	"slotcast/internal/viewer"
)

// Limiter counts submissions; see package ratelimit.
type Limiter interface {
	Take(ctx context.Context, key string, r ratelimit.Rate, cost int) ratelimit.Result
}

// How often a form is submitted in a minute by whoever is no agent. Each try
// counts, also one that is refused for its answers.
const (
	fromOneAddress = 10  // a person who corrects himself, not a script
	fromAll        = 600 // what many addresses together can make the server store and send
)

// take counts a submission. The address comes first: one that is refused takes
// nothing of what the others share.
func (s *Service) take(ctx context.Context, formID string) error {
	v, _ := viewer.From(ctx)
	if s.limiter == nil || v.Kind == viewer.Agent {
		return nil
	}
	address := ratelimit.Network(viewer.OriginOf(ctx).Address)
	for _, l := range []struct {
		key  string
		most int
	}{{"form:" + formID + ":" + address, fromOneAddress}, {"form:" + formID, fromAll}} {
		if by := s.limiter.Take(ctx, l.key, ratelimit.PerMinute(l.most), 1); !by.Allowed {
			e := apperr.New(apperr.RateLimited, "the form was submitted too often: try again in %d s", (by.RetryAfter+time.Second-1)/time.Second)
			e.RetryAfter = by.RetryAfter
			return e
		}
	}
	return nil
}
