package account_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

func inviteInput(email string) account.InviteInput {
	return account.InviteInput{Email: email, TimeZone: "Europe/Madrid", Role: domain.Member}
}

// row is what is kept of a token.
func (m *members) row(text string) *ent.AccessToken {
	m.t.Helper()
	return must(m.client.AccessToken.Query().Where(accesstoken.Hash(credential.Hash(text))).WithAgent().Only(viewer.System(m.t.Context())))(m.t)
}

// invited is the context of a request that comes with an invitation.
func (m *members) invited(i *account.Invitation) context.Context {
	row := m.row(i.Token)
	return m.with(i.Agent.Role, viewer.Viewer{
		Kind: viewer.Invited, AgentID: row.AgentID, CredentialID: row.ID, Scopes: viewer.ScopesOf(row.Scopes), Until: *row.ExpiresAt,
	})
}

func TestInvite(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		i := must(m.InviteAgent(m.as(domain.Admin), inviteInput("Ana.Ruiz@example.org")))(t)
		row := m.row(i.Token)
		if kind, err := credential.Parse(i.Token); kind != credential.Invitation || err != nil {
			t.Errorf("the token is %s, %v", kind, err)
		}
		week := time.Until(i.ExpiresAt).Round(time.Hour)
		if week != 7*24*time.Hour || !row.ExpiresAt.Equal(i.ExpiresAt) || row.Purpose != domain.InvitationToken || row.AgentID != i.Agent.ID {
			t.Errorf("it lasts %v; its row: %v", week, row)
		}
		if a := i.Agent; a.Status != domain.AgentInvited || a.Name != "Ana.Ruiz" || a.Role != domain.Member || a.TimeZone != "Europe/Madrid" {
			t.Errorf("the agent: %v", a)
		}
		at := i.ExpiresAt.Format(time.RFC3339Nano)
		m.recorded("invited", fmt.Sprintf(`AGENT_INVITED %s {"email":{"to":"Ana.Ruiz@example.org"},"expiresAt":{"to":"%s"},`+
			`"name":{"to":"Ana.Ruiz"},"role":{"to":"MEMBER"},"timeZone":{"to":"Europe/Madrid"}}`, i.Agent.ID, at))

		in := inviteInput("ana.ruiz@EXAMPLE.org")
		in.Name, in.Role = pointer("Other"), domain.Admin
		again := must(m.InviteAgent(m.as(domain.Admin), in))(t)
		if again.Agent.ID != i.Agent.ID || again.Agent.Name != "Ana.Ruiz" || again.Agent.Role != domain.Member || again.Token == i.Token {
			t.Errorf("a second invitation: %v", again.Agent)
		}
		if m.row(i.Token).RevokedAt == nil || m.row(again.Token).RevokedAt != nil {
			t.Error("the old invitation has not ended, or the new one has")
		}
		m.recorded("invited again", fmt.Sprintf(`AGENT_INVITED %s {"expiresAt":{"to":"%s"}}`, i.Agent.ID, again.ExpiresAt.Format(time.RFC3339Nano)))
		_, _, err := m.AcceptInvitation(m.invited(i), account.AcceptInput{})
		refused(t, "the old one", err, "CONFLICT")
	})
}

func TestInviteRefuses(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		owner := inviteInput("new-owner@example.org")
		owner.Role = domain.Owner
		must(m.InviteAgent(m.as(domain.Owner), owner))(t)
		of := func(change func(in *account.InviteInput)) account.InviteInput {
			in := inviteInput("new@example.org")
			change(&in)
			return in
		}
		m.unchanged("bad invitations", func() {
			for _, tt := range []struct {
				in   account.InviteInput
				want string
			}{
				{of(func(in *account.InviteInput) { in.Email = "new" }), "BAD_USER_INPUT email"},
				{of(func(in *account.InviteInput) { in.Email = "" }), "BAD_USER_INPUT email"},
				{of(func(in *account.InviteInput) { in.Email = "MEMBER@EXAMPLE.org" }), "BAD_USER_INPUT email"}, // is here already
				{of(func(in *account.InviteInput) { in.Name = pointer(" ") }), "BAD_USER_INPUT name"},
				{of(func(in *account.InviteInput) { in.TimeZone = "Mars/Olympus" }), "BAD_USER_INPUT timeZone"},
				{of(func(in *account.InviteInput) { in.Role = "KING" }), "BAD_USER_INPUT role"},
				{of(func(in *account.InviteInput) { in.Role = domain.Owner }), "FORBIDDEN role"},
				{of(func(in *account.InviteInput) { in.Email = owner.Email }), "FORBIDDEN email"}, // it would be an owner's token
			} {
				_, err := m.InviteAgent(m.as(domain.Admin), tt.in)
				refused(t, fmt.Sprintf("%+v", tt.in), err, tt.want)
			}
		})
		long := must(m.InviteAgent(m.as(domain.Admin), inviteInput(strings.Repeat("é", 150)+"@example.org")))(t)
		if long.Agent.Name != strings.Repeat("é", 100) {
			t.Errorf("a long address makes the name %q", long.Agent.Name)
		}
	})
}

func TestAccept(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		i := must(m.InviteAgent(m.as(domain.Owner), inviteInput("ana@example.org")))(t)
		m.news()
		m.unchanged("bad input", func() {
			_, _, err := m.AcceptInvitation(m.invited(i), account.AcceptInput{Name: pointer("")})
			refused(t, "name", err, "BAD_USER_INPUT name")
			_, _, err = m.AcceptInvitation(m.invited(i), account.AcceptInput{TimeZone: pointer("x")})
			refused(t, "zone", err, "BAD_USER_INPUT timeZone")
			_, _, err = m.AcceptInvitation(m.as(domain.Owner), account.AcceptInput{})
			refused(t, "without an invitation", err, "FORBIDDEN")
			_, _, err = m.AcceptInvitation(t.Context(), account.AcceptInput{})
			refused(t, "by nobody", err, "UNAUTHENTICATED")
		})
		made, text, err := m.AcceptInvitation(m.invited(i), account.AcceptInput{Name: pointer("Ana Ruiz"), TimeZone: pointer("UTC")})
		if err != nil {
			t.Fatal(err)
		}
		row := m.row(text)
		if row.ID != made.ID || row.Purpose != domain.PersonalToken || row.ExpiresAt != nil || len(row.Scopes) > 0 || !strings.HasPrefix(text, "slc_") {
			t.Errorf("the token %s: %v", text, row)
		}
		for _, a := range []*ent.Agent{made.Edges.Agent, row.Edges.Agent} {
			if a.ID != i.Agent.ID || a.Status != domain.AgentActive || a.Name != "Ana Ruiz" || a.TimeZone != "UTC" || a.Email != "ana@example.org" {
				t.Errorf("the agent: %v", a)
			}
		}
		m.recorded("joined",
			fmt.Sprintf(`AGENT_JOINED %s {"name":{"from":"ana","to":"Ana Ruiz"},"status":{"from":"INVITED","to":"ACTIVE"},`+
				`"timeZone":{"from":"Europe/Madrid","to":"UTC"}}`, i.Agent.ID),
			fmt.Sprintf(`ACCESS_TOKEN_CREATED %s {"agentId":{"to":"%s"},"expiresAt":{"to":null},"name":{"to":"Invitation accepted"},"scopes":{"to":[]}}`,
				made.ID, i.Agent.ID))
		m.unchanged("a second time", func() {
			_, _, err := m.AcceptInvitation(m.invited(i), account.AcceptInput{})
			refused(t, "accept", err, "CONFLICT")
		})
	})
}

// Of many who accept one invitation at once, one has the token.
func TestAcceptOnce(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		i := must(m.InviteAgent(m.as(domain.Owner), inviteInput("ana@example.org")))(t)
		errs := make([]error, 12)
		var group errgroup.Group
		for n := range errs {
			group.Go(func() error {
				_, _, errs[n] = m.AcceptInvitation(m.invited(i), account.AcceptInput{})
				return nil
			})
		}
		_ = group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				refused(t, "accept", err, "CONFLICT")
			}
		}
		tokens := must(m.client.AccessToken.Query().Where(accesstoken.AgentID(i.Agent.ID), accesstoken.PurposeEQ(domain.PersonalToken)).Count(m.as(domain.Owner)))(t)
		if won != 1 || tokens != 1 {
			t.Errorf("%d of 12 accepted, %d tokens", won, tokens)
		}
	})
}

// Many invitations to one address make one agent, with one invitation that can
// be accepted.
func TestInviteTogether(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		made := make([]*account.Invitation, 12)
		var group errgroup.Group
		for n := range made {
			group.Go(func() (err error) {
				made[n], err = m.InviteAgent(m.as(domain.Owner), inviteInput(strings.Repeat("A", n%2)+"a@example.org"[n%2:]))
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		accepted := 0
		for _, i := range made {
			if i.Agent.ID != made[0].Agent.ID {
				t.Errorf("two agents: %s and %s", i.Agent.ID, made[0].Agent.ID)
			}
			_, _, err := m.AcceptInvitation(m.invited(i), account.AcceptInput{})
			if err == nil {
				accepted++
			} else if apperr.CodeOf(err) != apperr.Conflict {
				t.Error(err)
			}
		}
		if accepted != 1 {
			t.Errorf("%d were accepted", accepted)
		}
	})
}

// Whoever invites with a narrow token does not get a wide one out of it.
func TestInvitationsAreForNoMoreThanTheirMaker(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		narrow := viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.AgentsWrite})}
		i := must(m.InviteAgent(m.with(domain.Owner, narrow), inviteInput("ana@example.org")))(t)
		made, _, err := m.AcceptInvitation(m.invited(i), account.AcceptInput{})
		if err != nil || viewer.ScopesOf(made.Scopes) != narrow.Scopes || len(made.Scopes) == 0 {
			t.Errorf("the token is for %v, %v", made.Scopes, err)
		}
	})
}

// A withdrawn or outdated invitation cannot be accepted.
func TestInvitationsEnd(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		withdrawn := must(m.InviteAgent(m.as(domain.Owner), inviteInput("ana@example.org")))(t)
		if err := m.RevokeAccessToken(m.as(domain.Admin), m.row(withdrawn.Token).ID); err != nil {
			t.Fatal(err)
		}
		outdated := must(m.InviteAgent(m.as(domain.Owner), inviteInput("bob@example.org")))(t)
		if _, err := m.db.SQL.ExecContext(t.Context(), "UPDATE access_tokens SET expires_at = created_at WHERE id = '"+m.row(outdated.Token).ID+"'"); err != nil {
			t.Fatal(err)
		}
		away := must(m.InviteAgent(m.as(domain.Owner), inviteInput("cy@example.org")))(t)
		must(m.DeactivateAgent(m.as(domain.Owner), away.Agent.ID))(t)
		m.unchanged("none of them", func() {
			for _, i := range []*account.Invitation{withdrawn, outdated, away} {
				_, _, err := m.AcceptInvitation(m.invited(i), account.AcceptInput{})
				refused(t, i.Agent.Email, err, "CONFLICT")
			}
		})
	})
}
