package account_test

import (
	"slices"
	"testing"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/domain"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// Which deliveries end with the webhooks of who leaves is told, once they have.
func TestWhatEndsWithAnAgentIsTold(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		ctx, id := viewer.System(t.Context()), m.ids[domain.Member]
		owe := func(hook string) string {
			return must(m.client.Delivery.Create().SetID(typeid.New(typeid.Delivery)).SetAppID(m.app).SetWebhookID(hook).SetEventID("evt_1").
				SetTrigger(domain.MeetingBooked).SetShard(0).SetNumber(1).SetStatus(domain.DeliveryPending).SetNextAttemptAt(time.Now().UTC()).
				Save(ctx))(t).ID
		}
		want := []string{owe(m.hook(id, domain.ScopeUser))}
		owe(m.hook(id, domain.ScopeOrganization))
		var told []string
		s := account.New(account.Config{Client: m.client, Tell: func(appID string, ids ...string) {
			for _, id := range ids {
				if d := must(m.client.Delivery.Get(ctx, id))(t); d.AppID != appID || d.Status != domain.DeliveryCancelled {
					t.Errorf("told app %s of %v", appID, d)
				}
			}
			told = append(told, ids...)
		}})
		must(s.DeactivateAgent(m.as(domain.Admin), id))(t)
		if !slices.Equal(told, want) {
			t.Errorf("told of %v, want %v", told, want)
		}
	})
}

// Of more than is told at once, whoever watches learns that it was not all.
func TestMoreEndsThanIsTold(t *testing.T) {
	t.Parallel()
	c := live.NewChanges()
	place := c.Watch(t.Context(), "app")
	c.Tell("app", make([]string, account.MaxTold)...)
	if ids, _, _, all := c.Since("app", place); all {
		t.Errorf("told of %d, he takes them for all", len(ids))
	}
}
