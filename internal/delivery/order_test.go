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
	"slotcast/internal/eventlog"
)

// appendRounds appends one event for each of a number of series, and again.
func (e *env) appendRounds(series, rounds int) []*eventlog.Event {
	meetings := make([]*ent.Meeting, series)
	for i := range meetings {
		meetings[i] = e.series()
	}
	var events []*eventlog.Event
	for range rounds {
		for _, m := range meetings {
			events = append(events, e.append(m))
		}
	}
	return events
}

func TestOrderUnderAFlakyReceiver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var n atomic.Int64
		flaky := receive(t, func(*http.Request, arrival) int {
			if n.Add(1)%3 == 0 {
				return 503
			}
			return 200
		})
		steady := receive(t, nil)
		hook, other := e.webhook(flaky.URL), e.webhook(steady.URL)
		e.start(func(c *delivery.Config) {
			c.Schedule = slices.Repeat(backoff.Schedule{20 * time.Millisecond}, 20)
		})
		events := e.appendRounds(25, 8)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.await(other, domain.DeliveryDelivered, len(events))
		e.settled()
		flaky.inOrder(t, events)
		steady.inOrder(t, events)
	})
}

// While an event fails, the later ones of its series wait, and other series do
// not.
func TestOnlyTheSeriesWaitsBehindAFailure(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		bad := e.series()
		rc := receive(t, func(_ *http.Request, a arrival) int {
			data, _ := mustJSON(t, a.body)["meetData"].(map[string]any)
			if data["_id"] == bad.ID && !well.Load() {
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) {
			c.Schedule, c.Grace = slices.Repeat(backoff.Schedule{50 * time.Millisecond}, 1000), time.Hour
		})
		events := []*eventlog.Event{e.append(bad), e.append(bad), e.append(bad)}
		events = append(events, e.appendRounds(10, 3)...)
		eventually(t, "the others are delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == 30 })
		e.settled() // by rows that are pending
		if rc.tried(events[1].ID)+rc.tried(events[2].ID) > 0 {
			t.Error("the later ones of its series did not wait")
		}
		well.Store(true)
		e.await(hook, domain.DeliveryDelivered, len(events))
		rc.inOrder(t, events)
	})
}

// A lane that overflows is behind, and reads what it had no room for from the log,
// in order; meanwhile new ones come.
func TestOverflow(t *testing.T) {
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
		hook := e.webhook(slow.URL)
		p := e.start(nil)
		events := e.appendRounds(40, 2*delivery.MaxQueued/40+2)
		e.settled() // although nothing has been answered
		if n := e.count(hook, domain.DeliveryPending); n != delivery.MaxQueued {
			t.Errorf("%d deliveries are pending, want those in hand, %d", n, delivery.MaxQueued)
		}
		if number, ok := e.behind(hook); !ok || number != delivery.MaxQueued {
			t.Errorf("it is behind %t from event %d on", ok, number)
		}
		if n := p.Held(); n > delivery.MaxQueued {
			t.Errorf("%d messages are in memory, want at most %d", n, delivery.MaxQueued)
		}
		close(release)
		events = append(events, e.appendRounds(40, 5)...)
		e.await(hook, domain.DeliveryDelivered, len(events))
		slow.inOrder(t, events)
		if n := len(slow.arrivals()); n != len(events) {
			t.Errorf("%d requests for %d events", n, len(events))
		}
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
		e.keepsUp(hook)
	})
}

func TestHangingReceiverDelaysNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		hung := receive(t, func(r *http.Request, _ arrival) int { <-r.Context().Done(); return 200 })
		well := receive(t, nil)
		var hanging []*ent.Webhook
		for range 12 {
			hanging = append(hanging, e.webhook(hung.URL))
		}
		hook := e.webhook(well.URL)
		p := e.start(func(c *delivery.Config) { c.Drain = 50 * time.Millisecond })
		events := e.appendRounds(10, 10)
		e.await(hook, domain.DeliveryDelivered, len(events))
		well.inOrder(t, events)
		e.settled()
		p.stop()
		for _, h := range hanging {
			if rows := e.deliveries(h); len(rows) != len(events) || e.count(h, domain.DeliveryPending) != len(events) {
				t.Errorf("a hanging webhook has %d rows", len(rows))
			}
		}
	})
}

// A group of messages behind one that failed must not keep its retry out.
func TestRetryIsTakenByALaneThatIsFull(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(_ *http.Request, a arrival) int {
			if a.nth == 1 && a.header.Get("Slotcast-Sequence") == "1" {
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.Schedule = backoff.Schedule{time.Second} })
		events := e.appendRounds(1, delivery.MaxQueued+50)
		e.await(hook, domain.DeliveryDelivered, len(events))
		rc.inOrder(t, events)
	})
}
