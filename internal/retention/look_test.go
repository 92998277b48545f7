package retention_test

import (
	"slices"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/retention"
)

func TestLook(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		w := newWorld(t, db)
		c := retention.Config{Days: 10}
		look := func() retention.State {
			t.Helper()
			s, err := w.worker(c).Look(w.ctx)
			return must(w, s, err)
		}
		postgres := db.Dialect == dialect.Postgres
		if s := look(); s.Partitioned != postgres || postgres && !s.Until.Before(s.Wanted) || s.Outside != 0 || len(s.Holding) != 0 {
			t.Errorf("at the start: %+v", s)
		}
		w.run(c)
		if s := look(); s.Until.Before(s.Wanted) {
			t.Errorf("with partitions: %+v", s)
		}
		behind, disabled := w.webhook(domain.WebhookPaused), w.webhook(domain.WebhookDisabled)
		w.behind(behind, 1)
		w.behind(disabled, 0)
		w.event(begin, behind, disabled)
		since := w.event(begin.Add(time.Hour), behind).OccurredAt
		w.now = begin.AddDate(0, 0, 11)
		if s := look(); len(s.Holding) != 0 {
			t.Errorf("too early: %+v", s)
		}
		w.now = begin.AddDate(0, 0, 12)
		w.event(w.now, behind)
		s := look()
		if len(s.Holding) != 1 || s.Holding[0] != (retention.Holding{WebhookID: behind, State: "PAUSED", Since: since}) {
			t.Errorf("later: %+v", s)
		}
		if postgres && (!s.Until.Before(s.Wanted) || s.Outside != 1) {
			t.Errorf("later, without new partitions: %+v", s)
		}
		w.replay(app, domain.ReplayCancelled, 0, 2)
		w.replay(app, domain.ReplayRunning, 2, 3) // has only what is not old before it
		gone := w.replay(app, domain.ReplayRunning, 0, 1)
		resting := w.replay(app, domain.ReplayRunning, 1, 3)
		w.db.Client.Webhook.UpdateOneID(behind).SetState(domain.WebhookActive).ExecX(w.ctx)
		must(w, 0, w.db.Client.Backlog.DeleteOneID(behind).Exec(w.ctx))
		must(w, 0, w.db.Client.Webhook.Create().SetID(resting.WebhookID).SetAppID(app).SetAgentID("agt_1").
			SetSubscriberURL("https://example.com").SetTriggers([]domain.Trigger{domain.MeetingBooked}).SetState(domain.WebhookPaused).
			SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).SetSecret("").Exec(w.ctx))
		want := []retention.Holding{
			{WebhookID: gone.WebhookID, ReplayID: gone.ID, State: "DISABLED", Since: begin},
			{WebhookID: resting.WebhookID, ReplayID: resting.ID, State: "PAUSED", Since: since},
		}
		if s := look(); !slices.Equal(s.Holding, want) {
			t.Errorf("with replays: %+v, want %+v", s.Holding, want)
		}
	})
}
