package delivery_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// When a lane hears that its webhook was switched off and on again, what happened
// since may be in its hands already: that is owed.
func TestSwitchedOffAndOnWithSomethingNewInHand(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 0)
	l.See(active())
	before, after := happened(1, "mtg_1"), happened(3, "mtg_2")
	l.Offer(before)
	l.Offer(after)
	again := active()
	again.OwedAfter = 2
	l.See(again)
	if !l.Over(before) || l.Over(after) {
		t.Errorf("what was before is cancelled: %t, what came after: %t", l.Over(before), l.Over(after))
	}
}

// What is cancelled takes nothing of the rate limit: nobody is asked.
func TestCancelledMessagesDoNotCount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL).Update().SetRateLimitPerMinute(2).SaveX(viewer.System(t.Context()))
		e.turn(hook, domain.WebhookPaused)
		e.start(nil)
		e.appendRounds(10, 2)
		eventually(t, "it is behind", func() bool { _, ok := e.behind(hook); return ok })
		e.switched(hook, false)
		e.switched(hook, true)
		after := e.append(e.series())
		eventually(t, "what came after is sent", func() bool { return slices.Contains(rc.firsts(), after.ID) })
	})
}

// A probe that is not sent is none, also where it is of a replay: the egress proxy
// may be broken.
func TestProbeOfAReplayComesBack(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 4)
	l.See(active())
	if !l.ProbeReturns(happened(1, "mtg_1")) {
		t.Error("the webhook is never tried out again")
	}
}

// What a replay has in flight when the receiver wants no more is cancelled as all else.
func TestReplayOfAReceiverThatIsGone(t *testing.T) {
	t.Parallel()
	l := delivery.NewLane("whk_x", 4)
	l.See(active())
	if status := l.FailsBesideAGone(happened(1, "mtg_1")); status != domain.DeliveryCancelled {
		t.Errorf("it is %s", status)
	}
}

// What somebody asks for stays urgent where a lane has no room for it.
func TestResendThatHasNoRoom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var blocks, blocked atomic.Bool
		release := make(chan struct{})
		rc := receive(t, func(r *http.Request, _ arrival) int {
			if blocks.Load() && blocked.CompareAndSwap(false, true) {
				select {
				case <-release:
				case <-r.Context().Done():
				}
			}
			return 500
		})
		hook := e.webhook(rc.URL)
		first, second := e.givenUp(hook), e.givenUp(hook)
		waiting := e.append(e.series())
		e.failing(hook, time.Now().UTC().Add(-time.Hour))
		p := e.start(func(c *delivery.Config) { c.Probe, c.Schedule = time.Hour, backoff.Schedule{time.Hour} })
		eventually(t, "it was tried out", func() bool { return rc.tried(waiting.ID) == 1 })
		p.Hold(delivery.MaxHeld)
		blocks.Store(true)
		e.resend(hook, first)
		eventually(t, "the first one is in flight", blocked.Load)
		e.resend(hook, second)
		ctx := viewer.System(t.Context())
		row := func() *ent.Delivery {
			return e.db.Client.Delivery.Query().Where(entdelivery.WebhookID(hook.ID), entdelivery.EventID(second.ID)).OnlyX(ctx)
		}
		asked := row().UpdatedAt
		eventually(t, "there is no room for the second", func() bool {
			d := row()
			return d.NextAttemptAt != nil && d.UpdatedAt.After(asked) && d.Urgent
		})
		close(release)
		eventually(t, "it is sent", func() bool { return rc.tried(second.ID) == 1 })
		p.Hold(-delivery.MaxHeld)
	})
}
