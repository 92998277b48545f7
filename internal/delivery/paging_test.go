package delivery_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// A lane that overflows in the middle of an event has all of its parts back, in
// order and once, while new events come.
func TestOverflowWithParts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		release := make(chan struct{})
		slow := receive(t, func(r *http.Request, _ arrival) int {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return 200
		})
		hook := e.foreign(slow.URL, domain.FormatCalendly)
		p := e.start(nil)
		events := e.moves(7, 15, 3) // 30 messages each: no page ends where an event does
		e.settled()                 // although nothing has been answered
		if n := p.Held(); n > delivery.MaxQueued || n == len(owed(hook, events...)) {
			t.Errorf("%d messages are in memory, want at most %d", n, delivery.MaxQueued)
		}
		close(release)
		events = append(events, e.moves(3, 4, 2)...)
		n := len(owed(hook, events...))
		for _, d := range e.await(hook, domain.DeliveryDelivered, n) {
			if d.AttemptCount != 1 {
				t.Errorf("part %s of event %d was tried %d times", d.Part, d.Number, d.AttemptCount)
			}
		}
		slow.inTurn(t, hook, events)
		if got := len(slow.arrivals()); got != n {
			t.Errorf("%d requests for %d messages", got, n)
		}
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
	})
}

// One event may be more messages than a lane holds, and more than three digits
// count.
func TestEventOfManyPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		e.start(nil)
		_, ev := e.move(e.seated(505))
		n := len(owed(hook, ev))
		if n != 1010 {
			t.Fatalf("%d messages are owed, want 1010", n)
		}
		e.await(hook, domain.DeliveryDelivered, n)
		e.settled()
		rc.inTurn(t, hook, []*eventlog.Event{ev})
		if got := len(rc.arrivals()); got != n {
			t.Errorf("%d requests for %d messages", got, n)
		}
	})
}

// A backlog whose first and last events are there in part is the next owner's.
func TestBacklogOfPartsSurvivesRestart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := receive(t, func(r *http.Request, _ arrival) int {
			if !well.Load() {
				<-r.Context().Done()
			}
			return 200
		})
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		p := e.start(func(c *delivery.Config) { c.Drain = 20 * time.Millisecond })
		events := e.moves(7, 15, 3)
		e.settled()
		p.stop()
		well.Store(true)
		events = append(events, e.moves(3, 4, 1)...)
		p = e.start(nil)
		events = append(events, e.moves(3, 4, 1)...)
		e.await(hook, domain.DeliveryDelivered, len(owed(hook, events...)))
		e.settled()
		rc.inTurn(t, hook, events)
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
	})
}

// Processes come and go, parts fail now and then, and still each of a series'
// messages comes behind the one before it.
func TestRollingRestartsWithParts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var n atomic.Int64
		rc := receive(t, func(*http.Request, arrival) int {
			if n.Add(1)%4 == 0 {
				return 500
			}
			return 200
		})
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		change := func(c *delivery.Config) {
			c.Schedule = slices.Repeat(backoff.Schedule{30 * time.Millisecond}, 50)
			c.InFlight = 2
		}
		p := e.start(change)
		var events []*eventlog.Event
		for range 4 {
			events = append(events, e.moves(3, 3, 2)...)
			next := e.start(change)
			p.stop()
			p = next
		}
		e.await(hook, domain.DeliveryDelivered, len(owed(hook, events...)))
		e.settled()
		rc.inTurn(t, hook, events)
		attempts := 0
		for _, d := range e.deliveries(hook) {
			attempts += d.AttemptCount
		}
		if arrived := len(rc.arrivals()); arrived != attempts {
			t.Errorf("%d requests, but %d attempts are known", arrived, attempts)
		}
	})
}
