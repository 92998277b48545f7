package delivery_test

import (
	"slices"
	"testing"

	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// While its webhook is paused, and while it then catches up, a replay rests: what
// is new goes first.
func TestReplayRestsWhileItsWebhookIsBehind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.InFlight = 4 })
		old := e.appendRounds(20, 1)
		e.await(hook, domain.DeliveryDelivered, len(old))
		e.settled()
		e.turn(hook, domain.WebhookPaused)
		var fresh []*eventlog.Event
		eventually(t, "the pause is known", func() bool {
			fresh = append(fresh, e.appendRounds(1, 1)...)
			_, ok := e.behind(hook)
			return ok
		})
		early := len(fresh)
		fresh = append(fresh, e.burst(50, 12)...)
		asked := e.replay(hook, old, nil)
		e.settled()
		e.turn(hook, domain.WebhookActive)
		if done := e.replayed(asked); done.Status != domain.ReplayDone || done.Sent != len(old) {
			t.Errorf("replay = %+v", done)
		}
		e.await(hook, domain.DeliveryDelivered, len(old)+len(fresh))
		first := slices.IndexFunc(rc.arrivals(), func(a arrival) bool { return a.nth == 2 })
		if least := len(old) + len(fresh) - early - delivery.MaxQueued; first < least {
			t.Errorf("the replay began behind %d messages, want %d at least", first, least)
		}
		rc.inOrder(t, append(old, fresh...))
	})
}
