package delivery_test

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/backoff"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// fails answers with a status until it is well.
func fails(t *testing.T, well *atomic.Bool, status int) *receiver {
	t.Helper()
	return receive(t, func(*http.Request, arrival) int {
		if well.Load() {
			return 200
		}
		return status
	})
}

// The next owner tries a failing webhook out with what failed, where the log has
// nothing more for it.
func TestNextOwnerProbes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := fails(t, &well, 500)
		hook := e.webhook(rc.URL)
		change := func(c *delivery.Config) { c.Schedule = backoff.Schedule{time.Hour} }
		p := e.start(change)
		e.appendRounds(12, 1)
		e.awaitState(hook, domain.WebhookDegraded)
		e.settled()
		eventually(t, "there is nothing to try it out with", func() bool { return p.Rests(hook.ID) })
		p.stop()
		well.Store(true)
		e.db.Client.Delivery.Update().SetNextAttemptAt(time.Now().UTC()).ExecX(viewer.System(t.Context()))
		e.start(change)
		e.awaitState(hook, domain.WebhookActive)
		e.await(hook, domain.DeliveryDelivered, 12)
	})
}

// A failing webhook of which nothing says that it is behind is tried out, too: its
// owner died before it wrote so.
func TestFailingWebhookWithoutBacklogIsTried(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		ctx := viewer.System(t.Context())
		ev := e.append(e.series())
		e.row(hook, ev, "").SetAttemptCount(1).SetNextAttemptAt(time.Now().UTC()).
			SetAttempts([]domain.Attempt{{At: time.Now().Add(-time.Hour).UTC(), StatusCode: 500}}).ExecX(ctx)
		e.failing(hook, time.Now().Add(-time.Hour).UTC())
		e.db.Client.Lease.UpdateOneID(ev.Shard).SetSettled(ev.Number).ExecX(ctx)
		e.start(nil)
		e.await(hook, domain.DeliveryDelivered, 1)
		e.awaitState(hook, domain.WebhookActive)
		e.keepsUp(hook)
	})
}

// A failing webhook is tried out with what was only put off, where there is nothing
// else: what it waited for was given up.
func TestFailingWebhookIsTriedWithWhatWasPutOff(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		rc := receive(t, nil)
		hook := e.ordered(rc.URL, domain.OrderStrict)
		m := e.series()
		first, second := e.append(m), e.append(m)
		e.row(hook, first, "").SetStatus(domain.DeliveryFailed).SetAttemptCount(10).ExecX(ctx)
		e.row(hook, second, "").SetNextAttemptAt(time.Now().UTC()).ExecX(ctx)
		e.failing(hook, time.Now().Add(-time.Hour).UTC())
		e.db.Client.Backlog.Create().SetID(hook.ID).SetShard(second.Shard).SetNumber(second.Number).ExecX(ctx)
		e.db.Client.Lease.UpdateOneID(second.Shard).SetSettled(second.Number).ExecX(ctx)
		e.start(nil)
		eventually(t, "it is delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == 1 })
		e.awaitState(hook, domain.WebhookActive)
	})
}

// As many failures give a message up as open the breaker: what waits behind it comes
// when the receiver is well, in order and once.
func TestFollowersOfAMessageGivenUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		var well atomic.Bool
		rc := fails(t, &well, 500)
		hook := e.ordered(rc.URL, domain.OrderStrict)
		e.start(func(c *delivery.Config) {
			c.Grace, c.Schedule = 50*time.Millisecond, slices.Repeat(backoff.Schedule{100 * time.Millisecond}, 9)
		})
		m := e.series()
		first := e.append(m)
		eventually(t, "it has failed", func() bool { return rc.tried(first.ID) > 0 })
		events := []string{first.ID, e.append(m).ID, e.append(m).ID}
		eventually(t, "it is given up", func() bool { return e.count(hook, domain.DeliveryFailed) == 1 })
		well.Store(true)
		events = append(events, e.append(m).ID)
		eventually(t, "the others are delivered", func() bool { return e.count(hook, domain.DeliveryDelivered) == 3 })
		if diff := cmp.Diff(events, rc.firsts()); diff != "" {
			t.Errorf("they came (-want +got):\n%s", diff)
		}
		attempts := 0
		for _, d := range e.deliveries(hook) {
			attempts += d.AttemptCount
		}
		if n := len(rc.arrivals()); n != attempts {
			t.Errorf("%d requests, but %d attempts are known", n, attempts)
		}
	})
}

// While there is nothing to try a webhook out with its lane rests.
func TestNothingToProbeWith(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(*http.Request, arrival) int { return 500 })
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) { c.Schedule = backoff.Schedule{time.Hour} })
		e.appendRounds(12, 1)
		e.awaitState(hook, domain.WebhookDegraded)
		eventually(t, "its lane rests", func() bool { return p.Rests(hook.ID) })
	})
}

// A row is claimed once, and only while it is due as it was read.
func TestClaim(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) { c.Poll = time.Hour })
		events := e.appendRounds(5, 1)
		rows := e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		asOf := time.Now().UTC()
		for i, row := range rows {
			change := row.Update().SetStatus(domain.DeliveryPending).SetNextAttemptAt(asOf.Add(-time.Second))
			switch i {
			case 2: // it was tried again since
				change.SetNextAttemptAt(asOf.Add(time.Second))
			case 3: // and is done
				change.SetStatus(domain.DeliveryDelivered)
			}
			change.ExecX(ctx)
		}
		for round, want := range [][]string{{rows[0].ID}, {rows[1].ID, rows[4].ID}, nil} {
			these := rows
			if round == 0 {
				these = rows[:1]
			}
			got, err := p.Claim(ctx, asOf, these...)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("round %d claims (-want +got):\n%s%v", round, diff, err)
			}
		}
		for i, d := range e.deliveries(hook) {
			if claimed := d.NextAttemptAt == nil; claimed != (i != 2 && i != 3) {
				t.Errorf("delivery %d: %v", i, d.NextAttemptAt)
			}
		}
	})
}

// A lane that begins with less room than its owner before had falls behind, and
// sends nothing again that has rows.
func TestLessRoomThanTheOwnerBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		release := make(chan struct{})
		rc := receive(t, func(*http.Request, arrival) int { <-release; return 200 })
		hook := e.webhook(rc.URL)
		events := e.appendRounds(90, 1)
		for _, ev := range events[60:] {
			e.row(hook, ev, "").SetStatus(domain.DeliveryDelivered).SetAttemptCount(1).ExecX(ctx)
		}
		const others = 1<<16 - 8*30 // leave room for 30
		db := e.open()
		var p *process
		ready := make(chan struct{})
		p = e.startOn(db, func(c *delivery.Config) {
			c.Clock = func(ctx context.Context) (time.Time, error) { <-ready; return db.Now(ctx) }
		})
		p.Hold(others)
		close(ready)
		eventually(t, "it is behind", func() bool { _, ok := e.behind(hook); return ok })
		close(release)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		e.keepsUp(hook)
		if n := len(rc.arrivals()); n != 60 {
			t.Errorf("%d requests were sent, want 60", n)
		}
		p.Hold(-others)
	})
}
