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
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// resend asks for a message that was given up, as resendDelivery does.
func (e *env) resend(hook *ent.Webhook, ev *eventlog.Event) {
	e.t.Helper()
	e.db.Client.Delivery.Update().Where(entdelivery.WebhookID(hook.ID), entdelivery.EventID(ev.ID)).
		SetStatus(domain.DeliveryPending).SetNextAttemptAt(time.Now().UTC()).SetUrgent(true).ExecX(viewer.System(e.t.Context()))
}

// givenUp makes an event and a row that says that it was given up.
func (e *env) givenUp(hook *ent.Webhook) *eventlog.Event {
	e.t.Helper()
	ev := e.append(e.series())
	e.row(hook, ev, "").SetStatus(domain.DeliveryFailed).ExecX(viewer.System(e.t.Context()))
	return ev
}

// What somebody asks for goes to a failing webhook at once, fails without harm, and
// where it succeeds everything goes on.
func TestResendToAFailingWebhook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := fails(t, &well, 500)
		hook := e.webhook(rc.URL)
		again := e.givenUp(hook)
		waiting := e.append(e.series())
		e.failing(hook, time.Now().UTC().Add(-time.Hour))
		e.start(func(c *delivery.Config) { c.Probe, c.Schedule = time.Hour, backoff.Schedule{time.Hour} })
		eventually(t, "it was tried out", func() bool { return rc.tried(waiting.ID) == 1 })
		e.resend(hook, again)
		eventually(t, "it is sent", func() bool { return rc.tried(again.ID) == 1 })
		row := e.db.Client.Delivery.Query().Where(entdelivery.EventID(again.ID), entdelivery.NextAttemptAtNotNil(), entdelivery.AttemptCount(1))
		eventually(t, "it is to be tried again", func() bool { return row.Clone().CountX(viewer.System(t.Context())) == 1 })
		if d := row.OnlyX(viewer.System(t.Context())); d.Urgent || time.Until(*d.NextAttemptAt) < 40*time.Minute {
			t.Errorf("delivery = %+v", d)
		}
		well.Store(true)
		e.resend(hook, again)
		e.awaitState(hook, domain.WebhookActive)
		later := e.append(e.series())
		eventually(t, "everything goes on", func() bool { return e.count(hook, domain.DeliveryDelivered) == 2 })
		if rc.tried(again.ID) != 2 || rc.tried(later.ID) != 1 {
			t.Errorf("it came %d times, and the later one %d times", rc.tried(again.ID), rc.tried(later.ID))
		}
	})
}

// It goes at once to one whose receiver is left alone; all others wait.
func TestResendToAReceiverThatIsLeftAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL).Update().SetHeldUntil(time.Now().UTC().Add(time.Hour)).SaveX(viewer.System(t.Context()))
		again := e.givenUp(hook)
		e.resend(hook, again)
		e.start(nil)
		other := e.append(e.series())
		eventually(t, "it is delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == 1 })
		e.settled()
		if got := rc.firsts(); !slices.Equal(got, []string{again.ID}) {
			t.Errorf("%v came, not %s alone; %s waits", got, again.ID, other.ID)
		}
	})
}

// A paused webhook is sent nothing. What was asked for before goes with all else.
func TestResendToAPausedWebhook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc, control := receive(t, nil), receive(t, nil)
		hook, other := e.webhook(rc.URL), e.webhook(control.URL)
		again := e.givenUp(hook)
		e.turn(hook, domain.WebhookPaused)
		e.resend(hook, again)
		e.start(nil)
		e.append(e.series())
		e.await(other, domain.DeliveryDelivered, 2)
		e.settled()
		if n := len(rc.arrivals()); n != 0 {
			t.Fatalf("%d came", n)
		}
		e.resume(hook)
		eventually(t, "all is delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == 2 })
	})
}

// Whoever asks for many messages again does not get around the rate limit.
func TestResendsKeepTheRateLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		at := make(chan time.Time, 100)
		rc := receive(t, func(*http.Request, arrival) int { at <- time.Now(); return 200 })
		hook := e.webhook(rc.URL).Update().SetRateLimitPerMinute(120).SaveX(viewer.System(t.Context()))
		for range 4 {
			e.resend(hook, e.givenUp(hook))
		}
		e.start(nil)
		first := <-at
		<-at
		if took := (<-at).Sub(first); took < 900*time.Millisecond {
			t.Errorf("three of 120 messages a minute came in %v", took)
		}
		e.await(hook, domain.DeliveryDelivered, 4)
	})
}

// An order policy that becomes STRICT holds for what failed before, too.
func TestOrderThatBecomesStrict(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		inFlight, release := make(chan struct{}), make(chan struct{})
		rc := receive(t, func(r *http.Request, a arrival) int {
			if a.header.Get("Slotcast-Sequence") == "1" {
				return 500
			}
			if a.header.Get("Slotcast-Sequence") == "100" {
				close(inFlight)
				select {
				case <-release:
				case <-r.Context().Done():
				}
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) { c.Grace, c.Schedule = time.Millisecond, backoff.Schedule{time.Hour} })
		m := e.series()
		e.append(m)
		second := e.append(m)
		eventually(t, "the grace is over", func() bool { return slices.Contains(rc.firsts(), second.ID) })
		eventually(t, "it is forgotten", func() bool { return p.Failing(hook.ID) == 0 })
		other := e.series()
		other.Sequence = 99
		e.append(other)
		<-inFlight // so that the lane is looked after
		hook.Update().SetOrderPolicy(domain.OrderStrict).ExecX(viewer.System(t.Context()))
		eventually(t, "it is remembered", func() bool { return p.Failing(hook.ID) == 1 })
		third := e.append(m)
		eventually(t, "the third is put off", func() bool { return e.putOff(hook) == 1 })
		if slices.Contains(rc.firsts(), third.ID) {
			t.Error("the third came")
		}
		close(release)
	})
}
