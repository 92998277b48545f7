package delivery_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/ent/auditentry"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// state returns a webhook as it is now.
func (e *env) state(w *ent.Webhook) *ent.Webhook {
	e.t.Helper()
	return e.db.Client.Webhook.GetX(viewer.System(e.t.Context()), w.ID)
}

func (e *env) awaitState(w *ent.Webhook, state domain.WebhookState) *ent.Webhook {
	e.t.Helper()
	eventually(e.t, "it is "+string(state), func() bool { return e.state(w).State == state })
	return e.state(w)
}

// actions are what the audit log has of a webhook, by the server.
func (e *env) actions(w *ent.Webhook) []domain.AuditAction {
	e.t.Helper()
	var got []domain.AuditAction
	for _, entry := range e.db.Client.AuditEntry.Query().Where(auditentry.TargetID(w.ID)).Order(ent.Asc(auditentry.FieldID)).AllX(viewer.System(e.t.Context())) {
		if entry.ActorType != domain.ActorSystem || entry.AppID != w.AppID || entry.Changes["state"] == nil {
			e.t.Errorf("the audit log has %v", entry)
		}
		got = append(got, entry.Action)
	}
	return got
}

// failing puts a webhook into the state of one that has been failing.
func (e *env) failing(w *ent.Webhook, since time.Time) {
	e.t.Helper()
	w.Update().SetState(domain.WebhookDegraded).SetStateSince(since).SetFailingSince(since).SetStateReason("it fails").
		ExecX(viewer.System(e.t.Context()))
}

// A receiver that fails is sent to no more, but for probes; what it is owed is
// kept without using up attempts, and comes when it answers again.
func TestFailingWebhook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := fails(t, &well, 404)
		hook := e.webhook(rc.URL)
		began := time.Now().Add(-time.Second)
		changed := make(chan struct{}, 100)
		p := e.start(func(c *delivery.Config) {
			c.Schedule, c.InFlight, c.Probe = []time.Duration{time.Minute}, 1, time.Hour
			c.Changed = func() { changed <- struct{}{} }
		})
		events := e.appendRounds(30, 1)
		got := e.awaitState(hook, domain.WebhookDegraded)
		<-changed // whoever tells of it hears of it at once
		if got.StateReason == nil || !strings.Contains(*got.StateReason, "404 Not Found") || got.FailingSince == nil ||
			got.FailingSince.Before(began) || got.FailingSince.After(got.StateSince) {
			t.Errorf("it is %+v", got)
		}
		e.settled()
		if n := len(rc.arrivals()); n != 10 {
			t.Errorf("%d requests were sent, want 10", n)
		}
		p.stop()
		well.Store(true)
		e.start(func(c *delivery.Config) { c.Schedule = []time.Duration{time.Minute} })
		got = e.awaitState(hook, domain.WebhookActive)
		if got.StateReason != nil || got.FailingSince != nil || !got.StateSince.After(began) {
			t.Errorf("well again it is %+v", got)
		}
		eventually(t, "what waited is delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == len(events)-10 })
		if diff := cmp.Diff([]domain.AuditAction{domain.AuditWebhookDegraded, domain.AuditWebhookRecovered}, e.actions(hook)); diff != "" {
			t.Errorf("the audit log (-want +got):\n%s", diff)
		}
	})
}

// A probe that fails says why, and is not taken off the schedule.
func TestProbeThatFails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(*http.Request, arrival) int { return 301 })
		hook := e.webhook(rc.URL)
		since := time.Now().UTC().Add(-time.Hour).Truncate(time.Microsecond)
		e.failing(hook, since)
		e.start(func(c *delivery.Config) { c.Schedule = []time.Duration{time.Hour} })
		e.append(e.series())
		eventually(t, "it says why", func() bool {
			got := e.state(hook)
			return strings.Contains(*got.StateReason, "redirects are not followed") && got.State == domain.WebhookDegraded && got.FailingSince.Equal(since)
		})
		d := e.await(hook, domain.DeliveryPending, 1)[0]
		if d.AttemptCount != 1 || d.AttemptsBefore != 1 || len(e.actions(hook)) != 0 {
			t.Errorf("delivery = %+v, audit log %v", d, e.actions(hook))
		}
	})
}

// 410 ends it: what is owed is cancelled, until somebody resumes it.
func TestGoneWebhook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := fails(t, &well, 410)
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.InFlight, c.Probe = 1, time.Hour })
		events := e.appendRounds(20, 1)
		got := e.awaitState(hook, domain.WebhookDisabled)
		if got.StateReason == nil || !strings.HasPrefix(*got.StateReason, "its receiver answered 410 Gone at 20") {
			t.Errorf("it is %+v", got)
		}
		eventually(t, "the rest is cancelled", func() bool { return e.count(hook, domain.DeliveryCancelled) == len(owed(hook, events...))-1 })
		if n := len(rc.arrivals()); n != 1 || e.count(hook, domain.DeliveryFailed) != 1 {
			t.Errorf("%d requests were sent", n)
		}
		if diff := cmp.Diff([]domain.AuditAction{domain.AuditWebhookDisabled}, e.actions(hook)); diff != "" {
			t.Errorf("the audit log (-want +got):\n%s", diff)
		}
		well.Store(true)
		hook.Update().SetState(domain.WebhookActive).SetStateSince(time.Now().UTC()).ExecX(viewer.System(t.Context()))
		e.append(e.series())
		eventually(t, "it is sent to again", func() bool { return e.count(hook, domain.DeliveryDelivered) == 1 })
	})
}

// One that has been failing for five days, and does so still, is paused, once among
// several processes, and keeps what it is owed. One that answers is not: it was the
// server that was off.
func TestPausedAfterDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc, bad := receive(t, nil), fails(t, &well, 500)
		long, back, lately, paused := e.webhook(bad.URL), e.webhook(rc.URL+"/well"), e.webhook(bad.URL+"/lately"), e.webhook(bad.URL+"/paused")
		since := time.Now().UTC().Add(-5 * 24 * time.Hour).Truncate(time.Microsecond)
		e.failing(long, since.Add(-time.Minute))
		e.failing(back, since.Add(-time.Minute))
		e.failing(lately, since.Add(time.Hour))
		e.failing(paused, since.Add(-time.Hour))
		paused.Update().SetState(domain.WebhookPaused).ExecX(viewer.System(t.Context()))
		e.start(nil)
		e.start(nil)
		events := e.appendRounds(1, 5)
		got := e.awaitState(long, domain.WebhookPaused)
		if !strings.Contains(*got.StateReason, "resumeWebhook") || !strings.Contains(*got.StateReason, "500") ||
			!got.FailingSince.Equal(since.Add(-time.Minute)) || got.StateSince.Before(since.Add(time.Hour)) {
			t.Errorf("it is %+v", got)
		}
		e.await(back, domain.DeliveryDelivered, len(events))
		e.awaitState(back, domain.WebhookActive)
		eventually(t, "the other one has failed", func() bool { return strings.Contains(*e.state(lately).StateReason, "500") })
		if state := e.state(lately).State; state != domain.WebhookDegraded {
			t.Errorf("one that has not failed for long is %s", state)
		}
		eventually(t, "what is owed is kept", func() bool { _, ok := e.behind(long); return ok })
		if diff := cmp.Diff([]domain.AuditAction{domain.AuditWebhookPaused}, e.actions(long)); diff != "" || len(e.actions(paused)) != 0 {
			t.Errorf("the audit log (-want +got):\n%s%v", diff, e.actions(paused))
		}
		well.Store(true)
		long.Update().SetState(domain.WebhookActive).SetStateSince(time.Now().UTC()).ClearFailingSince().ExecX(viewer.System(t.Context()))
		e.await(long, domain.DeliveryDelivered, len(events))
	})
}

// A webhook whose receiver asks for it is left alone; the message comes after
// that.
func TestReceiverThatAsksForAPause(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var asked atomic.Bool
		var at atomic.Int64
		rc := receive(t, nil)
		inner := rc.Config.Handler
		rc.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.CompareAndSwap(false, true) {
				at.Store(time.Now().UnixNano())
				w.Header().Set("Retry-After", "2")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			if rest := time.Since(time.Unix(0, at.Load())); rest < 1900*time.Millisecond {
				t.Errorf("a request came %v after it", rest)
			}
			inner.ServeHTTP(w, r)
		})
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.InFlight = 1 })
		events := e.appendRounds(5, 1)
		e.await(hook, domain.DeliveryDelivered, len(events))
	})
}

// At a rate limit messages are late, not lost.
func TestRateLimitedWebhook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL).Update().SetRateLimitPerMinute(600).SaveX(viewer.System(t.Context()))
		e.start(nil)
		began := time.Now()
		events := e.appendRounds(3, 8)
		e.await(hook, domain.DeliveryDelivered, len(events))
		if took := time.Since(began); took < time.Second {
			t.Errorf("%d messages took %v", len(events), took)
		}
		rc.inOrder(t, events)
	})
}
