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
	"slotcast/internal/backoff"
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
			c.InFlight = 2
			c.Schedule = slices.Repeat(backoff.Schedule{20 * time.Millisecond}, 50)
		}
		var events []*eventlog.Event
		e.turn(hook, domain.WebhookPaused)
		p := e.start(change)
		events = append(events, e.appendRounds(10, 20)...)
		e.settled()
		e.crash(p) // paused
		p = e.start(change)
		events = append(events, e.appendRounds(10, 20)...)
		e.settled()
		e.turn(hook, domain.WebhookActive)
		for range 3 {
			reached := len(rc.firsts()) + 60
			eventually(t, "a part has arrived", func() bool { return len(rc.firsts()) > min(reached, len(events)/2) })
			e.crash(p) // in the middle of catching up
			p = e.start(change)
			events = append(events, e.appendRounds(10, 1)...)
		}
		e.await(hook, domain.DeliveryDelivered, len(events))
		events = append(events, e.appendRounds(20, 2)...)
		e.crash(p)
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
			n += len(e.burst(40, 10))
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
