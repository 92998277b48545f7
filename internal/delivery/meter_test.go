package delivery_test

import (
	"testing"
	"time"

	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/metrics"
	"slotcast/internal/metrics/metricstest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// How long messages wait since the commit is measured of what the log brings, not
// of what somebody asks for later.
func TestWaitIsOfTheLogAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		m := metrics.New("test")
		rc, late := receive(t, nil), receive(t, nil)
		hook := e.webhook(rc.URL)
		e.start(func(c *delivery.Config) { c.Metrics = m.Delivery })
		waits := func() float64 { return metricstest.Value(metricstest.Families(t, m), "slotcast_delivery_wait_seconds") }
		events := e.appendRounds(5, 1)
		e.await(hook, domain.DeliveryDelivered, 5)
		e.settled()
		if n := waits(); n != 5 {
			t.Fatalf("%v were measured of 5", n)
		}
		again := e.webhook(late.URL) // hears of them for the first time
		if done := e.replayed(e.replay(again, events, nil)); done.Sent != 5 {
			t.Fatalf("replay = %+v", done)
		}
		e.replayed(e.replay(hook, events, nil))
		e.db.Client.Delivery.Create().SetAppID(e.app.ID).SetWebhookID(hook.ID).SetEventID(typeid.New(typeid.Event)).
			SetShard(e.log.ShardOf(e.app.ID)).SetNumber(0).SetTrigger(domain.MeetingBooked).SetStatus(domain.DeliveryPending).
			SetNextAttemptAt(time.Now().UTC()).SetTest(true).SetBody(string(rc.arrivals()[0].body)).ExecX(ctx)
		cancelled := e.deliveries(again)[0]
		e.db.Client.Delivery.UpdateOne(cancelled).SetStatus(domain.DeliveryPending).SetAttemptCount(0).
			SetNextAttemptAt(time.Now().UTC()).ExecX(ctx)
		eventually(t, "all have come", func() bool { return len(rc.arrivals()) == 11 && len(late.arrivals()) == 6 })
		if n := waits(); n != 5 {
			t.Errorf("%v were measured with those that were asked for", n)
		}
	})
}
