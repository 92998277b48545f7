package demo

import (
	"context"
	"math/rand/v2"
	"time"

	"slotcast/internal/backoff"
)

// How many meetings to come the calendar is to have. With fewer more are booked,
// with more they are called off.
const (
	few  = 80
	many = 160
)

// ahead is how far in the future a Trickle books.
const ahead = 14 * day

// maxUnpaid is how many payments a Trickle remembers; those it forgets run out.
const maxUnpaid = 10

// Trickle keeps a company busy. Run is for one goroutine.
type Trickle struct {
	desk
	cfg    Config
	unpaid []string // payments to come, the oldest first
	begun  bool
}

// NewTrickle returns a Trickle that does nothing before Run.
func NewTrickle(cfg Config, c *Company) *Trickle {
	cfg.complete()
	return &Trickle{cfg: cfg, desk: desk{
		company: c.company, client: cfg.Client, meetings: cfg.Meetings, forms: cfg.Forms, rnd: randomly(cfg.Random, 2),
	}}
}

// Run makes something happen at a steady pace until ctx ends, and returns nil
// then. What goes wrong is logged, and something else comes next.
func (t *Trickle) Run(ctx context.Context) error {
	pace(ctx, t.cfg.Rate, t.rnd, func(ctx context.Context) {
		what, err := t.step(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil && !passing(err):
			t.cfg.Logger.WarnContext(ctx, "demo_step_failed", "step", what, "error", err)
		default:
			t.cfg.Logger.DebugContext(ctx, "demo_step", "step", what, "refused", err)
		}
	})
	return nil
}

// pace calls step so many times a minute, about evenly, until ctx ends. The first
// call comes within a second. What takes longer than its share delays the next
// call, and none is made up for.
func pace(ctx context.Context, rate int, rnd *rand.Rand, step func(context.Context)) {
	share := time.Minute / time.Duration(min(max(1, rate), MaxRate))
	next := time.Now().Add(min(share, time.Second))
	for backoff.Wait(ctx, time.Until(next)) == nil {
		step(ctx)
		next = next.Add(time.Duration(float64(share) * (0.7 + 0.6*rnd.Float64())))
		if now := time.Now(); next.Before(now) {
			next = now
		}
	}
}
