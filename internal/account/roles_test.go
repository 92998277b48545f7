package account_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"slotcast/ent/agent"
	"slotcast/internal/account"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// Who may make what of whom. A change that is allowed is taken back.
func TestRoles(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		second := m.add("Second", domain.Owner)
		m.news()
		target := func(role domain.Role) string {
			if role == domain.Owner {
				return second
			}
			return m.ids[role]
		}
		const no = "FORBIDDEN"
		for _, tt := range []struct {
			by, of, to domain.Role
			want       string
		}{
			{domain.Owner, domain.Member, domain.Owner, ""}, {domain.Owner, domain.Member, domain.Admin, ""},
			{domain.Owner, domain.Admin, domain.Owner, ""}, {domain.Owner, domain.Owner, domain.Member, ""},
			{domain.Admin, domain.Member, domain.Admin, ""}, {domain.Admin, domain.Member, domain.Owner, no + " role"},
			{domain.Admin, domain.Admin, domain.Member, ""}, {domain.Admin, domain.Admin, domain.Owner, no + " role"},
			{domain.Admin, domain.Owner, domain.Member, no}, {domain.Member, domain.Member, domain.Admin, no + " role"},
			{domain.Member, domain.Owner, domain.Member, no},
		} {
			what := fmt.Sprintf("%s makes %s of %s", tt.by, tt.to, tt.of)
			id := target(tt.of)
			got, err := m.UpdateAgent(m.as(tt.by), id, account.AgentChanges{Role: &tt.to})
			refused(t, what, err, tt.want)
			if err != nil {
				m.recorded(what)
				continue
			}
			m.recorded(what, fmt.Sprintf(`AGENT_ROLE_CHANGED %s {"role":{"from":"%s","to":"%s"}}`, id, tt.of, tt.to))
			if got.Role != tt.to {
				t.Errorf("%s: %s", what, got.Role)
			}
			must(m.UpdateAgent(m.as(domain.Owner), id, account.AgentChanges{Role: &tt.of}))(t)
			m.news()
		}
	})
}

// An e-mail address or an external id is how an identity provider signs people
// in: whoever changes an owner's becomes one.
func TestOwnersAreChangedByOwnersOnly(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		id := m.ids[domain.Owner]
		m.unchanged("an OWNER by an ADMIN", func() {
			for name, c := range map[string]account.AgentChanges{
				"name": {Name: pointer("X")}, "email": {Email: pointer("x@example.org")}, "zone": {TimeZone: pointer("Asia/Tokyo")},
				"external id": {ExternalID: pointer(pointer("x"))}, "schedule": {Schedule: pointer(officeHours())},
				"role": {Role: pointer(domain.Member)},
			} {
				_, err := m.UpdateAgent(m.as(domain.Admin), id, c)
				refused(t, name, err, "FORBIDDEN")
			}
			_, err := m.DeactivateAgent(m.as(domain.Admin), id)
			refused(t, "deactivate", err, "FORBIDDEN id")
			_, _, err = m.CreateAccessToken(m.as(domain.Admin), account.TokenInput{Name: "x", AgentID: &id})
			refused(t, "token", err, "FORBIDDEN agentId")
		})
		// the identity provider gave the owner less than he has here
		provider := must(m.CreateIdentityProvider(m.as(domain.Owner), providerInput()))(t)
		narrowed := m.with(domain.Member, viewer.Viewer{AgentID: id, CredentialID: provider.ID})
		m.unchanged("an OWNER who acts as a MEMBER", func() {
			_, err := m.UpdateAgent(narrowed, id, account.AgentChanges{Email: pointer("x@example.org")})
			refused(t, "himself", err, "FORBIDDEN")
			_, _, err = m.CreateAccessToken(narrowed, account.TokenInput{Name: "x"})
			refused(t, "his own token", err, "FORBIDDEN agentId")
		})
	})
}

func TestLastOwner(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		id := m.ids[domain.Owner]
		second := m.add("Second", domain.Owner)
		must(m.DeactivateAgent(m.as(domain.Owner), second))(t) // no owner who takes part
		must(m.InviteAgent(m.as(domain.Owner), account.InviteInput{Email: "third@example.org", TimeZone: "UTC", Role: domain.Owner}))(t)
		m.unchanged("the last OWNER", func() {
			_, err := m.UpdateAgent(m.as(domain.Owner), id, account.AgentChanges{Role: pointer(domain.Admin), Name: pointer("X")})
			refused(t, "demoted", err, "CONFLICT role")
			_, err = m.DeactivateAgent(m.as(domain.Owner), id)
			refused(t, "deactivated", err, "CONFLICT")
		})
		must(m.UpdateAgent(m.as(domain.Owner), second, account.AgentChanges{Role: pointer(domain.Admin)}))(t) // takes no part anyway
		must(m.UpdateAgent(m.as(domain.Owner), m.ids[domain.Admin], account.AgentChanges{Role: pointer(domain.Owner)}))(t)
		must(m.DeactivateAgent(m.as(domain.Owner), id))(t)
	})
}

// Everybody is made less, or sent away, at the same time. One is left.
func TestOwnersUnmakeEachOther(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		ids := []string{m.ids[domain.Owner]}
		for i := range 11 {
			ids = append(ids, m.add(fmt.Sprint("o", i), domain.Owner))
		}
		errs := make([]error, len(ids))
		var group errgroup.Group
		for i, id := range ids {
			by := m.with(domain.Owner, viewer.Viewer{AgentID: ids[(i+1)%len(ids)]})
			group.Go(func() error {
				switch i % 3 {
				case 0:
					_, errs[i] = m.DeactivateAgent(by, id)
				case 1:
					_, errs[i] = m.UpdateAgent(by, id, account.AgentChanges{Role: pointer(domain.Member)})
				default:
					_, errs[i] = m.UpdateAgent(by, id, account.AgentChanges{Role: pointer(domain.Admin), Email: pointer(id + "@example.org")})
				}
				return nil
			})
		}
		_ = group.Wait()
		kept := 0
		for i, err := range errs {
			if err != nil {
				kept++
				refused(t, fmt.Sprint(i), err, map[bool]string{true: "CONFLICT", false: "CONFLICT role"}[i%3 == 0])
			}
		}
		left := must(m.client.Agent.Query().
			Where(agent.RoleEQ(domain.Owner), agent.StatusEQ(domain.AgentActive)).Count(m.as(domain.Owner)))(t)
		if kept != 1 || left != 1 {
			t.Errorf("%d were kept, %d owners are left", kept, left)
		}
	})
}

// A token that is not for it is refused first, and says what it lacks.
func TestScopesOfCallers(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		m.unchanged("without the scope", func() {
			for name, c := range m.commands() {
				for _, role := range []domain.Role{domain.Owner, domain.Member} {
					for _, scope := range domain.TokenScope("").Values() {
						if scope := domain.TokenScope(scope); scope != c.scope {
							err := c.do(m.with(role, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{scope})}))
							lacks(t, name, err, c.scope)
						}
					}
				}
				for _, kind := range []viewer.Kind{viewer.Page, viewer.Attendee, viewer.Invited} {
					refused(t, name, c.do(m.with(domain.Owner, viewer.Viewer{Kind: kind})), "FORBIDDEN")
				}
				refused(t, name, c.do(t.Context()), "UNAUTHENTICATED")
				refused(t, name+" by a MEMBER", c.do(m.as(domain.Member)), c.member)
			}
		})
		for name, c := range m.commands() {
			err := c.do(m.with(domain.Owner, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{c.scope})}))
			want := c.owner
			if strings.HasSuffix(name, "IdentityProvider") { // which would make more than the token is
				want = "FORBIDDEN"
			}
			refused(t, name+" with the scope alone", err, want)
		}
	})
}
