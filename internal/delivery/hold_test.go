package delivery_test

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// people is the service by which agents change webhooks.
func (e *env) people() *webhook.Service {
	sender := safehttp.New(safehttp.Config{})
	e.t.Cleanup(sender.Close)
	return webhook.New(e.db.Client, sender, entdbtest.Keys(), wire.Links{})
}

// resume is resumeWebhook.
func (e *env) resume(hook *ent.Webhook) {
	e.t.Helper()
	owner := viewer.Viewer{AppID: e.app.ID, AgentID: e.meeting.Edges.Agents[0].ID, Role: domain.Owner}
	if _, err := e.people().Resume(viewer.With(e.t.Context(), owner), hook.ID); err != nil {
		e.t.Fatal(err)
	}
}

// switched is updateWebhook, with active.
func (e *env) switched(hook *ent.Webhook, on bool) {
	e.t.Helper()
	owner := viewer.Viewer{AppID: e.app.ID, AgentID: e.meeting.Edges.Agents[0].ID, Role: domain.Owner}
	if _, err := e.people().Update(viewer.With(e.t.Context(), owner), hook.ID, webhook.Changes{Active: &on, Secret: new(""), SecretHeader: new("")}); err != nil {
		e.t.Fatal(err)
	}
}

// wants answers 429 to the first message, with the header, and 204 to all others.
func wants(t *testing.T, retryAfter string) *receiver {
	t.Helper()
	var asked atomic.Bool
	rc := receive(t, nil)
	inner := rc.Config.Handler
	rc.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.CompareAndSwap(false, true) {
			w.Header().Set("Retry-After", retryAfter)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		inner.ServeHTTP(w, r)
	})
	return rc
}

// The next owner leaves a receiver alone that asked the one before for it, whether
// that one stopped or died; until somebody resumes the webhook.
func TestWishToBeLeftAloneOutlivesItsOwner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := wants(t, "3600")
		hook := e.webhook(rc.URL)
		change := func(c *delivery.Config) {
			c.InFlight, c.Lease, c.Drain, c.Schedule = 1, 4*time.Second, 10*time.Millisecond, backoff.Schedule{time.Minute}
		}
		began := time.Now()
		p := e.start(change)
		e.append(e.series())
		eventually(t, "it is written until when", func() bool { return e.state(hook).HeldUntil != nil })
		if until := e.state(hook).HeldUntil; until.Before(began.Add(59*time.Minute)) || until.After(time.Now().Add(time.Hour)) {
			t.Errorf("it is held until %s", until)
		}
		for round := range 2 {
			if round == 0 {
				p.stop()
			} else {
				_ = p.db.Close()
			}
			p = e.start(change)
			e.append(e.series())
			e.settled() // what waits has a row
			if n := len(rc.arrivals()); n != 0 {
				t.Fatalf("%d messages came", n)
			}
		}
		e.turn(hook, domain.WebhookPaused)
		eventually(t, "it is parked", func() bool { _, ok := e.behind(hook); return ok })
		e.resume(hook)
		eventually(t, "what waited is delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == 2 })
		if until := e.state(hook).HeldUntil; until != nil {
			t.Errorf("resumed, it is held until %s", until)
		}
	})
}

// Another receiver has not asked for it.
func TestAnotherReceiverIsNotLeftAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := wants(t, "3600")
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.InFlight, c.Schedule = 1, backoff.Schedule{time.Minute} })
		e.append(e.series())
		eventually(t, "it is written until when", func() bool { return e.state(hook).HeldUntil != nil })
		other := e.append(e.series())
		owner := viewer.Viewer{AppID: e.app.ID, AgentID: e.meeting.Edges.Agents[0].ID, Role: domain.Owner}
		moved := webhook.Changes{SubscriberURL: new("https://example.org/elsewhere"), Secret: new(""), SecretHeader: new("")}
		if _, err := e.people().Update(viewer.With(t.Context(), owner), hook.ID, moved); err != nil || e.state(hook).HeldUntil != nil {
			t.Errorf("moved, it is held until %s, %v", e.state(hook).HeldUntil, err)
		}
		hook.Update().SetSubscriberURL(rc.URL + "/elsewhere").ExecX(viewer.System(t.Context()))
		eventually(t, "it is sent to", func() bool { return slices.Contains(rc.firsts(), other.ID) })
	})
}

// A lane that begins does not know what the webhook was sent before it.
func TestRateLimitAfterATakeOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var times []time.Time
		at := make(chan time.Time, 100)
		rc := receive(t, func(*http.Request, arrival) int { at <- time.Now(); return 200 })
		e.webhook(rc.URL).Update().SetRateLimitPerMinute(120).ExecX(viewer.System(t.Context()))
		e.appendRounds(12, 1)
		for range 2 {
			times = times[:0]
			p := e.start(nil)
			for range 3 {
				times = append(times, <-at)
			}
			if took := times[2].Sub(times[0]); took < 500*time.Millisecond { // a second, but for what delays the first one
				t.Errorf("three of 120 messages a minute came in %v", took)
			}
			p.stop()
			for len(at) > 0 {
				<-at
			}
		}
	})
}

// What was owed to a webhook whose receiver is gone has ended, however soon
// somebody resumes it: what has failed and what waits, and what is in flight.
func TestGoneAndResumedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well, first atomic.Bool
		inFlight, release := make(chan struct{}), make(chan struct{})
		rc := receive(t, func(r *http.Request, a arrival) int {
			switch {
			case well.Load():
				return 200
			case a.header.Get("Slotcast-Sequence") == "2":
				return 410
			case first.CompareAndSwap(false, true):
				return 404
			}
			close(inFlight)
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return 404
		})
		hook := e.ordered(rc.URL, domain.OrderNone)
		e.start(func(c *delivery.Config) { c.InFlight, c.Schedule = 2, backoff.Schedule{2 * time.Second} })
		m := e.series()
		e.append(m)
		e.await(hook, domain.DeliveryPending, 1) // it has failed
		e.append(e.series())
		<-inFlight
		m.Sequence++
		drafts := []*eventlog.Draft{{Trigger: domain.MeetingBooked, Meeting: m}} // is gone
		for range 15 {
			drafts = append(drafts, &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: e.series()})
		}
		events, err := e.log.InTx(t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) { return drafts, nil })
		if err != nil {
			t.Fatal(err)
		}
		e.awaitState(hook, domain.WebhookDisabled)
		e.resume(hook)
		well.Store(true)
		close(release)
		after := e.append(e.series())
		eventually(t, "what comes after it is sent", func() bool { return slices.Contains(rc.firsts(), after.ID) })
		eventually(t, "what was owed is cancelled", func() bool {
			return e.count(hook, domain.DeliveryCancelled) == 17 && e.count(hook, domain.DeliveryDelivered) == 1 && e.count(hook, domain.DeliveryFailed) == 1
		})
		if n := rc.tried(events[0].ID); n != 1 || len(rc.arrivals()) != 4 {
			t.Errorf("%d requests were sent, %d of the one that is gone", len(rc.arrivals()), n)
		}
	})
}

// The same for one that is switched off and on while it is far behind, and while
// nobody looks.
func TestSwitchedOffAndOnWhileBehind(t *testing.T) {
	t.Parallel()
	for _, alive := range []bool{true, false} {
		t.Run(map[bool]string{true: "with its owner", false: "between two"}[alive], func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, e *env) {
				rc := receive(t, nil)
				hook := e.webhook(rc.URL)
				e.turn(hook, domain.WebhookPaused)
				p := e.start(nil)
				e.appendRounds(10, 2)
				eventually(t, "it is behind", func() bool { _, ok := e.behind(hook); return ok })
				if !alive {
					p.stop()
				}
				e.switched(hook, false)
				e.switched(hook, true)
				if !alive {
					e.start(nil)
				}
				after := e.append(e.series())
				eventually(t, "what waited is cancelled, and the rest sent", func() bool {
					return e.count(hook, domain.DeliveryCancelled) == 20 && e.count(hook, domain.DeliveryDelivered) == 1
				})
				e.keepsUp(hook)
				if got := rc.firsts(); len(got) != 1 || got[0] != after.ID {
					t.Errorf("%v came, want %s", got, after.ID)
				}
			})
		})
	}
}

// What people do to a parked webhook holds within a second.
func TestParkedWebhookIsLookedAt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		e.start(nil)
		least := time.Hour
		for range 3 {
			e.turn(hook, domain.WebhookPaused)
			eventually(t, "it is parked", func() bool {
				_, ok := e.behind(hook)
				if !ok {
					e.append(e.series())
				}
				return ok
			})
			ev := e.append(e.series())
			e.resume(hook)
			began := time.Now()
			eventually(t, "it is sent to", func() bool { return slices.Contains(rc.firsts(), ev.ID) })
			least = min(least, time.Since(began))
			e.keepsUp(hook)
		}
		if least > 900*time.Millisecond {
			t.Errorf("it takes %v at least", least)
		}
	})
}
