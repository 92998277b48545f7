package delivery_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// However many messages failed at once, each is known to the next owner, and both of
// a pair alike.
func TestManyObstacles(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		ctx := viewer.System(t.Context())
		hook, strict := e.webhook("https://example.org"), e.ordered("https://example.org", domain.OrderStrict)
		now := time.Now().UTC().Truncate(time.Microsecond)
		failed := now.Add(-10 * time.Second)
		var creates []*ent.DeliveryCreate
		want := map[string]time.Time{}
		for i := range 2*delivery.MaxAsked + 50 {
			ev, next := e.append(e.series()), now.Add(time.Hour+time.Duration(i/130)*100*time.Millisecond) // many at one time
			creates = append(creates, e.row(hook, ev, "0001a").SetAttemptCount(1).SetNextAttemptAt(next).
				SetAttempts([]domain.Attempt{{At: failed, StatusCode: 500}}))
			want[ev.ID] = failed.Add(time.Minute)
			if i%100 == 99 { // its second one is in another page
				creates = append(creates, e.row(hook, ev, "0001b").SetNextAttemptAt(next.Add(time.Minute)))
			}
			if i == 0 {
				long := now.Add(-time.Hour)
				creates = append(creates, e.row(strict, ev, "").SetAttemptCount(1).SetNextAttemptAt(next).SetUpdatedAt(long).
					SetAttempts([]domain.Attempt{{At: long, StatusCode: 500}}))
			}
		}
		for some := range slices.Chunk(creates, 50) {
			e.db.Client.Delivery.CreateBulk(some...).ExecX(ctx)
		}
		w := delivery.New(delivery.Config{Client: e.db.Client, Logger: slog.New(slog.DiscardHandler)})
		found, err := w.Obstacles(ctx, e.log.ShardOf(e.app.ID), now)
		if err != nil || len(found) != len(creates) {
			t.Errorf("%d of %d are known, %v", len(found), len(creates), err)
		}
		for _, o := range found {
			if until := want[o.Event]; o.Webhook == hook.ID && !o.Until.Equal(until) {
				t.Errorf("others wait for event %s until %v, want %v", o.Event, o.Until, until)
			}
		}
		later, err := w.Obstacles(ctx, e.log.ShardOf(e.app.ID), now.Add(time.Minute))
		if err != nil || len(later) != 1 || later[0].Webhook != strict.ID {
			t.Errorf("a minute later %d are known, %v", len(later), err)
		}
	})
}
