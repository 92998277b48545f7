package delivery_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// A clean stop waits for what is in flight and writes it; what has not begun is
// the next owner's.
func TestCleanStopDrains(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		release := make(chan struct{})
		rc := receive(t, func(r *http.Request, _ arrival) int {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) { c.Drain = time.Minute })
		m := e.series()
		events := []*eventlog.Event{e.append(m), e.append(m)}
		eventually(t, "the first one is in flight", func() bool { return len(rc.arrivals()) == 1 })
		stopped := make(chan struct{})
		go func() { p.stop(); close(stopped) }()
		ctx := viewer.System(t.Context())
		eventually(t, "the process is on its way out", func() bool { return e.db.Client.Process.Query().CountX(ctx) == 0 })
		select {
		case <-stopped:
			t.Error("the stop did not wait for the request")
		default:
		}
		close(release)
		<-stopped
		if l := e.lease(); l.Owner != "" || l.Settled != 1 {
			t.Errorf("lease = %+v", l)
		}
		if n := e.count(hook, domain.DeliveryDelivered); n != 1 {
			t.Errorf("%d are delivered, want 1", n)
		}
		e.start(nil)
		e.await(hook, domain.DeliveryDelivered, 2)
		rc.inOrder(t, events)
		if n := len(rc.arrivals()); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// What does not end in time is broken off without counting as an attempt.
func TestStopBreaksOffWhatHangs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(r *http.Request, a arrival) int {
			if a.nth == 1 {
				<-r.Context().Done()
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) { c.Drain = 20 * time.Millisecond })
		ev := e.append(e.series())
		eventually(t, "it is in flight", func() bool { return len(rc.arrivals()) == 1 })
		p.stop()
		e.start(nil)
		if d := e.await(hook, domain.DeliveryDelivered, 1)[0]; d.AttemptCount != 1 {
			t.Errorf("delivery = %+v", d)
		}
		for _, a := range rc.arrivals() {
			if a.id != ev.ID || a.header.Get("Slotcast-Attempt") != "1" {
				t.Errorf("%s arrived as attempt %s", a.id, a.header.Get("Slotcast-Attempt"))
			}
		}
	})
}

// A retry comes at its stored time, whoever owns the shard then; until the grace
// is over the series waits for it across restarts.
func TestRetryAndGraceSurviveRestarts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(_ *http.Request, a arrival) int {
			if a.nth == 1 && a.header.Get("Slotcast-Sequence") == "1" {
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		hour := func(c *delivery.Config) { c.Schedule = backoff.Schedule{time.Hour} }
		failing, other := e.series(), e.series()
		first := e.append(failing)
		p := e.start(hour)
		ctx := viewer.System(t.Context())
		row := e.db.Client.Delivery.Query().Where(entdelivery.EventID(first.ID))
		eventually(t, "the first one has failed", func() bool { n, err := row.Clone().Count(ctx); return err == nil && n == 1 })
		second := e.append(failing)
		p.stop()

		p = e.start(hour)
		d := row.Clone().OnlyX(ctx)
		if d.NextAttemptAt == nil || time.Until(*d.NextAttemptAt) < 40*time.Minute {
			t.Errorf("delivery = %+v", d)
		}
		other.Sequence = 1 // which succeeds
		third := e.append(other)
		eventually(t, "the other series goes on", func() bool { return slices.Contains(rc.firsts(), third.ID) })
		e.settled() // the waiting one has a row
		if slices.Contains(rc.firsts(), second.ID) {
			t.Error("the second one did not wait")
		}
		p.stop()

		// An hour passes; the first attempt is too long ago for the others to wait.
		d.Attempts[0].At = d.Attempts[0].At.Add(-time.Hour)
		d.Update().SetAttempts(d.Attempts).ExecX(ctx)
		p = e.start(hour)
		eventually(t, "the grace is over", func() bool { return slices.Contains(rc.firsts(), second.ID) })
		d.Update().SetNextAttemptAt(time.Now().UTC()).ExecX(ctx)
		e.await(hook, domain.DeliveryDelivered, 3)
		if d := row.OnlyX(ctx); d.AttemptCount != 2 {
			t.Errorf("delivery = %+v", d)
		}
		p.stop()
		if n := len(rc.arrivals()); n != 4 {
			t.Errorf("%d requests, want 4", n)
		}
	})
}

// Processes come and go while a receiver fails now and then.
func TestRollingRestarts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var n atomic.Int64
		rc := receive(t, func(*http.Request, arrival) int {
			if n.Add(1)%4 == 0 {
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		change := func(c *delivery.Config) {
			c.Schedule = slices.Repeat(backoff.Schedule{30 * time.Millisecond}, 50)
			c.InFlight = 2
		}
		p := e.start(change)
		var events []*eventlog.Event
		for range 6 {
			events = append(events, e.appendRounds(8, 5)...)
			next := e.start(change)
			p.stop()
			p = next
		}
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		rc.inOrder(t, events)
		attempts := 0
		for _, d := range e.deliveries(hook) {
			attempts += d.AttemptCount
		}
		if arrived := len(rc.arrivals()); arrived != attempts {
			t.Errorf("%d requests, but %d attempts are known", arrived, attempts)
		}
	})
}

// The backlog of a lane is its next owner's.
func TestBacklogSurvivesRestart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := receive(t, func(r *http.Request, _ arrival) int {
			if !well.Load() {
				<-r.Context().Done()
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) { c.Drain = 20 * time.Millisecond })
		events := e.appendRounds(30, 2*delivery.MaxQueued/30+1)
		e.settled()
		p.stop()
		well.Store(true)
		events = append(events, e.appendRounds(30, 1)...)
		p = e.start(nil)
		events = append(events, e.appendRounds(30, 1)...)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		rc.inOrder(t, events)
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
	})
}

// A message is due again while a later one of its series is under way, which need
// not wait for it any more: it goes behind that one, and neither is lost.
func TestRetryBehindALaterOneUnderWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		release := make(chan struct{})
		rc := receive(t, func(r *http.Request, a arrival) int {
			switch {
			case a.header.Get("Slotcast-Sequence") == "2":
				select {
				case <-release:
				case <-r.Context().Done():
				}
			case a.nth == 1:
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) { c.Schedule, c.Grace = backoff.Schedule{time.Hour}, time.Millisecond })
		m := e.series()
		first := e.append(m)
		eventually(t, "the first one has failed", func() bool { return e.count(hook, domain.DeliveryPending) == 1 })
		second := e.append(m)
		eventually(t, "the second one is under way", func() bool { return rc.tried(second.ID) == 1 })
		e.due(first)
		eventually(t, "the first one is in hand", func() bool { return p.Held() == 2 })
		if n := rc.tried(first.ID); n != 1 {
			t.Errorf("two of a series are under way")
		}
		close(release)
		e.await(hook, domain.DeliveryDelivered, 2)
		if rc.tried(first.ID) != 2 || rc.tried(second.ID) != 1 {
			t.Errorf("the first one came %d times, the second one %d times", rc.tried(first.ID), rc.tried(second.ID))
		}
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
	})
}
