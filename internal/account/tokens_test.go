package account_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/ent/accesstoken"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

func TestCreateAccessToken(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		in := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
		narrow := []domain.TokenScope{domain.MeetingsRead, domain.WebhooksWrite}
		for name, tt := range map[string]struct {
			by     domain.Role
			of     domain.Role
			in     account.TokenInput
			scopes string
		}{
			"for himself":            {domain.Member, domain.Member, account.TokenInput{}, "[]"},
			"for himself, by id":     {domain.Member, domain.Member, account.TokenInput{AgentID: pointer(m.ids[domain.Member])}, "[]"},
			"for a MEMBER":           {domain.Admin, domain.Member, account.TokenInput{AgentID: pointer(m.ids[domain.Member])}, "[]"},
			"for an ADMIN, narrowed": {domain.Owner, domain.Admin, account.TokenInput{AgentID: pointer(m.ids[domain.Admin]), Scopes: append(narrow, narrow...), ExpiresAt: &in}, `["MEETINGS_READ","WEBHOOKS_WRITE"]`},
		} {
			tt.in.Name = name
			made, text, err := m.CreateAccessToken(m.as(tt.by), tt.in)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			row := m.row(text)
			if row.ID != made.ID || row.AgentID != m.ids[tt.of] || made.Edges.Agent.ID != row.AgentID || row.AppID != m.app || row.Name != name ||
				row.Prefix != text[:10] || !bytes.Equal(row.Hash, credential.Hash(text)) || row.Purpose != domain.PersonalToken {
				t.Errorf("%s: %v", name, row)
			}
			ends := "null"
			if tt.in.ExpiresAt != nil {
				ends = `"` + in.Format(time.RFC3339Nano) + `"`
				if row.ExpiresAt == nil || !row.ExpiresAt.Equal(in) {
					t.Errorf("%s: ends at %v", name, row.ExpiresAt)
				}
			}
			m.recorded(name, fmt.Sprintf(`ACCESS_TOKEN_CREATED %s {"agentId":{"to":"%s"},"expiresAt":{"to":%s},"name":{"to":"%s"},"scopes":{"to":%s}}`,
				made.ID, row.AgentID, ends, name, tt.scopes))
			if who := must(m.Identify(t.Context(), text))(t); who.AgentID != row.AgentID {
				t.Errorf("%s: is of %+v", name, who)
			}
		}
	})
}

func TestCreateAccessTokenRefuses(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		invited := must(m.InviteAgent(m.as(domain.Owner), inviteInput("ana@example.org")))(t).Agent.ID
		now := time.Now()
		narrow := m.with(domain.Owner, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.AccessWrite, domain.MeetingsRead})})
		m.unchanged("tokens", func() {
			for want, tt := range map[string]struct {
				ctx context.Context
				in  account.TokenInput
			}{
				"BAD_USER_INPUT name":         {m.as(domain.Owner), account.TokenInput{Name: " "}},
				"BAD_USER_INPUT agentId":      {m.as(domain.Owner), account.TokenInput{AgentID: pointer("\x00")}},
				"NOT_FOUND agentId":           {m.as(domain.Owner), account.TokenInput{AgentID: pointer(m.other["Agent"])}},
				"CONFLICT":                    {m.as(domain.Owner), account.TokenInput{AgentID: &invited}},
				"FORBIDDEN agentId":           {m.as(domain.Member), account.TokenInput{AgentID: pointer(m.ids[domain.Admin])}},
				"BAD_USER_INPUT scopes.1":     {m.as(domain.Owner), account.TokenInput{Scopes: []domain.TokenScope{domain.AgentsRead, "ALL"}}},
				"FORBIDDEN scopes.1":          {narrow, account.TokenInput{Scopes: []domain.TokenScope{domain.AgentsRead, domain.MeetingsWrite}}},
				"BAD_USER_INPUT expiresAt":    {m.as(domain.Owner), account.TokenInput{ExpiresAt: pointer(now.Add(-time.Minute))}},
				"BAD_USER_INPUT scopes":       {m.as(domain.Owner), account.TokenInput{Scopes: []domain.TokenScope{}}},
				"BAD_USER_INPUT expiresAt ":   {m.as(domain.Owner), account.TokenInput{ExpiresAt: pointer(now.AddDate(10, 0, 1))}},
				"BAD_USER_INPUT expiresAt  ":  {m.as(domain.Owner), account.TokenInput{ExpiresAt: pointer(time.Time{})}},
				"BAD_USER_INPUT expiresAt   ": {m.as(domain.Owner), account.TokenInput{ExpiresAt: pointer(now.AddDate(100_000, 0, 0))}},
			} {
				if tt.in.Name == "" {
					tt.in.Name = "x"
				}
				_, _, err := m.CreateAccessToken(tt.ctx, tt.in)
				refused(t, want, err, strings.TrimSpace(want))
			}
		})
	})
}

// A token makes none that is for more, or lasts longer, than itself.
func TestTokensMakeNoMoreThanThemselves(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		until := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
		scopes := viewer.ScopesOf([]domain.TokenScope{domain.AccessWrite, domain.MeetingsRead})
		own, _, err := m.CreateAccessToken(m.as(domain.Owner), account.TokenInput{Name: "own"})
		if err != nil {
			t.Fatal(err)
		}
		token := viewer.Viewer{CredentialID: own.ID, Until: until, Scopes: scopes}
		made, _, err := m.CreateAccessToken(m.with(domain.Owner, token), account.TokenInput{Name: "x"})
		if err != nil || viewer.ScopesOf(made.Scopes) != scopes || made.ExpiresAt == nil || !made.ExpiresAt.Equal(until) {
			t.Errorf("none asked for: %v, %v", made, err)
		}
		sooner := until.Add(-time.Minute)
		made, _, err = m.CreateAccessToken(m.with(domain.Owner, token),
			account.TokenInput{Name: "x", Scopes: []domain.TokenScope{domain.AgentsRead}, ExpiresAt: &sooner})
		if err != nil || !slices.Equal(made.Scopes, []domain.TokenScope{domain.AgentsRead}) || made.ExpiresAt.After(sooner) {
			t.Errorf("less asked for: %v, %v", made, err)
		}
		later := until.Add(time.Minute)
		_, _, err = m.CreateAccessToken(m.with(domain.Owner, token), account.TokenInput{Name: "x", ExpiresAt: &later})
		refused(t, "later", err, "BAD_USER_INPUT expiresAt")
		session := viewer.Viewer{CredentialID: must(m.CreateIdentityProvider(m.as(domain.Owner), providerInput()))(t).ID, Until: until}
		made, _, err = m.CreateAccessToken(m.with(domain.Owner, session), account.TokenInput{Name: "x"})
		if err != nil || made.ExpiresAt != nil {
			t.Errorf("by a session: %v, %v", made, err)
		}
	})
}

func TestTokensAreBounded(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		_, err := m.db.SQL.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO access_tokens (id, created_at, updated_at, app_id, agent_id, name, prefix, hash, revoked_at)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
			SELECT id || i, created_at, updated_at, app_id, '%s', name, prefix, %s, CASE WHEN i > 90 THEN created_at END
			FROM access_tokens, n WHERE app_id = '%s'`,
			m.ids[domain.Member], map[bool]string{true: "CAST(CAST(i AS text) AS bytea)", false: "CAST(i AS blob)"}[m.db.Dialect == "postgres"], m.app))
		if err != nil {
			t.Fatal(err)
		}
		errs := make([]error, 20)
		var group errgroup.Group
		for i := range errs {
			group.Go(func() error {
				_, _, errs[i] = m.CreateAccessToken(m.as(domain.Member), account.TokenInput{Name: "x"})
				return nil
			})
		}
		_ = group.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else {
				refused(t, "one too many", err, "LIMIT_EXCEEDED")
			}
		}
		if made != 10 {
			t.Errorf("%d were made beside 90", made)
		}
		_, _, err = m.CreateAccessToken(m.as(domain.Admin), account.TokenInput{Name: "x"})
		refused(t, "another agent", err, "")
	})
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		of := map[domain.Role]string{}
		for _, role := range []domain.Role{domain.Owner, domain.Admin, domain.Member} {
			made, _, err := m.CreateAccessToken(m.as(role), account.TokenInput{Name: "x"})
			if err != nil {
				t.Fatal(err)
			}
			of[role] = made.ID
		}
		m.news()
		m.unchanged("revoke", func() {
			for _, tt := range []struct {
				by   domain.Role
				id   string
				want string
			}{
				{domain.Member, of[domain.Admin], "NOT_FOUND id"}, {domain.Admin, of[domain.Owner], "FORBIDDEN id"},
				{domain.Owner, m.other["AccessToken"], "NOT_FOUND id"}, {domain.Owner, "tok_none", "NOT_FOUND id"},
				{domain.Owner, "\x00", "BAD_USER_INPUT id"},
			} {
				refused(t, fmt.Sprint(tt), m.RevokeAccessToken(m.as(tt.by), tt.id), tt.want)
			}
		})
		for _, step := range []struct{ by, of domain.Role }{
			{domain.Member, domain.Member}, {domain.Owner, domain.Admin}, {domain.Owner, domain.Owner},
		} {
			refused(t, string(step.of), m.RevokeAccessToken(m.as(step.by), of[step.of]), "")
			row := must(m.client.AccessToken.Get(m.as(domain.Owner), of[step.of]))(t)
			if row.RevokedAt == nil {
				t.Fatalf("%s: %v", step.of, row)
			}
			m.recorded("revoked", fmt.Sprintf(`ACCESS_TOKEN_REVOKED %s {"revokedAt":{"from":null,"to":"%s"}}`, row.ID, row.RevokedAt.UTC().Format(time.RFC3339Nano)))
			m.unchanged("again", func() {
				refused(t, "again", m.RevokeAccessToken(m.as(step.by), of[step.of]), "CONFLICT")
			})
		}
	})
}

// Of many who revoke one token at once, one has done it.
func TestRevokeOnce(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		made, _, err := m.CreateAccessToken(m.as(domain.Member), account.TokenInput{Name: "x"})
		if err != nil {
			t.Fatal(err)
		}
		m.news()
		errs := make([]error, 12)
		var group errgroup.Group
		for i := range errs {
			group.Go(func() error {
				errs[i] = m.RevokeAccessToken(m.as(domain.Owner), made.ID)
				return nil
			})
		}
		_ = group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if apperr.CodeOf(err) != apperr.Conflict {
				t.Error(err)
			}
		}
		if entries := m.news(); won != 1 || len(entries) != 1 {
			t.Errorf("%d revoked it: %v", won, entries)
		}
	})
}

// The operator's tokens are in the audit log, too.
func TestCreateTokenIsRecorded(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		text := must(m.CreateToken(t.Context(), m.app, m.ids[domain.Member], "laptop"))(t)
		row := m.row(text)
		m.recorded("token create", fmt.Sprintf(`ACCESS_TOKEN_CREATED %s {"agentId":{"to":"%s"},"expiresAt":{"to":null},"name":{"to":"laptop"},"scopes":{"to":[]}}`,
			row.ID, row.AgentID))
		_, err := m.CreateToken(t.Context(), m.app, m.ids[domain.Member], "")
		refused(t, "without a name", err, "BAD_USER_INPUT name")
		_, err = m.CreateToken(t.Context(), m.app, "agt_\x00", "x")
		refused(t, "NUL", err, "BAD_USER_INPUT agent")
		if n := must(m.client.AccessToken.Query().Where(accesstoken.Name("x")).Count(m.as(domain.Owner)))(t); n != 0 {
			t.Errorf("%d tokens", n)
		}
	})
}

func TestCreateApp(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		made := must(m.CreateApp(t.Context(), "Acme", "Ana Ruiz", "ana@example.org"))(t)
		row := m.row(made.Token)
		a := row.Edges.Agent
		if row.AppID != made.AppID || a.AppID != made.AppID || a.ID != made.AgentID || a.Role != domain.Owner || a.Name != "Ana Ruiz" ||
			a.Email != "ana@example.org" || a.Status != domain.AgentActive {
			t.Errorf("made %+v: %v, %v", made, row, a)
		}
		ctx := viewer.With(t.Context(), viewer.Viewer{AppID: made.AppID, AgentID: made.AgentID, Role: domain.Owner})
		if app := must(m.client.App.Get(ctx, made.AppID))(t); app.Name != "Acme" {
			t.Errorf("the app: %v", app)
		}
		var actions []domain.AuditAction
		for _, e := range must(m.client.AuditEntry.Query().Order().All(ctx))(t) {
			actions = append(actions, e.Action)
			if e.ActorType != domain.ActorSystem || e.ActorID != nil {
				t.Errorf("entry by %s %v", e.ActorType, e.ActorID)
			}
		}
		slices.Sort(actions)
		if !slices.Equal(actions, []domain.AuditAction{domain.AuditAccessTokenCreated, domain.AuditAgentCreated}) {
			t.Errorf("the audit log: %v", actions)
		}
		m.unchanged("bad input", func() {
			for want, in := range map[string][3]string{
				"BAD_USER_INPUT name": {" ", "Ana", "ana@example.org"}, "BAD_USER_INPUT ownerName": {"Acme", strings.Repeat("x", 201), "ana@example.org"},
				"BAD_USER_INPUT ownerEmail": {"Acme", "Ana", "ana"},
			} {
				_, err := m.CreateApp(t.Context(), in[0], in[1], in[2])
				refused(t, want, err, want)
			}
		})
	})
}
