package delivery_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
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
	"slotcast/internal/wire"
)

// parts lists the parts of a webhook's rows in their order, each with its status
// and number of attempts.
func (e *env) parts(hook *ent.Webhook) []string {
	e.t.Helper()
	var all []string
	for _, d := range e.db.Client.Delivery.Query().Where(entdelivery.WebhookID(hook.ID)).
		Order(entdelivery.ByNumber(), entdelivery.ByPart()).AllX(viewer.System(e.t.Context())) {
		all = append(all, fmt.Sprintf("%s %s %d", d.Part, d.Status, d.AttemptCount))
	}
	return all
}

// A reschedule is two messages. They keep their ids and bodies however often they
// are tried, and the second one waits for the first.
func TestRescheduleIsTwoMessages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(_ *http.Request, a arrival) int {
			if a.nth == 1 && !strings.HasSuffix(a.id, "-0001b") || a.nth == 2 && strings.HasSuffix(a.id, "-0001a") {
				return 500
			}
			return 200
		})
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		e.start(nil)
		m := e.seated(1)
		booked := e.append(m)
		_, moved := e.move(m)
		e.await(hook, domain.DeliveryDelivered, 3)
		e.settled()

		var got []string
		bodies := map[string][]byte{}
		for _, a := range rc.arrivals() {
			checkSignature(t, a, hook)
			got = append(got, strings.Join([]string{a.id, a.header.Get("Slotcast-Attempt"), a.header.Get("Slotcast-Sequence"), told(t, a)}, " "))
			if body, again := bodies[a.id]; again && !bytes.Equal(body, a.body) {
				t.Errorf("%s came with two bodies:\n%s\n%s", a.id, body, a.body)
			}
			bodies[a.id] = a.body
		}
		want := []string{
			booked.ID + " 1 1 " + wire.InviteeCreated,
			booked.ID + " 2 1 " + wire.InviteeCreated,
			moved.ID + "-0001a 1 2 " + wire.InviteeCanceled,
			moved.ID + "-0001a 2 2 " + wire.InviteeCanceled,
			moved.ID + "-0001a 3 2 " + wire.InviteeCanceled,
			moved.ID + "-0001b 1 1 " + wire.InviteeCreated,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the messages (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{" DELIVERED 2", "0001a DELIVERED 3", "0001b DELIVERED 1"}, e.parts(hook)); diff != "" {
			t.Errorf("the rows (-want +got):\n%s", diff)
		}
	})
}

// told is the name of the event that a body tells.
func told(t testing.TB, a arrival) string {
	name, _ := mustJSON(t, a.body)["event"].(string)
	return name
}

// A webhook that chose half of a reschedule gets one message, under the id of the
// event.
func TestChosenPartHasTheIDOfItsEvent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc, other := receive(t, nil), receive(t, nil)
		hook, both := e.foreign(rc.URL, domain.FormatCalendly, wire.InviteeCreated), e.foreign(other.URL, domain.FormatCalendly)
		none := e.foreign(rc.URL+"/none", domain.FormatCalendly, wire.FormSubmissionCreated)
		e.start(nil)
		_, moved := e.move(e.seated(1))
		e.await(hook, domain.DeliveryDelivered, 1)
		e.await(both, domain.DeliveryDelivered, 2)
		e.settled()
		if a := rc.arrivals()[0]; len(rc.arrivals()) != 1 || a.id != moved.ID || told(t, a) != wire.InviteeCreated {
			t.Errorf("%d messages, the first one %s with %s", len(rc.arrivals()), a.id, a.body)
		}
		if diff := cmp.Diff([]string{"=0001b DELIVERED 1"}, e.parts(hook)); diff != "" {
			t.Errorf("the rows (-want +got):\n%s", diff)
		}
		if n := len(e.parts(none)); n != 0 {
			t.Errorf("%d deliveries of what was not chosen", n)
		}
		other.inTurn(t, both, []*eventlog.Event{moved})
	})
}

// While the first part fails all others wait, across restarts, until the time of
// grace is over; the second one longer.
func TestPartsWaitBehindAFailureAcrossRestarts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var once atomic.Bool
		rc := receive(t, func(_ *http.Request, a arrival) int {
			if strings.HasSuffix(a.id, "-0001a") && !once.Swap(true) {
				return 500
			}
			return 200
		})
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		hour := func(c *delivery.Config) { c.Schedule = backoff.Schedule{time.Hour} }
		p := e.start(hour)
		m, moved := e.move(e.seated(1))
		first, second := moved.ID+"-0001a", moved.ID+"-0001b"
		ctx := viewer.System(t.Context())
		row := e.db.Client.Delivery.Query().Where(entdelivery.EventID(moved.ID), entdelivery.Part("0001a"))
		eventually(t, "the first one has failed", func() bool { n, err := row.Clone().Count(ctx); return err == nil && n == 1 })
		for range 2 {
			other := e.append(e.seated(1))
			eventually(t, "another series goes on", func() bool { return slices.Contains(rc.firsts(), other.ID) })
			e.settled() // the second part has a row
			if slices.Contains(rc.firsts(), second) {
				t.Error("the second part did not wait")
			}
			p.stop()
			p = e.start(hour)
		}
		p.stop()

		// An hour passes; the first attempt is too long ago for the other to wait.
		d := row.Clone().OnlyX(ctx)
		d.Attempts[0].At = d.Attempts[0].At.Add(-time.Hour)
		d.Update().SetAttempts(d.Attempts).ExecX(ctx)
		e.start(hour)
		_, last := e.move(m)
		eventually(t, "the grace is over", func() bool { return slices.Contains(rc.firsts(), last.ID+"-0001b") })
		e.settled()
		if slices.Contains(rc.firsts(), second) {
			t.Error("the second part did not wait")
		}
		e.passTime(moved)
		e.await(hook, domain.DeliveryDelivered, 6)
		if got := rc.firsts(); got[0] != first || got[5] != second {
			t.Errorf("%v came", got)
		}
		if d := row.OnlyX(ctx); d.AttemptCount != 2 {
			t.Errorf("delivery = %+v", d)
		}
	})
}

// A process dies between the parts of an event. Whatever it left in the table,
// the next one sends the rest, in order.
func TestNextOwnerTakesUpParts(t *testing.T) {
	t.Parallel()
	type left struct {
		part     string
		status   domain.DeliveryStatus
		attempts int
	}
	done, waiting := domain.DeliveryDelivered, domain.DeliveryPending
	once := []string{"0001a DELIVERED 1", "0001b DELIVERED 1"}
	twice := []string{"0001a DELIVERED 2", "0001b DELIVERED 1"}
	both := []string{"0001a", "0001b"}
	tests := []struct {
		name    string
		left    []left
		settled bool // the watermark is behind the event
		sent    []string
		rows    []string
	}{
		{"nothing is known", nil, false, both, once},
		{"the first is done", []left{{"0001a", done, 1}}, false, both[1:], once},
		{"only the second is known, and waits", []left{{"0001b", waiting, 0}}, false, both, once},
		{"the first was in hand", []left{{"0001a", waiting, 1}, {"0001b", waiting, 0}}, false, both, twice},
		{"the first was in hand, below the watermark", []left{{"0001a", waiting, 1}, {"0001b", waiting, 0}}, true, both, twice},
		{"the second waits below the watermark", []left{{"0001a", done, 1}, {"0001b", waiting, 0}}, true, both[1:], once},
		{"all is done", []left{{"0001a", done, 1}, {"0001b", done, 1}}, false, nil, once},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, e *env) {
				rc := receive(t, nil)
				hook := e.foreign(rc.URL, domain.FormatCalendly)
				_, ev := e.move(e.seated(1))
				ctx := viewer.System(t.Context())
				for _, l := range tt.left {
					e.row(hook, ev, l.part).SetStatus(l.status).SetAttemptCount(l.attempts).
						SetAttempts(slices.Repeat([]domain.Attempt{{At: time.Now().UTC(), StatusCode: 500}}, l.attempts)).ExecX(ctx)
				}
				if tt.settled {
					e.db.Client.Lease.UpdateOneID(ev.Shard).SetSettled(ev.Number).ExecX(ctx)
				}
				e.start(nil)
				e.await(hook, domain.DeliveryDelivered, 2)
				e.settled()
				var want []string
				for _, part := range tt.sent {
					want = append(want, wire.MessageID(ev.ID, part))
				}
				if diff := cmp.Diff(want, rc.firsts()); diff != "" {
					t.Errorf("sent (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.rows, e.parts(hook)); diff != "" {
					t.Errorf("the rows (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// The same with a process that dies while the second part is under way.
func TestCrashBetweenParts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var once atomic.Bool
		reached := make(chan struct{})
		rc := receive(t, func(r *http.Request, a arrival) int {
			if strings.HasSuffix(a.id, "-0001b") && !once.Swap(true) {
				close(reached)
				<-r.Context().Done()
			}
			return 200
		})
		hook := e.foreign(rc.URL, domain.FormatCalendly)
		crashing := e.start(nil)
		m, first := e.move(e.seated(1))
		<-reached
		e.crash(crashing)
		_, second := e.move(m)
		e.start(nil)
		events := []*eventlog.Event{first, second}
		e.await(hook, domain.DeliveryDelivered, 4)
		e.settled()
		rc.inTurn(t, hook, events)
	})
}
