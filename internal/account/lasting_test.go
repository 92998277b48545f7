package account_test

import (
	"testing"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// What is narrowed or ends makes nobody who leads, and no way to sign in.
func TestNarrowTokensMakeNothingThatLasts(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		own, _, err := m.CreateAccessToken(m.as(domain.Owner), account.TokenInput{Name: "own"})
		if err != nil {
			t.Fatal(err)
		}
		admin := agentInput("Adam")
		admin.Role = domain.Admin
		for name, v := range map[string]viewer.Viewer{
			"narrowed": {Scopes: viewer.ScopesOf([]domain.TokenScope{domain.AccessWrite, domain.AgentsWrite})},
			"ending":   {CredentialID: own.ID, Until: time.Now().Add(time.Hour)},
		} {
			ctx := m.with(domain.Owner, v)
			m.unchanged(name, func() {
				_, err := m.CreateAgent(ctx, admin)
				refused(t, name+" makes an ADMIN", err, "FORBIDDEN role")
				_, err = m.InviteAgent(ctx, account.InviteInput{Email: "x@example.org", TimeZone: "UTC", Role: domain.Owner})
				refused(t, name+" invites an OWNER", err, "FORBIDDEN role")
				_, err = m.UpdateAgent(ctx, m.ids[domain.Member], account.AgentChanges{Role: pointer(domain.Owner)})
				refused(t, name+" promotes", err, "FORBIDDEN role")
				_, err = m.CreateIdentityProvider(ctx, providerInput())
				refused(t, name+" adds an identity provider", err, "FORBIDDEN")
			})
			must(m.CreateAgent(ctx, agentInput(name)))(t)
		}
	})
}

// Who has just been revoked, demoted or sent away changes nothing any more,
// though he is still known.
func TestWhoHasGoneChangesNothing(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		own, _, err := m.CreateAccessToken(m.as(domain.Admin), account.TokenInput{Name: "own"})
		if err != nil {
			t.Fatal(err)
		}
		ctx := m.with(domain.Admin, viewer.Viewer{CredentialID: own.ID})
		must(m.CreateAgent(ctx, agentInput("before")))(t)
		become := func(role domain.Role) {
			must(m.UpdateAgent(m.as(domain.Owner), m.ids[domain.Admin], account.AgentChanges{Role: &role}))(t)
		}
		become(domain.Member)
		_, err = m.CreateAgent(ctx, agentInput("demoted"))
		refused(t, "demoted", err, "UNAUTHENTICATED")
		become(domain.Admin)
		if err := m.RevokeAccessToken(m.as(domain.Owner), own.ID); err != nil {
			t.Fatal(err)
		}
		_, err = m.CreateAgent(ctx, agentInput("revoked"))
		refused(t, "revoked", err, "UNAUTHENTICATED")
	})
}

// By an external id nobody takes another's way in.
func TestExternalIDsAreNobodyElses(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		owner, member := m.ids[domain.Owner], m.ids[domain.Member]
		for _, id := range []string{owner, "ADMIN@example.org"} {
			_, err := m.UpdateAgent(m.as(domain.Owner), member, account.AgentChanges{ExternalID: pointer(&id)})
			refused(t, id, err, "BAD_USER_INPUT externalId")
			in := agentInput("New")
			in.ExternalID = &id
			_, err = m.CreateAgent(m.as(domain.Owner), in)
			refused(t, "new with "+id, err, "BAD_USER_INPUT externalId")
		}
		must(m.UpdateAgent(m.as(domain.Owner), member, account.AgentChanges{ExternalID: pointer(pointer("new@example.org"))}))(t)
		_, err := m.CreateAgent(m.as(domain.Owner), agentInput("new"))
		refused(t, "an address that is an external id", err, "BAD_USER_INPUT email")
	})
}
