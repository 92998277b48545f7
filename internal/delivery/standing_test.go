package delivery_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/metrics"
	"slotcast/internal/metrics/metricstest"
	"slotcast/internal/viewer"
)

func TestStanding(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx, c := viewer.System(t.Context()), e.db.Client
		now := time.Now().Add(time.Hour)
		standing := func() metrics.Standing {
			t.Helper()
			s, err := delivery.Standing(ctx, c, now)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		if s := standing(); s.Head != 0 || s.Live != (metrics.Lag{}) || s.Webhooks["ACTIVE"] != 0 {
			t.Errorf("at the start: %+v", s)
		}
		m := e.series()
		for range 10 {
			e.append(m)
		}
		shard := e.log.ShardOf(e.app.ID)
		if err := c.Lease.UpdateOneID(shard).SetSettled(9).Exec(ctx); err != nil {
			t.Fatal(err)
		}
		hook := func(state domain.WebhookState) string {
			t.Helper()
			h, err := c.Webhook.Create().SetAppID(e.app.ID).SetAgentID("agt_1").SetSubscriberURL("https://example.com").
				SetTriggers([]domain.Trigger{domain.MeetingBooked}).SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).
				SetSecret("").SetState(state).Save(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return h.ID
		}
		for _, b := range []struct {
			state  domain.WebhookState
			number int64
		}{
			{domain.WebhookActive, 8}, {domain.WebhookActive, 7}, {domain.WebhookPaused, 2}, {domain.WebhookPaused, 5},
			{domain.WebhookDegraded, 10}, {domain.WebhookDisabled, 0},
		} {
			if err := c.Backlog.Create().SetID(hook(b.state)).SetShard(shard).SetNumber(b.number).Exec(ctx); err != nil {
				t.Fatal(err)
			}
		}
		s := standing()
		for name, lag := range map[string]metrics.Lag{"live": s.Live, "lagging": s.Lagging, "paused": s.Paused} {
			want := map[string]int64{"live": 1, "lagging": 3, "paused": 8}[name]
			if lag.Events != want || lag.Seconds < 3590 || lag.Seconds > 3660 {
				t.Errorf("%s: %+v, want %d events", name, lag, want)
			}
		}
		if s.Head != 10 || s.Broken != (metrics.Lag{}) || s.Webhooks["PAUSED"] != 2 || s.Webhooks["DEGRADED"] != 1 || s.Webhooks["DISABLED"] != 1 {
			t.Errorf("%+v", s)
		}

		all := metrics.New("1.2.3")
		all.Watch(func(ctx context.Context) (metrics.Standing, error) { return delivery.Standing(ctx, c, now) }, slog.New(slog.DiscardHandler))
		before := metricstest.Series(metricstest.Families(t, all))
		for i := range 500 {
			hook([]domain.WebhookState{domain.WebhookActive, domain.WebhookPaused}[i%2])
		}
		again := metrics.New("1.2.3")
		again.Watch(func(ctx context.Context) (metrics.Standing, error) { return delivery.Standing(ctx, c, now) }, slog.New(slog.DiscardHandler))
		families := metricstest.Families(t, again)
		if after := metricstest.Series(families); after != before {
			t.Errorf("500 webhooks make %d series of %d", after, before)
		}
		if n := metricstest.Value(families, "slotcast_webhooks", "state=PAUSED"); n != 252 {
			t.Errorf("%v webhooks are PAUSED", n)
		}
	})
}

// What a worker does is counted, once.
func TestMeasured(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		rc := receive(t, func(_ *http.Request, a arrival) int {
			if a.nth == 1 {
				return http.StatusServiceUnavailable
			}
			return http.StatusNoContent
		})
		good := e.webhook(rc.URL)
		refused := e.webhook("http://10.1.2.3/")
		m := metrics.New("1.2.3")
		e.append(e.series())
		p := e.start(func(c *delivery.Config) { c.Metrics = m.Delivery })
		e.await(good, domain.DeliveryDelivered, 1)
		e.await(refused, domain.DeliveryFailed, 1)
		e.settled()
		p.stop()
		families := metricstest.Families(t, m)
		for series, want := range map[string]float64{
			"slotcast_deliveries_total outcome=retried":    1,
			"slotcast_deliveries_total outcome=delivered":  1,
			"slotcast_deliveries_total outcome=failed":     1,
			"slotcast_delivery_responses_total class=5xx":  1,
			"slotcast_delivery_responses_total class=2xx":  1,
			"slotcast_delivery_responses_total class=none": 1,
			"slotcast_delivery_in_flight":                  0,
			"slotcast_delivery_wait_seconds":               2,
			"slotcast_delivery_duration_seconds":           3,
			"slotcast_lease_changes_total change=taken":    float64(e.log.Shards()),
			"slotcast_lease_changes_total change=released": float64(e.log.Shards()),
			"slotcast_lease_changes_total change=lost":     0,
		} {
			name, labels, ok := strings.Cut(series, " ")
			var of []string
			if ok {
				of = append(of, labels)
			}
			if got := metricstest.Value(families, name, of...); got != want {
				t.Errorf("%s is %v, want %v", series, got, want)
			}
		}
		if n := metricstest.Value(families, "slotcast_delivery_flush_rows"); n < 2 {
			t.Errorf("%v flushes", n)
		}
	})
}
