package delivery_test

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	entdelivery "slotcast/ent/delivery"
	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// ordered makes a webhook with an order policy.
func (e *env) ordered(url string, order domain.OrderPolicy) *ent.Webhook {
	e.t.Helper()
	return e.webhook(url).Update().SetOrderPolicy(order).SaveX(viewer.System(e.t.Context()))
}

// failsFirst answers 500 to the first message of each series, until it is well.
func failsFirst(t *testing.T, well *atomic.Bool) *receiver {
	t.Helper()
	return receive(t, func(_ *http.Request, a arrival) int {
		if a.header.Get("Slotcast-Sequence") == "1" && !well.Load() {
			return 500
		}
		return 200
	})
}

// putOff counts the rows of a webhook that have a time, and were not tried.
func (e *env) putOff(w *ent.Webhook) int {
	e.t.Helper()
	return e.db.Client.Delivery.Query().
		Where(entdelivery.WebhookID(w.ID), entdelivery.StatusEQ(domain.DeliveryPending), entdelivery.NextAttemptAtNotNil(), entdelivery.AttemptCount(0)).
		CountX(viewer.System(e.t.Context()))
}

// due lets the time pass in which the messages of an event wait, as soon as one
// does.
func (e *env) due(ev *eventlog.Event) {
	e.t.Helper()
	ctx := viewer.System(e.t.Context())
	eventually(e.t, "one waits for its time", func() bool {
		return e.db.Client.Delivery.Update().Where(entdelivery.EventID(ev.ID), entdelivery.NextAttemptAtNotNil()).
			SetNextAttemptAt(time.Now().UTC()).SaveX(ctx) > 0
	})
}

func TestNothingWaitsWithoutAnOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := failsFirst(t, &well)
		hook := e.ordered(rc.URL, domain.OrderNone)
		e.start(func(c *delivery.Config) { c.Schedule = backoff.Schedule{time.Hour} })
		events := e.appendRounds(1, 5)
		eventually(t, "the others are delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == 4 })
		if n := rc.tried(events[0].ID); n != 1 {
			t.Errorf("the first one was tried %d times by then", n)
		}
		well.Store(true)
		e.due(events[0])
		e.await(hook, domain.DeliveryDelivered, 5)
	})
}

// Behind a failing message of a STRICT webhook its series waits as long as that
// takes, in the table; others go on.
func TestStrictOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := failsFirst(t, &well)
		hook := e.ordered(rc.URL, domain.OrderStrict)
		change := func(c *delivery.Config) {
			c.Grace = 200 * time.Millisecond
			c.Schedule = slices.Repeat(backoff.Schedule{1200 * time.Millisecond}, 100)
		}
		p := e.start(change)
		m := e.series()
		first, second := e.append(m), e.append(m)
		eventually(t, "the second is put off", func() bool { return e.putOff(hook) == 1 })
		third := e.append(m)
		eventually(t, "the third is put off", func() bool { return e.putOff(hook) == 2 })
		e.settled()
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
		before := rc.tried(first.ID)
		eventually(t, "it has failed again", func() bool { return rc.tried(first.ID) > before+1 })
		if got := rc.firsts(); len(got) != 1 {
			t.Errorf("others came: %v", got)
		}
		well.Store(true)
		other := e.append(e.series()) // is not behind it
		e.await(hook, domain.DeliveryDelivered, 4)
		got := slices.DeleteFunc(rc.firsts(), func(id string) bool { return id == other.ID })
		if diff := cmp.Diff([]string{first.ID, second.ID, third.ID}, got); diff != "" {
			t.Errorf("they came (-want +got):\n%s", diff)
		}
		for _, d := range e.deliveries(hook) {
			if d.EventID != first.ID && d.AttemptCount != 1 {
				t.Errorf("event %d was tried %d times", d.Number, d.AttemptCount)
			}
		}
	})
}

// The same with processes that stop or die between the failures: the next owner
// knows what fails, however long ago that was.
func TestStrictOrderAcrossRestarts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := failsFirst(t, &well)
		hook := e.ordered(rc.URL, domain.OrderStrict)
		m := e.series()
		first := e.append(m)
		events := []string{first.ID, e.append(m).ID}
		for round := range 3 {
			p := e.start(func(c *delivery.Config) {
				c.Grace, c.Drain = time.Millisecond, 10*time.Millisecond
				c.Schedule = slices.Repeat(backoff.Schedule{500 * time.Millisecond}, 100)
			})
			before := rc.tried(first.ID)
			eventually(t, "it has failed again", func() bool { return rc.tried(first.ID) >= before+2 })
			events = append(events, e.append(m).ID)
			eventually(t, "the others are put off", func() bool { return e.putOff(hook) == len(events)-1 })
			if round == 1 {
				e.crash(p)
			} else {
				p.stop()
			}
		}
		well.Store(true)
		e.start(nil)
		e.await(hook, domain.DeliveryDelivered, len(events))
		if diff := cmp.Diff(events, rc.firsts()); diff != "" {
			t.Errorf("they came (-want +got):\n%s", diff)
		}
	})
}
