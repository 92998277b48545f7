package account_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/ent/accesstoken"
	"slotcast/ent/agent"
	"slotcast/ent/delivery"
	"slotcast/ent/webhook"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

func (m *members) hook(agentID string, scope domain.WebhookScope) string {
	m.t.Helper()
	return must(m.client.Webhook.Create().SetAppID(m.app).SetAgentID(agentID).SetSubscriberURL("https://example.com").
		SetTriggers([]domain.Trigger{domain.MeetingBooked}).SetScope(scope).SetFormat(domain.FormatNative).SetSecret("").
		Save(viewer.System(m.t.Context())))(m.t).ID
}

func TestDeactivate(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		id := m.ids[domain.Member]
		mine, text, err := m.CreateAccessToken(m.as(domain.Member), account.TokenInput{Name: "mine"})
		if err != nil {
			t.Fatal(err)
		}
		other, _, err := m.CreateAccessToken(m.as(domain.Admin), account.TokenInput{Name: "other"})
		if err != nil {
			t.Fatal(err)
		}
		must(m.Identify(t.Context(), text))(t)
		user, shared, others := m.hook(id, domain.ScopeUser), m.hook(id, domain.ScopeOrganization), m.hook(m.ids[domain.Admin], domain.ScopeUser)
		must(m.client.Delivery.Create().SetAppID(m.app).SetWebhookID(user).SetEventID("evt_1").SetTrigger(domain.MeetingBooked).
			SetShard(0).SetNumber(1).SetStatus(domain.DeliveryPending).SetNextAttemptAt(time.Now().UTC()).
			Save(viewer.System(t.Context())))(t)
		m.news()

		a := must(m.DeactivateAgent(m.as(domain.Admin), id))(t)
		if a.Status != domain.AgentDeactivated || a.ID != id {
			t.Errorf("the answer: %v", a)
		}
		m.recorded("deactivated", fmt.Sprintf(
			`AGENT_DEACTIVATED %s {"disabledWebhooks":{"to":["%s"]},"revokedAccessTokens":{"to":["%s"]},"status":{"from":"ACTIVE","to":"DEACTIVATED"}}`,
			id, user, mine.ID))
		ended := func() []string {
			return must(m.client.AccessToken.Query().Where(accesstoken.RevokedAtNotNil()).IDs(m.as(domain.Owner)))(t)
		}
		disabled := func() []string {
			return must(m.client.Webhook.Query().Where(webhook.StateEQ(domain.WebhookDisabled)).IDs(m.as(domain.Owner)))(t)
		}
		if !slices.Equal(ended(), []string{mine.ID}) || !slices.Equal(disabled(), []string{user}) {
			t.Errorf("ended: %v and %v, not %s, %s and %s", ended(), disabled(), other.ID, shared, others)
		}
		w := must(m.client.Webhook.Get(m.as(domain.Owner), user))(t)
		if w.StateReason == nil || *w.StateReason != a.Name+", who made it, was deactivated" || !w.StateSince.After(w.CreatedAt) ||
			w.AlertedState != domain.WebhookDisabled {
			t.Errorf("the webhook is %v", w)
		}
		if d := must(m.client.Delivery.Query().Where(delivery.WebhookID(user)).Only(m.as(domain.Owner)))(t); d.Status != domain.DeliveryCancelled || d.NextAttemptAt != nil {
			t.Errorf("what it was owed is %v", d)
		}
		m.unchanged("one who is away", func() {
			_, err = m.DeactivateAgent(m.as(domain.Admin), id)
			refused(t, "again", err, "CONFLICT")
			_, _, err = m.CreateAccessToken(m.as(domain.Admin), account.TokenInput{Name: "x", AgentID: &id})
			refused(t, "a token", err, "CONFLICT")
			_, err := m.CreateToken(t.Context(), m.app, id, "x")
			refused(t, "the operator's token", err, "CONFLICT")
			_, err = m.InviteAgent(m.as(domain.Admin), account.InviteInput{Email: "member@example.org", TimeZone: "UTC", Role: domain.Member})
			refused(t, "an invitation", err, "CONFLICT")
		})

		if a := must(m.ReactivateAgent(m.as(domain.Admin), id))(t); a.Status != domain.AgentActive {
			t.Errorf("reactivated: %v", a)
		}
		m.recorded("reactivated", fmt.Sprintf(`AGENT_REACTIVATED %s {"status":{"from":"DEACTIVATED","to":"ACTIVE"}}`, id))
		if !slices.Equal(ended(), []string{mine.ID}) || !slices.Equal(disabled(), []string{user}) {
			t.Errorf("back in use: tokens but for %v, webhooks but for %v", ended(), disabled())
		}
		m.unchanged("one who is here", func() {
			_, err = m.ReactivateAgent(m.as(domain.Admin), id)
			refused(t, "again", err, "CONFLICT")
			_, err = m.ReactivateAgent(m.as(domain.Admin), m.other["Agent"])
			refused(t, "another app's", err, "NOT_FOUND id")
			_, err = m.DeactivateAgent(m.as(domain.Admin), m.other["Agent"])
			refused(t, "another app's", err, "NOT_FOUND id")
			_, err = m.DeactivateAgent(m.as(domain.Admin), "\x00")
			refused(t, "NUL", err, "BAD_USER_INPUT id")
		})
	})
}

// Tokens that are made while their agent is sent away end with the others, or
// are not made.
func TestDeactivateWhileTokensAreMade(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		id := m.ids[domain.Member]
		var group errgroup.Group
		for i := range 16 {
			group.Go(func() error {
				var err error
				if i == 8 {
					_, err = m.DeactivateAgent(m.as(domain.Admin), id)
				} else {
					_, _, err = m.CreateAccessToken(m.as(domain.Admin), account.TokenInput{Name: "x", AgentID: &id})
				}
				if apperr.CodeOf(err) == apperr.Conflict {
					return nil
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		left := must(m.client.AccessToken.Query().Where(accesstoken.AgentID(id), accesstoken.RevokedAtIsNil()).All(m.as(domain.Owner)))(t)
		if a := must(m.client.Agent.Query().Where(agent.ID(id)).Only(m.as(domain.Owner)))(t); a.Status != domain.AgentDeactivated || len(left) > 0 {
			t.Errorf("%s, %d tokens are left", a.Status, len(left))
		}
	})
}
