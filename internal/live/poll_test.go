package live_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
)

// poll runs a Poll until the test's end.
func poll(t *testing.T, db *entdb.DB, changes *live.Changes, healthy func() bool) {
	t.Helper()
	p := live.NewPoll(live.PollConfig{
		Client: db.Client, Changes: changes, ShardOf: func(string) int { return 0 }, Healthy: healthy,
		Every: 5 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := p.Run(ctx); err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	t.Cleanup(func() { stop(); ended.Wait() })
}

// heard waits until what is told behind a place has an id, and returns the place
// behind that. It fails where something else comes.
func (s *shown) heard(place int64, id string) int64 {
	s.t.Helper()
	app := s.rows["App"]
	awaits(s.t, "it is told of "+id, func() bool {
		ids, at, _, ok := s.changes.Since(app, place)
		if !ok {
			s.t.Fatal("the changes are not kept")
		}
		for _, other := range ids {
			if other != id {
				s.t.Errorf("told of %s, which has not changed", other)
			}
		}
		if slices.Contains(ids, id) {
			place = at
			return true
		}
		return false
	})
	return place
}

// What another process changes without a word is found, and nothing else is told.
func TestPollFindsWhatNobodyTold(t *testing.T) {
	t.Parallel()
	for name, healthy := range map[string]bool{"nothing is heard": false, "all should be heard": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
				s := show(t, db, live.NewChanges())
				hook, system := s.rows["Webhook"], s.system
				old := time.Now().Add(-48 * time.Hour)
				aged := func(status domain.DeliveryStatus, number int64, next *time.Time) string {
					id := typeid.New(typeid.Event)
					least, _ := typeid.Bounds(typeid.Event, old)
					aged := typeid.Derive(typeid.Delivery, least, id)
					return db.Client.Delivery.Create().SetID(aged).SetCreatedAt(old).SetUpdatedAt(old).SetAppID(s.rows["App"]).SetWebhookID(hook).
						SetEventID(id).SetTrigger(domain.MeetingBooked).SetShard(0).SetNumber(number).SetAttemptCount(1).
						SetStatus(status).SetNillableNextAttemptAt(next).SaveX(system).ID
				}
				later := time.Now().Add(time.Hour)
				done, open := aged(domain.DeliveryFailed, 70, nil), aged(domain.DeliveryPending, 78, &later)
				db.Client.Delivery.UpdateOneID(s.rows["Delivery"]).SetUpdatedAt(old).ExecX(system)
				db.Client.Replay.DeleteOneID(s.rows["Replay"]).ExecX(system)
				again := db.Client.Replay.Create().SetAppID(s.rows["App"]).SetWebhookID(hook).SetAgentID(s.rows["Agent"]).
					SetFrom(old).SetTo(old).SetShard(0).SetBegin(80).SetNumber(80).SetEnd(95).SaveX(system)
				poll(t, db, s.changes, func() bool { return healthy })
				began := time.Now()
				place := s.changes.Watch(t.Context(), s.rows["App"])

				fresh := s.send(hook)
				place = s.heard(place, fresh)
				s.becomes(fresh, domain.DeliveryDelivered)
				place = s.heard(place, fresh)
				s.becomes(open, domain.DeliveryCancelled) // in bulk, long before its time
				place = s.heard(place, open)

				// What was told is not found once more.
				must(t, dbtx.Run(system, db.Client, func(tx *ent.Tx) error {
					err := tx.Delivery.UpdateOneID(fresh).SetStatus(domain.DeliveryFailed).Exec(system)
					s.tell(fresh)
					return err
				}))
				ids, place, _, _ := s.changes.Since(s.rows["App"], place)
				if !slices.Equal(ids, []string{fresh}) {
					t.Errorf("told of %v", ids)
				}
				next := s.send(hook)
				place = s.heard(place, next)

				// A webhook that is behind goes on, past what it did some time ago, and a replay.
				awaits(t, "that is some time ago", func() bool { return time.Since(began) > 100*time.Millisecond })
				place = s.heard(place, s.send(hook))
				db.Client.Delivery.UpdateOneID(done).SetStatus(domain.DeliveryDelivered).SetUpdatedAt(began.Add(-450 * time.Millisecond)).ExecX(system)
				db.Client.Backlog.UpdateOneID(hook).SetNumber(75).ExecX(system)
				place = s.heard(place, done)
				replayed := aged(domain.DeliveryDelivered, 90, nil)
				db.Client.Delivery.UpdateOneID(replayed).SetStatus(domain.DeliveryFailed).ExecX(system)
				db.Client.Replay.UpdateOne(again).SetStatus(domain.ReplayDone).ExecX(system)
				s.heard(place, replayed)
			})
		})
	}
}

// The clock of another process may be behind: what was not there a moment ago is new,
// whatever it says.
func TestPollFindsWhatIsOfAnotherTime(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s := show(t, db, live.NewChanges())
		db.Client.Delivery.UpdateOneID(s.rows["Delivery"]).SetUpdatedAt(time.Now().Add(-time.Hour)).ExecX(s.system)
		poll(t, db, s.changes, func() bool { return false })
		place := s.changes.Watch(t.Context(), s.rows["App"])
		place = s.heard(place, s.send(s.rows["Webhook"]))
		at := time.Now().Add(-3 * time.Second)
		event, _ := typeid.Bounds(typeid.Event, at)
		id := typeid.Derive(typeid.Delivery, event, s.rows["Webhook"], "")
		db.Client.Delivery.Create().SetID(id).SetAppID(s.rows["App"]).SetWebhookID(s.rows["Webhook"]).SetEventID(event).SetCreatedAt(at).
			SetUpdatedAt(at).SetTrigger(domain.MeetingBooked).SetShard(0).SetNumber(1).SetStatus(domain.DeliveryDelivered).ExecX(s.system)
		place = s.heard(place, id)
		s.heard(place, s.send(s.rows["Webhook"])) // and once
	})
}
