package delivery_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/ent/backlog"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// behind returns the event up to which a webhook is done, if it is behind.
func (e *env) behind(hook *ent.Webhook) (number int64, ok bool) {
	e.t.Helper()
	for _, row := range e.db.Client.Backlog.Query().Where(backlog.ID(hook.ID)).AllX(viewer.System(e.t.Context())) {
		number, ok = row.Number, true
	}
	return number, ok
}

// keepsUp waits until the table does not say any more that a webhook is behind.
func (e *env) keepsUp(hook *ent.Webhook) {
	e.t.Helper()
	eventually(e.t, "it is not behind", func() bool { _, ok := e.behind(hook); return !ok })
}

func (e *env) turn(hook *ent.Webhook, state domain.WebhookState) {
	e.t.Helper()
	e.db.Client.Webhook.UpdateOne(hook).SetState(state).SetStateSince(time.Now().UTC()).ExecX(viewer.System(e.t.Context()))
}

// burst appends one event for each of a number of series, in one transaction, and
// again.
func (e *env) burst(series, rounds int) (all []*eventlog.Event) {
	e.t.Helper()
	meetings := make([]*ent.Meeting, series)
	for i := range meetings {
		meetings[i] = e.series()
	}
	for range rounds {
		events, err := e.log.InTx(e.t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
			drafts := make([]*eventlog.Draft, series)
			for i, m := range meetings {
				m.Sequence++
				drafts[i] = &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: m}
			}
			return drafts, nil
		})
		if err != nil {
			e.t.Fatalf("appending: %v", err)
		}
		all = append(all, events...)
	}
	return all
}

// once fails the test if a message came more than once.
func (rc *receiver) once(t testing.TB) {
	t.Helper()
	for _, a := range rc.arrivals() {
		if a.nth > 1 {
			t.Errorf("%s came %d times", a.id, a.nth)
		}
	}
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
		before := len(rc.arrivals())
		events = append(events, e.burst(100, 50)...)
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

// One webhook hangs; that costs another of the same app nothing, while events come
// from all sides.
func TestOverflowHarmsNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		release := make(chan struct{})
		hung := receive(t, func(r *http.Request, _ arrival) int {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return 200
		})
		well := receive(t, nil)
		bad, good := e.webhook(hung.URL), e.webhook(well.URL)
		p := e.start(nil)
		var all sync.WaitGroup
		var mu sync.Mutex
		var events []*eventlog.Event
		for range 4 {
			all.Go(func() {
				some := e.appendRounds(20, 12)
				mu.Lock()
				defer mu.Unlock()
				events = append(events, some...)
			})
		}
		all.Wait()
		e.await(good, domain.DeliveryDelivered, len(events))
		well.inOrder(t, events)
		well.once(t)
		e.settled()
		close(release)
		for range 2 {
			all.Go(func() {
				some := e.appendRounds(20, 4)
				mu.Lock()
				defer mu.Unlock()
				events = append(events, some...)
			})
		}
		all.Wait()
		e.await(bad, domain.DeliveryDelivered, len(events))
		e.await(good, domain.DeliveryDelivered, len(events))
		hung.inOrder(t, events)
		hung.once(t)
		well.once(t)
		e.keepsUp(bad)
		eventually(t, "nothing is held", func() bool { return p.Held() == 0 })
	})
}

// A process dies while a webhook is paused, while it catches up, and while it is
// live again; nothing is lost, and nothing comes out of order.
func TestCrashWhileBehind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var n atomic.Int64
		rc := receive(t, func(*http.Request, arrival) int {
			if n.Add(1)%9 == 0 {
				return 500
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		change := func(c *delivery.Config) {
			c.Lease = 2 * time.Second
			c.Drain = 10 * time.Millisecond
			c.InFlight = 2
			c.Schedule = []time.Duration{20 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond, 20 * time.Millisecond}
		}
		var events []*eventlog.Event
		crash := func(p *process) { _ = p.db.Close() }
		e.turn(hook, domain.WebhookPaused)
		p := e.start(change)
		events = append(events, e.appendRounds(10, 20)...)
		e.settled()
		crash(p) // paused
		p = e.start(change)
		events = append(events, e.appendRounds(10, 20)...)
		e.settled()
		e.turn(hook, domain.WebhookActive)
		for range 3 {
			reached := len(rc.firsts()) + 60
			eventually(t, "a part has arrived", func() bool { return len(rc.firsts()) > min(reached, len(events)/2) })
			crash(p) // in the middle of catching up
			p = e.start(change)
			events = append(events, e.appendRounds(10, 1)...)
		}
		e.await(hook, domain.DeliveryDelivered, len(events))
		events = append(events, e.appendRounds(20, 2)...)
		crash(p)
		e.start(change)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		rc.inOrder(t, events)
		e.keepsUp(hook)
	})
}

// The owner before has left messages in hand, above and below the cursor of a lane
// that is behind, and the watermark on either side of it.
func TestNextOwnerFindsWhatWasNoted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ cursor, settled int64 }{{3, 8}, {10, 4}, {0, 0}, {12, 12}} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, e *env) { e.findsNoted(tt.cursor, tt.settled) })
		})
	}
}

func (e *env) findsNoted(cursor, settled int64) {
	rc := receive(e.t, nil)
	hook := e.webhook(rc.URL)
	events := e.appendRounds(1, 12)
	ctx := viewer.System(e.t.Context())
	var want []string
	for i, ev := range events {
		switch {
		case slices.Contains([]int{2, 3, 6, 7}, i): // also out of their turn, as when others were in their time of grace
			e.row(hook, ev, "").SetStatus(domain.DeliveryDelivered).SetAttemptCount(1).ExecX(ctx)
			continue
		case slices.Contains([]int{0, 1, 5, 9}, i) || ev.Number <= min(cursor, settled):
			e.row(hook, ev, "").ExecX(ctx)
		}
		want = append(want, ev.ID)
	}
	shard := events[0].Shard
	e.db.Client.Backlog.Create().SetID(hook.ID).SetShard(shard).SetNumber(cursor).ExecX(ctx)
	e.db.Client.Lease.UpdateOneID(shard).SetSettled(settled).ExecX(ctx)
	e.start(nil)
	e.await(hook, domain.DeliveryDelivered, len(events))
	e.settled()
	e.keepsUp(hook)
	rc.once(e.t)
	if diff := cmp.Diff(want, rc.firsts()); diff != "" {
		e.t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// A webhook that little is for, far behind, finds it among what is for others.
func TestSparseWebhookFarBehind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rare, often := receive(t, nil), receive(t, nil)
		hook, busy := e.foreign(rare.URL, domain.FormatCalendly), e.webhook(often.URL)
		ctx := viewer.System(t.Context())
		e.db.Client.Webhook.UpdateOne(hook).SetTriggers([]domain.Trigger{domain.MeetingRescheduled}).ExecX(ctx)
		e.turn(hook, domain.WebhookPaused)
		e.start(nil)
		var events []*eventlog.Event
		n := 0
		for range 4 {
			n += len(e.appendRounds(1, 400))
			events = append(events, e.moves(2, 2, 1)...)
		}
		e.await(busy, domain.DeliveryDelivered, n)
		e.settled()
		e.turn(hook, domain.WebhookActive)
		e.await(hook, domain.DeliveryDelivered, len(owed(hook, events...)))
		rare.inTurn(t, hook, events)
		rare.once(t)
		e.keepsUp(hook)
	})
}

// What waits for a webhook that is deleted is forgotten.
func TestDeletedWebhookIsNotBehind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		e.turn(hook, domain.WebhookPaused)
		e.start(nil)
		e.appendRounds(5, 5)
		eventually(t, "it is behind", func() bool { _, ok := e.behind(hook); return ok })
		e.db.Client.Webhook.DeleteOne(hook).ExecX(viewer.System(t.Context()))
		e.keepsUp(hook)
		e.settled()
		if n := len(rc.arrivals()); n != 0 {
			t.Errorf("%d messages came", n)
		}
	})
}

// A webhook whose breaker is open is tried out with one message at a time, and has
// the rest when that is delivered.
func TestProbe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := receive(t, func(*http.Request, arrival) int {
			if well.Load() {
				return 200
			}
			return 500
		})
		hook := e.webhook(rc.URL)
		e.turn(hook, domain.WebhookDegraded)
		p := e.start(func(c *delivery.Config) {
			c.Grace, c.Probe = time.Second, 20*time.Millisecond
			c.Schedule = []time.Duration{10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond}
		})
		events := e.appendRounds(3, 40)
		eventually(t, "it was tried out some times", func() bool { return len(rc.arrivals()) >= 3 })
		e.settled()
		if n := len(rc.arrivals()); n > 6 || p.Held() > 2*delivery.MaxQueued {
			t.Errorf("%d messages came to a webhook that is parked", n)
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
