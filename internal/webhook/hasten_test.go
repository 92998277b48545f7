package webhook_test

import (
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// What is to be tried again some day is due soon when its webhook takes nothing any
// more, so that it is cancelled. What is in somebody's hands, or done, stays as it
// is, and so does what is for others.
func TestWhatIsLeftIsDueSoon(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		system := viewer.System(t.Context())
		now := time.Now().UTC().Truncate(time.Microsecond)
		later := now.Add(10 * time.Hour)
		w, other := made(t, s, mine), made(t, s, mine)
		row := func(w *ent.Webhook, status domain.DeliveryStatus, count int, next *time.Time) *ent.Delivery {
			return db.Client.Delivery.Create().SetID(typeid.New(typeid.Delivery)).SetAppID(w.AppID).SetWebhookID(w.ID).
				SetEventID(typeid.New(typeid.Event)).SetTrigger(domain.MeetingBooked).SetShard(0).SetNumber(1).
				SetStatus(status).SetAttemptCount(count).SetNillableNextAttemptAt(next).SaveX(system)
		}
		sooner := now.Add(time.Second)
		all := map[string]struct {
			row  *ent.Delivery
			soon bool
		}{
			"failed, to be tried again": {row(w, domain.DeliveryPending, 3, &later), true},
			"put off behind another":    {row(w, domain.DeliveryPending, 0, &later), true},
			"due":                       {row(w, domain.DeliveryPending, 1, &sooner), false},
			"in hand":                   {row(w, domain.DeliveryPending, 1, nil), false},
			"done":                      {row(w, domain.DeliveryFailed, 1, nil), false},
			"for another":               {row(other, domain.DeliveryPending, 1, &later), false},
		}
		if err := s.Delete(mine.ctx, w.ID); err != nil {
			t.Fatal(err)
		}
		for what, tt := range all {
			got := db.Client.Delivery.GetX(system, tt.row.ID)
			soon := got.NextAttemptAt != nil && got.NextAttemptAt.Before(time.Now().Add(5*time.Second)) && got.NextAttemptAt.After(now.Add(time.Second))
			same := soon || got.NextAttemptAt == tt.row.NextAttemptAt || got.NextAttemptAt.Equal(*tt.row.NextAttemptAt)
			if soon != tt.soon || !same || got.Status != tt.row.Status {
				t.Errorf("%s: %+v", what, got)
			}
		}
	})
}

func made(t *testing.T, s *webhook.Service, by app) *ent.Webhook {
	t.Helper()
	w, _, err := s.Create(by.ctx, input())
	return must(w, err)(t)
}
