package delivery_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

func (e *env) turn(hook *ent.Webhook, state domain.WebhookState) {
	e.t.Helper()
	e.db.Client.Webhook.UpdateOne(hook).SetState(state).SetStateSince(time.Now().UTC()).ExecX(viewer.System(e.t.Context()))
}

// However much waits for a webhook that is paused, it is one row, and nothing in
// memory. All of it is delivered, in order, when the webhook is resumed.
func TestPausedWebhookCostsOneRow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		p := e.start(nil)
		events := e.appendRounds(10, 3)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.turn(hook, domain.WebhookPaused)
		eventually(t, "the pause is known", func() bool {
			events = append(events, e.appendRounds(1, 1)...)
			_, ok := e.behind(hook)
			return ok
		})
		e.settled() // what was in hand at the pause has its row
		before := len(rc.arrivals())
		events = append(events, e.burst(100, 20)...)
		e.settled()
		if n := e.db.Client.Delivery.Query().CountX(viewer.System(t.Context())); n != before || len(rc.arrivals()) != before {
			t.Errorf("%d rows and %d messages, want %d", n, len(rc.arrivals()), before)
		}
		if n := p.Held(); n != 0 {
			t.Errorf("%d messages are in memory", n)
		}
		e.turn(hook, domain.WebhookActive)
		events = append(events, e.appendRounds(20, 2)...)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		rc.inOrder(t, events)
		rc.once(t)
		e.keepsUp(hook)
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
	})
}

// What is in hand when a webhook is paused goes back to where it came from:
// retries into the table, all others to the log.
func TestPauseTakesBackWhatIsInHand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := receive(t, func(r *http.Request, a arrival) int {
			switch {
			case well.Load():
				return 200
			case a.nth == 1:
				return 500
			}
			<-r.Context().Done()
			return 200
		})
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) {
			c.InFlight = 1
			c.Grace = 50 * time.Millisecond
			c.Drain = 50 * time.Millisecond
			c.Schedule = []time.Duration{100 * time.Millisecond, time.Hour, time.Hour}
		})
		events := e.appendRounds(6, 4)
		eventually(t, "one hangs, and others wait", func() bool { return len(rc.arrivals()) > len(rc.firsts()) })
		e.settled() // by rows of what is in hand
		e.turn(hook, domain.WebhookPaused)
		eventually(t, "they are taken back", func() bool { _, ok := e.behind(hook); return ok && p.Held() <= 1 })
		p.stop()
		well.Store(true)
		e.start(nil)
		e.turn(hook, domain.WebhookActive)
		e.await(hook, domain.DeliveryDelivered, len(events))
		rc.inOrder(t, events)
		e.keepsUp(hook)
	})
}

// A webhook whose breaker is open is tried out with one message at a time, and has
// the rest when that is delivered.
func TestProbe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := fails(t, &well, 500)
		hook := e.webhook(rc.URL)
		e.turn(hook, domain.WebhookDegraded)
		began := time.Now()
		const pace = 20 * time.Millisecond
		p := e.start(func(c *delivery.Config) {
			c.Grace, c.Probe = time.Second, pace
			c.Schedule = slices.Repeat(backoff.Schedule{10 * time.Millisecond}, 50)
		})
		events := e.appendRounds(3, 40)
		eventually(t, "it was tried out some times", func() bool { return len(rc.arrivals()) >= 3 })
		e.settled()
		n := len(rc.arrivals())
		if least := time.Duration(1<<(n-1)-1) * pace * 4 / 5; time.Since(began) < least || p.Held() > 2*delivery.MaxQueued {
			t.Errorf("%d messages came to a webhook that is parked, in %v", n, time.Since(began))
		}
		well.Store(true)
		eventually(t, "all is delivered but what waits for the state", func() bool {
			return e.count(hook, domain.DeliveryDelivered) >= len(events)-10
		})
		e.turn(hook, domain.WebhookActive)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.keepsUp(hook)
		rc.inOrder(t, events)
	})
}

// While a webhook is paused what is due waits; then it goes, with the number of
// the attempt that it is, and the latest attempts are kept.
func TestDueWhilePaused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc, other := receive(t, nil), receive(t, nil)
		hook, healthy := e.webhook(rc.URL), e.webhook(other.URL)
		events := e.appendRounds(2, 1)
		e.turn(hook, domain.WebhookPaused)
		ctx, now := viewer.System(t.Context()), time.Now().UTC()
		attempts := slices.Repeat([]domain.Attempt{{At: now.Add(-time.Hour), StatusCode: 500}}, 30)
		e.row(hook, events[0], "").SetAttempts(attempts[:1]).SetAttemptCount(1).SetNextAttemptAt(now).ExecX(ctx)
		e.row(hook, events[1], "").SetAttempts(attempts).SetAttemptCount(35).SetAttemptsBefore(35).SetNextAttemptAt(now).ExecX(ctx)
		e.start(nil)
		e.await(healthy, domain.DeliveryDelivered, 2)
		if a := rc.arrivals(); len(a) != 0 {
			t.Errorf("%d came to a paused webhook: %+v", len(a), a)
		}
		e.turn(hook, domain.WebhookActive)
		e.await(hook, domain.DeliveryDelivered, 2)
		if d := e.deliveries(hook)[1]; d.AttemptCount != 36 || d.AttemptsBefore != 35 || len(d.Attempts) != 30 || d.Attempts[29].StatusCode != http.StatusNoContent {
			t.Errorf("delivery = %+v", d)
		}
		if a := rc.arrivals(); !slices.ContainsFunc(a, func(a arrival) bool { return a.id == events[1].ID && a.header.Get("Slotcast-Attempt") == "36" }) {
			t.Errorf("there came %+v", a)
		}
	})
}

// What is in flight when a webhook is paused, and still when it is resumed, is not
// sent again for having been taken back to the log with others.
func TestResumeWhileInFlight(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		release := make(chan struct{})
		var hanging atomic.Bool
		rc := receive(t, func(r *http.Request, _ arrival) int {
			if hanging.Load() {
				select {
				case <-release:
				case <-r.Context().Done():
				}
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		ctx := viewer.System(t.Context())
		retry := e.append(e.series())
		row := e.row(hook, retry, "").SetAttemptCount(1).SetNextAttemptAt(time.Now().UTC().Add(time.Hour)).
			SetAttempts([]domain.Attempt{{At: time.Now().UTC().Add(-time.Hour), StatusCode: 500}}).SaveX(ctx)
		p := e.start(nil)
		hanging.Store(true)
		one, other := e.series(), e.series()
		e.append(one)
		e.append(one)
		e.append(other)
		eventually(t, "the first of both series are in flight", func() bool { return len(rc.arrivals()) == 2 })
		e.turn(hook, domain.WebhookPaused)
		eventually(t, "the second is taken back", func() bool { _, ok := e.behind(hook); return ok && p.Held() == 2 })
		hanging.Store(false)
		e.turn(hook, domain.WebhookActive)
		row.Update().SetNextAttemptAt(time.Now().UTC()).ExecX(ctx)
		eventually(t, "the retry comes", func() bool { return e.count(hook, domain.DeliveryDelivered) == 1 })
		close(release)
		e.await(hook, domain.DeliveryDelivered, 4)
		e.keepsUp(hook)
		rc.once(t)
		if n := len(rc.arrivals()); n != 4 {
			t.Errorf("%d came, want 4", n)
		}
	})
}
