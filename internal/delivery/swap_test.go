package delivery_test

import (
	"net/http"
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

// again asks for a delivery once more, and does not press.
func (e *env) again(d *ent.Delivery) {
	e.t.Helper()
	e.db.Client.Delivery.UpdateOneID(d.ID).SetStatus(domain.DeliveryPending).SetNextAttemptAt(time.Now().UTC()).
		SetAttemptsBefore(d.AttemptCount).ExecX(viewer.System(e.t.Context()))
}

// What a replay has in hand and is sent otherwise meanwhile, it leaves alone: the
// row tells of every request.
func TestReplayLeavesWhatIsSentOtherwise(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		hold := make(chan struct{})
		var hanging atomic.Int64
		rc := receive(t, func(r *http.Request, a arrival) int {
			if a.nth > 1 && a.header.Get("Slotcast-Sequence") == "1" {
				hanging.Add(1)
				select {
				case <-hold:
				case <-r.Context().Done():
				}
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.InFlight, c.Schedule = 2, backoff.Schedule{time.Hour} })
		m := e.series()
		first, second, third := e.append(m), e.append(m), e.append(m)
		rows := e.await(hook, domain.DeliveryDelivered, 3)
		e.settled()
		p := e.replay(hook, []*eventlog.Event{first, second, third}, nil)
		eventually(t, "the replay sends the first", func() bool { return hanging.Load() == 1 })
		e.again(rows[1])
		eventually(t, "the second is sent once more", func() bool { return rc.tried(second.ID) == 2 })
		e.await(hook, domain.DeliveryDelivered, 3)
		close(hold)
		done := e.replayed(p)
		for i, d := range e.deliveries(hook) {
			if times := rc.tried(d.EventID); times != 2 || d.AttemptCount != 2 || len(d.Attempts) != 2 {
				t.Errorf("event %d was sent %d times; its row tells of %d", i, times, d.AttemptCount)
			}
		}
		if done.Status != domain.ReplayDone || done.Sent != 2 || done.Number != done.End {
			t.Errorf("replay = %+v", done)
		}
	})
}

// While a replay sends a message nobody else does, and what was asked for comes to
// an end all the same.
func TestReplayAndResendOfOneMessage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		hold := make(chan struct{})
		var open, most atomic.Int64
		rc := receive(t, func(r *http.Request, a arrival) int {
			if a.nth == 1 {
				return 200
			}
			most.Store(max(most.Load(), open.Add(1)))
			defer open.Add(-1)
			select {
			case <-hold:
			case <-r.Context().Done():
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.Flush = 100 * time.Millisecond })
		ev := e.append(e.series())
		d := e.await(hook, domain.DeliveryDelivered, 1)[0]
		e.settled()
		p := e.replay(hook, []*eventlog.Event{ev}, nil)
		eventually(t, "the replay sends it", func() bool { return open.Load() == 1 })
		asked := time.Now()
		e.again(d)
		eventually(t, "it is put off, or sent twice", func() bool {
			return most.Load() > 1 || e.db.Client.Delivery.Query().
				Where(entdelivery.ID(d.ID), entdelivery.NextAttemptAtGT(asked.Add(500*time.Millisecond))).ExistX(viewer.System(t.Context()))
		})
		close(hold)
		e.replayed(p)
		e.await(hook, domain.DeliveryDelivered, 1)
		if most.Load() != 1 {
			t.Errorf("%d requests with one message at once", most.Load())
		}
		other := e.append(e.series())
		e.await(hook, domain.DeliveryDelivered, 2)
		if d := e.deliveries(hook)[0]; rc.tried(other.ID) != 1 || d.AttemptCount != rc.tried(ev.ID) {
			t.Errorf("it was sent %d times; its row tells of %d", rc.tried(ev.ID), d.AttemptCount)
		}
	})
}
