package webhook_test

import (
	"slices"
	"testing"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// Which deliveries end with a webhook, or are due sooner, is told once they are so
// for everybody.
func TestWhatEndsIsTold(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		ctx := viewer.System(t.Context())
		w, later := made(t, s, mine), time.Now().UTC().Add(time.Hour)
		owe := func() string {
			return db.Client.Delivery.Create().SetID(typeid.New(typeid.Delivery)).SetAppID(w.AppID).SetWebhookID(w.ID).SetEventID("evt_1").
				SetTrigger(domain.MeetingBooked).SetShard(0).SetNumber(1).SetStatus(domain.DeliveryPending).SetNextAttemptAt(later).SaveX(ctx).ID
		}
		var told []string
		s.Telling(func(appID string, ids ...string) {
			if appID != w.AppID {
				t.Errorf("told of app %s", appID)
			}
			for _, id := range ids {
				if d := db.Client.Delivery.GetX(ctx, id); d.NextAttemptAt != nil && !d.NextAttemptAt.Before(later) {
					t.Errorf("told of %v, which has not changed", d)
				}
			}
			told = append(told, ids...)
		})
		want := []string{owe(), owe()}
		if _, err := s.Update(mine.ctx, w.ID, webhook.Changes{Active: pointer(false)}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		if slices.Sort(told); !slices.Equal(told, want) {
			t.Errorf("switched off: told of %v, want %v", told, want)
		}
		told, want = nil, []string{owe()}
		if err := s.Delete(mine.ctx, w.ID); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(told, want) {
			t.Errorf("deleted: told of %v, want %v", told, want)
		}
	})
}

// Of more than is told at once, whoever watches learns that it was not all.
func TestMoreEndsThanIsTold(t *testing.T) {
	t.Parallel()
	c := live.NewChanges()
	place := c.Watch(t.Context(), "app")
	c.Tell("app", make([]string, webhook.MaxTold)...)
	if ids, _, _, all := c.Since("app", place); all {
		t.Errorf("told of %d, he takes them for all", len(ids))
	}
}
