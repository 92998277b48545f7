package webhook_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// Each webhook is asked about an event of a SOLO meeting that was cancelled.
func TestOwed(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		_, mine, other := setup(t, db)
		canceled := []domain.Trigger{domain.MeetingBooked, domain.MeetingCanceled}
		tests := []struct {
			name   string
			owed   bool
			change func(w *ent.WebhookCreate)
		}{
			{"everything", true, func(*ent.WebhookCreate) {}},
			{"other trigger", false, func(w *ent.WebhookCreate) { w.SetTriggers(canceled[:1]) }},
			{"its event type", true, func(w *ent.WebhookCreate) { w.SetEventTypeIds([]string{"ety_1", mine.Rows["EventType"]}) }},
			{"other event type", false, func(w *ent.WebhookCreate) { w.SetEventTypeIds([]string{"ety_1"}) }},
			{"its meeting type", true, func(w *ent.WebhookCreate) {
				w.SetMeetingTypes([]domain.MeetingType{domain.Group, domain.Solo})
			}},
			{"other meeting type", false, func(w *ent.WebhookCreate) { w.SetMeetingTypes([]domain.MeetingType{domain.Group}) }},
			{"its host", true, func(w *ent.WebhookCreate) { w.SetScope(domain.ScopeUser) }},
			{"other agent", false, func(w *ent.WebhookCreate) { w.SetScope(domain.ScopeUser).SetAgentID("agt_1") }},
			{"other agent's, for all", true, func(w *ent.WebhookCreate) { w.SetAgentID("agt_1") }},
			{"degraded", true, func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDegraded) }},
			{"paused", true, func(w *ent.WebhookCreate) { w.SetState(domain.WebhookPaused) }},
			{"disabled", false, func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDisabled) }},
			{"other app", false, func(w *ent.WebhookCreate) { w.SetAppID(other.Rows["App"]) }},
			{"half of it", false, func(w *ent.WebhookCreate) {
				w.SetEventTypeIds([]string{mine.Rows["EventType"]}).SetMeetingTypes([]domain.MeetingType{domain.Group})
			}},
		}
		ctx, names := viewer.System(t.Context()), map[string]string{}
		var want []string
		for _, tt := range tests {
			create := db.Client.Webhook.Create().SetAppID(mine.Rows["App"]).SetAgentID(mine.Rows["Agent"]).SetSubscriberURL("u").
				SetTriggers(canceled).SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).SetSecret("")
			tt.change(create)
			names[must(create.Save(ctx))(t).ID] = tt.name
			if tt.owed {
				want = append(want, tt.name)
			}
		}
		got := []string{}
		for _, id := range owed(t, db, mine, domain.MeetingCanceled) {
			got = append(got, names[id])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("owed to, oldest first (-want +got):\n%s", diff)
		}
		if none := owed(t, db, mine, domain.MeetingNoShow); none == nil || len(none) != 0 {
			t.Errorf("an event that nobody chose: %v, want an empty list", none)
		}
	})
}

func owed(t *testing.T, db *entdb.DB, a app, trigger domain.Trigger) []string {
	t.Helper()
	m := &ent.Meeting{ID: a.Rows["Meeting"], EventTypeID: a.Rows["EventType"], Type: domain.Solo}
	m.Edges.Agents = []*ent.Agent{{ID: "agt_0"}, {ID: a.Rows["Agent"]}}
	tx := must(db.Client.Tx(a.ctx))(t)
	defer func() { _ = tx.Rollback() }()
	return must(webhook.Owed(a.ctx, tx, &eventlog.Event{AppID: a.Rows["App"], Trigger: trigger}, m))(t)
}
