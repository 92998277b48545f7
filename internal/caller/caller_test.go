package caller_test

import (
	"context"
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/caller"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

func TestAgent(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		rows, c := entdbtest.NewRows(t, db.Client), db.Client
		system := viewer.System(t.Context())
		as := func(credential string, change func(*viewer.Viewer)) context.Context {
			v := viewer.Viewer{AppID: rows["App"], AgentID: rows["Agent"], Role: domain.Owner, CredentialID: credential}
			change(&v)
			return viewer.With(t.Context(), v)
		}
		same := func(*viewer.Viewer) {}
		want := func(what string, ctx context.Context, code apperr.Code) {
			t.Helper()
			if _, err := caller.Agent(ctx, c, domain.AgentsWrite); apperr.CodeOf(err) != code {
				t.Errorf("%s: %v, want %q", what, err, code)
			}
		}
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		token, session := as(rows["AccessToken"], same), as(rows["IdentityProvider"], same)
		narrow := func(v *viewer.Viewer) { v.Scopes = viewer.ScopesOf([]domain.TokenScope{domain.AgentsRead}) }
		want("nobody", t.Context(), apperr.Unauthenticated)
		want("a page", as("", func(v *viewer.Viewer) { v.Kind = viewer.Page }), apperr.Forbidden)
		want("another scope", as(rows["AccessToken"], narrow), apperr.Forbidden)
		want("a token", token, "")
		want("a session", session, "")
		want("a token of another role", as(rows["AccessToken"], func(v *viewer.Viewer) { v.Role = domain.Admin }), apperr.Unauthenticated)
		want("a session whose provider names the role", as(rows["IdentityProvider"], func(v *viewer.Viewer) { v.Role = domain.Admin }), "")

		do(c.Agent.UpdateOneID(rows["Agent"]).SetStatus(domain.AgentDeactivated).Exec(system))
		want("a token of one who was sent away", token, apperr.Unauthenticated)
		want("a session of one who was sent away", session, apperr.Unauthenticated)
		do(c.Agent.UpdateOneID(rows["Agent"]).SetStatus(domain.AgentActive).Exec(system))
		do(c.AccessToken.UpdateOneID(rows["AccessToken"]).SetRevokedAt(time.Now()).Exec(system))
		do(c.IdentityProvider.DeleteOneID(rows["IdentityProvider"]).Exec(system))
		want("a revoked token", token, apperr.Unauthenticated)
		want("a session of a provider that is gone", session, apperr.Unauthenticated)
	})
}
