package live_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/live"
	"slotcast/internal/viewer"
)

// What another process has changed, and nobody has told of, counts in the end.
func TestDeliveriesThatNobodyHasToldOf(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		d := newDesk(t, db, func(c *live.DashboardsConfig) { c.Recheck = 10 * time.Minute })
		o := d.office()
		m := o.send(0, false)
		b := o.watch(o.owner(), d.boards, live.Hour, "UTC")
		if got := b.next().Deliveries; got.Pending != 1 {
			t.Fatalf("%+v", got)
		}
		d.client.Delivery.UpdateOneID(m.ID).SetStatus(domain.DeliveryDelivered).ExecX(viewer.System(t.Context()))
		for range 2 { // and again
			d.pass(10 * time.Minute)
			b.until(func(d *live.Dashboard) bool { return d.Deliveries.Delivered == 1 && d.Deliveries.Pending == 0 })
			d.client.Delivery.UpdateOneID(m.ID).SetStatus(domain.DeliveryPending).ExecX(viewer.System(t.Context()))
			d.pass(10 * time.Minute)
			b.until(func(d *live.Dashboard) bool { return d.Deliveries.Delivered == 0 && d.Deliveries.Pending == 1 })
			d.client.Delivery.UpdateOneID(m.ID).SetStatus(domain.DeliveryDelivered).ExecX(viewer.System(t.Context()))
		}
	})
}

// Each connection keeps its statements: they are few, however many watch.
func TestStatementsAreTheSame(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		seen := map[string]bool{}
		var mu sync.Mutex
		client := ent.NewClient(ent.Driver(dialect.DebugWithContext(db.Driver, func(_ context.Context, said ...any) {
			mu.Lock()
			defer mu.Unlock()
			if text, _, _ := strings.Cut(fmt.Sprint(said...), " args="); strings.Contains(text, "GROUP BY") {
				seen[text] = true
			}
		})))
		d := newDesk(t, db, func(c *live.DashboardsConfig) { c.Client = client })
		o := d.office()
		o.book(noon(), 0)
		for _, zone := range []string{"UTC", "Europe/Berlin", "Asia/Tokyo", "Africa/Lagos", "Asia/Kathmandu", "America/Bogota", "Africa/Cairo", "Asia/Dhaka"} {
			o.watch(o.owner(), d.boards, live.Hour, zone).next()
		}
		mu.Lock()
		defer mu.Unlock()
		if len(seen) != 2 { // of events, and of deliveries
			t.Errorf("%d statements that count", len(seen))
		}
	})
}
