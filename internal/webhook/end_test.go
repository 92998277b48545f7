package webhook_test

import (
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// What a webhook was owed ends when it is switched off, and again when it is
// switched on, for it may have gone unseen that it was off.
func TestSwitchedOffIsOwedNothing(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		ctx := viewer.System(t.Context())
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		last := must(db.Client.Event.Query().Order(ent.Desc("number")).Limit(1).Select("number").Int(mine.ctx))(t)
		owe := func(event string, test bool) *ent.Delivery {
			return db.Client.Delivery.Create().SetAppID(mine.Rows["App"]).SetWebhookID(w.ID).SetEventID(event).
				SetTrigger(domain.MeetingBooked).SetShard(0).SetNumber(1).SetStatus(domain.DeliveryPending).
				SetNextAttemptAt(time.Now().UTC()).SetUrgent(true).SetTest(test).SaveX(ctx)
		}
		first, sample := owe("evt_1", false), owe("evt_2", true)
		cancelled := func(what string, d *ent.Delivery) {
			t.Helper()
			if got := db.Client.Delivery.GetX(ctx, d.ID); got.Status != domain.DeliveryCancelled || got.NextAttemptAt != nil || got.Urgent {
				t.Errorf("%s: it is %v", what, got)
			}
		}
		if w, err = s.Update(mine.ctx, w.ID, webhook.Changes{Active: pointer(false)}); err != nil || w.OwedAfter != int64(last) {
			t.Errorf("switched off: %v, %v, want nothing up to %d", w, err, last)
		}
		cancelled("switched off", first)
		second := owe("evt_3", false)
		db.Client.Webhook.UpdateOne(w).SetOwedAfter(0).SetHeldUntil(time.Now().UTC()).ExecX(ctx)
		if w, err = s.Resume(mine.ctx, w.ID); err != nil || w.OwedAfter != int64(last) || w.HeldUntil != nil {
			t.Errorf("resumed: %v, %v, want nothing up to %d", w, err, last)
		}
		cancelled("resumed", second)
		third := owe("evt_4", false)
		for _, do := range []func() (*ent.Webhook, error){
			func() (*ent.Webhook, error) { return s.Pause(mine.ctx, w.ID) },
			func() (*ent.Webhook, error) { return s.Resume(mine.ctx, w.ID) },
		} {
			if _, err := do(); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range []*ent.Delivery{sample, third} {
			if got := db.Client.Delivery.GetX(ctx, d.ID); got.Status != domain.DeliveryPending {
				t.Errorf("it is %v", got)
			}
		}
	})
}
