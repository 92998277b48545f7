package account_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/auditentry"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// TestCreateOwnerToken: it is the first app's first owner's who takes part, and
// the audit log says that the server made it.
func TestCreateOwnerToken(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, client := setup(t, db)
		token, err := s.CreateOwnerToken(t.Context(), "x", time.Hour)
		if refused(t, "without an app", err, "CONFLICT"); token != "" {
			t.Errorf("made %s", token)
		}
		first := must(s.FirstStart(t.Context(), ""))(t)
		entdbtest.NewRows(t, client)
		m := &members{Service: s, t: t, client: client, db: db, app: first.AppID, ids: map[domain.Role]string{domain.Owner: first.AgentID}}
		second, admin := m.add("second", domain.Owner), m.add("admin", domain.Admin)

		ctx := viewer.WithOrigin(t.Context(), viewer.Origin{Address: "203.0.113.9", UserAgent: "Firefox"})
		token = must(s.CreateOwnerToken(ctx, "Console", time.Hour))(t)
		who := must(s.Identify(t.Context(), token))(t)
		if who.AgentID != first.AgentID || who.Role != domain.Owner || who.Scopes != 0 || !who.Until.IsZero() {
			t.Errorf("the token is of %+v", who)
		}
		e := must(client.AuditEntry.Query().Where(auditentry.TargetID(who.CredentialID)).Only(viewer.System(t.Context())))(t)
		changes := must(json.Marshal(e.Changes))(t)
		want := fmt.Sprintf(`{"agentId":{"to":"%s"},"expiresAt":{"to":null},"name":{"to":"Console"},"scopes":{"to":[]}}`, first.AgentID)
		if e.Action != domain.AuditAccessTokenCreated || e.ActorType != domain.ActorSystem || e.AppID != first.AppID || string(changes) != want ||
			e.Address == nil || *e.Address != "203.0.113.9" || e.UserAgent == nil || *e.UserAgent != "Firefox" {
			t.Errorf("the audit log has %v %s, want %s", e, changes, want)
		}

		ends := func(id string, status domain.AgentStatus) {
			t.Helper()
			if err := client.Agent.UpdateOneID(id).SetStatus(status).Exec(viewer.System(t.Context())); err != nil {
				t.Fatal(err)
			}
		}
		ends(first.AgentID, domain.AgentDeactivated)
		if who := must(s.Identify(t.Context(), must(s.CreateOwnerToken(t.Context(), "x", time.Hour))(t)))(t); who.AgentID != second {
			t.Errorf("without the first owner the token is of %+v", who)
		}
		for _, status := range []domain.AgentStatus{domain.AgentDeactivated, domain.AgentInvited} {
			ends(second, status)
			m.unchanged("without an owner", func() {
				token, err := s.CreateOwnerToken(t.Context(), "x", time.Hour)
				if apperr.CodeOf(err) != apperr.Conflict || token != "" {
					t.Errorf("%s: made %s, %v; there is an ADMIN, %s", status, token, err, admin)
				}
			})
		}
		_, err = s.CreateOwnerToken(t.Context(), " ", time.Hour)
		refused(t, "without a name", err, "BAD_USER_INPUT name")
	})
}

// TestOwnerTokensMayAll that the owner may: who signs in by a link is him.
func TestOwnerTokensMayAll(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		v := must(m.Identify(t.Context(), ownerToken(t, m)))(t)
		ctx := viewer.With(t.Context(), v)
		admin := agentInput("Adam")
		admin.Role = domain.Admin
		must(m.CreateAgent(ctx, admin))(t)
		must(m.InviteAgent(ctx, account.InviteInput{Email: "x@example.org", TimeZone: "UTC", Role: domain.Owner}))(t)
		must(m.CreateIdentityProvider(ctx, providerInput()))(t)
		made, _, err := m.CreateAccessToken(ctx, account.TokenInput{Name: "lasts"})
		if err != nil || made.ExpiresAt != nil || made.Purpose != domain.PersonalToken {
			t.Errorf("a token of it is %v, %v", made, err)
		}
	})
}

func ownerToken(t *testing.T, m *members) string {
	t.Helper()
	return must(m.CreateOwnerToken(t.Context(), "Console", idle))(t)
}

const idle = 14 * 24 * time.Hour

// TestLeftOwnerTokensEnd with the next one, and nothing else does: neither one
// that may be in use, nor what looks like it.
func TestLeftOwnerTokensEnd(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		second := m.add("second", domain.Owner)
		long, recent := time.Now().UTC().Truncate(time.Microsecond).Add(-idle-2*time.Minute), time.Now().UTC().Add(-idle+time.Minute)
		texts := map[string]string{}
		token := func(name, agentID string, made time.Time, used *time.Time, change func(*ent.AccessTokenCreate)) string {
			texts[name] = credential.New(credential.Access)
			create := m.client.AccessToken.Create().SetAppID(m.app).SetAgentID(agentID).SetName("Console").SetPurpose(domain.SessionToken).
				SetCreatedAt(made).SetNillableLastUsedAt(used).SetPrefix("slc_").SetHash(credential.Hash(texts[name]))
			if change != nil {
				change(create)
			}
			return must(create.Save(viewer.System(t.Context())))(t).ID
		}
		me := m.ids[domain.Owner]
		ended := []string{token("never used", me, long, nil, nil), token("used long ago", me, long.Add(-time.Hour), &long, nil)}
		token("made", me, recent, nil, nil)
		token("used", me, long, &recent, nil)
		noted := recent.Add(-90 * time.Second) // it may have been used until a minute after that
		token("used, noted early", me, long, &noted, nil)
		token("named so", me, long, &long, func(c *ent.AccessTokenCreate) { c.SetPurpose(domain.PersonalToken) })
		token("another owner's", second, long, &long, nil)
		token("another app's", me, long, &long, func(c *ent.AccessTokenCreate) { c.SetAppID(m.other["App"]).SetAgentID(m.other["Agent"]) })
		gone := token("revoked", me, long, nil, func(c *ent.AccessTokenCreate) { c.SetRevokedAt(long) })
		for name, text := range texts { // they are remembered
			if _, err := m.Identify(t.Context(), text); (err == nil) != (name != "revoked") {
				t.Fatalf("%s: %v", name, err)
			}
		}
		m.news()

		made := must(m.Identify(t.Context(), ownerToken(t, m)))(t).CredentialID
		for name, text := range texts {
			_, err := m.Identify(t.Context(), text)
			if over := name == "never used" || name == "used long ago" || name == "revoked"; over != (apperr.CodeOf(err) == apperr.Unauthenticated) || !over && err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		rows := must(m.client.AccessToken.Query().Where(accesstoken.IDIn(append(ended, gone)...)).Order(accesstoken.ByID()).All(viewer.System(t.Context())))(t)
		if rows[0].RevokedAt == nil || rows[1].RevokedAt == nil || !rows[0].RevokedAt.Equal(*rows[1].RevokedAt) || time.Since(*rows[0].RevokedAt) > time.Minute {
			t.Fatalf("they are revoked at %v and %v", rows[0].RevokedAt, rows[1].RevokedAt)
		}
		if !rows[2].RevokedAt.Equal(long) {
			t.Errorf("what was revoked before is revoked again, at %v", rows[2].RevokedAt)
		}
		var want []string
		for _, id := range ended {
			at := must(json.Marshal(audit.Changes{}.Move("revokedAt", nil, rows[0].RevokedAt)))(t)
			want = append(want, fmt.Sprintf("ACCESS_TOKEN_REVOKED %s %s", id, at))
		}
		m.recorded("ending them", append(want, fmt.Sprintf(
			`ACCESS_TOKEN_CREATED %s {"agentId":{"to":"%s"},"expiresAt":{"to":null},"name":{"to":"Console"},"scopes":{"to":[]}}`, made, me))...)
		for _, e := range must(m.client.AuditEntry.Query().Where(auditentry.TargetIDIn(ended...)).All(viewer.System(t.Context())))(t) {
			if e.ActorType != domain.ActorSystem || e.ActorID != nil {
				t.Errorf("the server did not do it: %v", e)
			}
		}
	})
}

// TestOwnerTokensInUseStay, which only the note of their last use says.
func TestOwnerTokensInUseStay(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		day := 24 * time.Hour
		used, left := must(d.CreateOwnerToken(t.Context(), "used", idle))(t), must(d.CreateOwnerToken(t.Context(), "left", idle))(t)
		for range 20 {
			d.turn(day)
			must(d.identify(t, used))(t)
			must(d.RecordUses(t.Context()))(t)
			must(d.CreateOwnerToken(t.Context(), "next", idle))(t)
		}
		must(d.identify(t, used))(t)
		d.refuses(t, left, "revoked")
	})
}
