package delivery_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/lease"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// lease returns the app's shard's lease.
func (e *env) lease() *ent.Lease {
	return e.db.Client.Lease.GetX(viewer.System(e.t.Context()), e.log.ShardOf(e.app.ID))
}

// shared waits until the processes own what they should.
func (e *env) shared(processes ...*process) {
	e.t.Helper()
	names := make([]string, len(processes))
	for i, p := range processes {
		names[i] = p.Process()
	}
	eventually(e.t, "the shards are shared out", func() bool {
		for _, l := range e.db.Client.Lease.Query().AllX(viewer.System(e.t.Context())) {
			if l.Owner != delivery.Nearest(names, l.ID) {
				return false
			}
		}
		return true
	})
}

func TestThreeProcessesShareAndTakeOver(t *testing.T) {
	t.Parallel()
	e := newEnv(t, entdb.Config{URL: entdbtest.PostgresURL(t)})
	rc := receive(t, nil)
	long := func(c *delivery.Config) { c.Lease = 30 * time.Second }
	a, b, c := e.start(long), e.start(long), e.start(long)
	e.shared(a, b, c)

	var events []*eventlog.Event
	var hooks []*ent.Webhook
	for range 12 { // apps, so that many shards have something to do
		e.app, e.meeting = newApp(t, e.db.Client)
		hooks = append(hooks, e.webhook(rc.URL))
		events = append(events, e.appendRounds(3, 3)...)
		if len(hooks) == 6 {
			a.stop()
			if n := e.db.Client.Lease.Query().Where(lease.Owner(a.Process())).CountX(viewer.System(t.Context())); n != 0 {
				t.Errorf("%d leases still have to run out", n)
			}
		}
	}
	e.shared(b, c)
	for _, hook := range hooks {
		e.await(hook, domain.DeliveryDelivered, 9)
	}
	rc.inOrder(t, events)
	if n := len(rc.arrivals()); n != len(events) {
		t.Errorf("%d requests for %d events", n, len(events))
	}
	b.stop()
	c.stop()
	for _, l := range e.db.Client.Lease.Query().AllX(viewer.System(t.Context())) {
		if l.Owner != "" || l.Until != 0 {
			t.Errorf("shard %d still belongs to %q", l.ID, l.Owner)
		}
	}
	if n := e.db.Client.Process.Query().CountX(viewer.System(t.Context())); n != 0 {
		t.Errorf("%d processes are still announced", n)
	}
}

// An owner whose lease was taken writes nothing more, whatever it still had in
// hand.
func TestFencedOwnerWritesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		release := make(chan struct{})
		rc := receive(t, func(r *http.Request, a arrival) int {
			if a.nth == 1 && a.header.Get("Slotcast-Sequence") != "1" {
				select {
				case <-release:
				case <-r.Context().Done():
				}
			}
			return 200
		})
		hook := e.webhook(rc.URL)
		p := e.start(func(c *delivery.Config) { c.Lease = time.Minute; c.Flush = time.Second })
		m := e.series()
		e.append(m)
		e.await(hook, domain.DeliveryDelivered, 1)
		e.append(m)
		eventually(t, "the second one is in flight", func() bool { return len(rc.arrivals()) == 2 })
		e.settledAt(1)

		ctx := viewer.System(t.Context())
		shard := lease.ID(e.log.ShardOf(e.app.ID))
		e.db.Client.Lease.Update().Where(shard).SetOwner("prc_other").AddEpoch(1).SetUntil(1 << 60).ExecX(ctx)
		before := e.lease()
		rows := e.deliveries(hook)
		close(release)
		eventually(t, "it is answered", func() bool { return p.Held() == 0 })
		p.stop()
		if after := e.lease(); after.Settled != before.Settled || after.Owner != before.Owner || after.Epoch != before.Epoch {
			t.Errorf("the lease changed from %+v to %+v", before, after)
		}
		after := e.deliveries(hook)
		if len(after) != len(rows) {
			t.Errorf("%d rows were %d", len(after), len(rows))
		}

		e.db.Client.Lease.Update().Where(shard).SetOwner("").SetUntil(0).ExecX(ctx)
		e.start(nil)
		e.await(hook, domain.DeliveryDelivered, 2)
		e.settled()
	})
}

// settledAt waits until the watermark of the app's shard is at a number.
func (e *env) settledAt(number int64) {
	e.t.Helper()
	eventually(e.t, "the watermark moves", func() bool { return e.lease().Settled == number })
}

// An owner that does not get to renew its lease stops by its own clock; another
// one goes on.
func TestOwnerStopsWhenItsLeaseRunsOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, nil)
		hook := e.webhook(rc.URL)
		var stuck atomic.Bool
		a := e.start(func(c *delivery.Config) {
			c.Lease = 4 * time.Second
			clock := c.Clock
			c.Clock = func(ctx context.Context) (time.Time, error) {
				if stuck.Load() {
					return time.Time{}, errors.New("stuck")
				}
				return clock(ctx)
			}
		})
		events := e.appendRounds(5, 2)
		e.await(hook, domain.DeliveryDelivered, len(events))
		if owner := e.lease().Owner; owner != a.Process() {
			t.Fatalf("the owner is %q", owner)
		}
		stuck.Store(true)
		epoch := e.lease().Epoch
		b := e.start(nil)
		eventually(t, "the other one owns the shard", func() bool { l := e.lease(); return l.Owner == b.Process() && l.Epoch > epoch })
		events = append(events, e.appendRounds(5, 2)...)
		e.await(hook, domain.DeliveryDelivered, len(events))
		e.settled()
		rc.inOrder(t, events)
		if n := len(rc.arrivals()); n != len(events) {
			t.Errorf("%d requests for %d events: both have sent", n, len(events))
		}
	})
}
