package retention_test

import (
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/retention"
)

// How rows get into a database: all into the DEFAULT partition, as after an
// upgrade, or into partitions that were made ahead; with few that may be moved
// out of one, or none.
func ways() map[string]way {
	return map[string]way{"upgraded": {false, 0}, "moved": {true, 0}, "deleted": {true, -1}}
}

type way struct {
	ahead bool
	few   int
}

func each(t *testing.T, test func(t *testing.T, w *world, c retention.Config)) {
	t.Helper()
	for name, way := range ways() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
				w := newWorld(t, db)
				if way.ahead {
					w.ahead(10)
				}
				w.now = begin.Add(10 * day)
				test(t, w, retention.Config{Days: 3, Few: way.few, Batch: 4})
			})
		})
	}
}

func TestWhatIsOwedStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world, c retention.Config) {
		behind, disabled, gone := w.webhook(domain.WebhookPaused), w.webhook(domain.WebhookDisabled), "whk_gone"
		old := func(n int) time.Time { return begin.Add(time.Duration(n) * time.Hour) }
		w.event(old(1), behind) // before its place
		w.behind(behind, 1)
		w.behind(disabled, 0)
		w.behind(gone, 0)
		w.event(old(2), behind)              // 2: owed
		w.event(old(3), behind+"/0001")      // 3: owed in parts
		w.event(old(4), behind+"x")          // 4: another webhook
		w.event(old(5), disabled, gone)      // 5: nobody's any more
		pending := w.event(old(6), "whk_2")  // 6: being tried again
		tested := w.event(old(7))            // 7: of a test that is
		finished := w.event(old(8), "whk_2") // 8
		for range 3 {                        // 9, 10, 11: replayed but for the first
			w.event(old(9))
		}
		w.event(old(12)) // 12: behind the replay's end
		w.replay(app, domain.ReplayRunning, 9, 11)
		w.replay(app, domain.ReplayDone, 0, 12)
		w.replay("app_2", domain.ReplayRunning, 0, 12)
		w.event(begin.Add(7*day - time.Hour)) // 13: just too old
		w.event(begin.Add(7 * day))           // 14: young enough
		w.event(begin.Add(10 * day))          // 15
		want := []string{
			w.delivery(pending, "whk_2", domain.DeliveryPending, false).ID,
			w.delivery(tested, "whk_2", domain.DeliveryPending, true).ID,
		}
		for _, status := range []domain.DeliveryStatus{domain.DeliveryDelivered, domain.DeliveryFailed, domain.DeliveryCancelled} {
			w.delivery(finished, "whk_2", status, false)
		}
		done := w.run(c)
		same(t, "events", w.events(), []int64{2, 3, 6, 10, 11, 14, 15})
		same(t, "deliveries", w.deliveries(), want)
		if again := w.run(c); again.Events+again.Deliveries+len(again.Dropped) != 0 {
			t.Errorf("a second round found more to do: %+v, behind %+v", again, done)
		}
	})
}

func TestNothingUnsettledGoes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world, c retention.Config) {
		for range 3 {
			w.event(begin.Add(time.Hour), "whk_1")
		}
		w.settle(1)
		w.run(c)
		same(t, "events", w.events(), []int64{2, 3})
		w.settle(3)
		w.run(c)
		same(t, "settled events", w.events(), nil)
	})
}

func TestKeptForEver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world, c retention.Config) {
		w.delivery(w.event(begin.Add(time.Hour)), "whk_1", domain.DeliveryDelivered, false)
		c.Days = 0
		w.now = begin.AddDate(30, 0, 0)
		if done := w.run(c); done.Events+done.Deliveries+len(done.Dropped) != 0 || len(w.events()) != 1 || len(w.deliveries()) != 1 {
			t.Errorf("%+v", done)
		}
	})
}

// What is deleted row by row is deleted in batches, across more than one of them
// that has nothing to delete.
func TestBatches(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world, c retention.Config) {
		behind := w.webhook(domain.WebhookPaused)
		w.behind(behind, 0)
		for i := range 30 {
			owed := "whk_1"
			if i < 10 {
				owed = behind
			}
			w.delivery(w.event(begin.Add(time.Duration(i)*time.Minute), owed), owed, domain.DeliveryDelivered, false)
		}
		w.event(w.now)
		done := w.run(c)
		same(t, "events", w.events(), []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 31})
		same(t, "deliveries", w.deliveries(), nil)
		if w.db.Dialect == dialect.SQLite && (done.Events != 20 || done.Deliveries != 30) {
			t.Errorf("%+v", done)
		}
	})
}
