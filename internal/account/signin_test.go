package account_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"slotcast/ent/auditentry"
	"slotcast/internal/apperr"
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
		until := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
		token, err := s.CreateOwnerToken(t.Context(), "x", until)
		if refused(t, "without an app", err, "CONFLICT"); token != "" {
			t.Errorf("made %s", token)
		}
		first := must(s.FirstStart(t.Context(), ""))(t)
		entdbtest.NewRows(t, client)
		m := &members{Service: s, t: t, client: client, db: db, app: first.AppID, ids: map[domain.Role]string{domain.Owner: first.AgentID}}
		second, admin := m.add("second", domain.Owner), m.add("admin", domain.Admin)

		ctx := viewer.WithOrigin(t.Context(), viewer.Origin{Address: "203.0.113.9", UserAgent: "Firefox"})
		token = must(s.CreateOwnerToken(ctx, "Console", until))(t)
		who := must(s.Identify(t.Context(), token))(t)
		if who.AgentID != first.AgentID || who.Role != domain.Owner || who.Scopes != 0 || !who.Until.Equal(until) {
			t.Errorf("the token is of %+v", who)
		}
		e := must(client.AuditEntry.Query().Where(auditentry.TargetID(who.CredentialID)).Only(viewer.System(t.Context())))(t)
		changes := must(json.Marshal(e.Changes))(t)
		want := fmt.Sprintf(`{"agentId":{"to":"%s"},"expiresAt":{"to":"%s"},"name":{"to":"Console"},"scopes":{"to":[]}}`, first.AgentID, until.Format(time.RFC3339Nano))
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
		if who := must(s.Identify(t.Context(), must(s.CreateOwnerToken(t.Context(), "x", until))(t)))(t); who.AgentID != second {
			t.Errorf("without the first owner the token is of %+v", who)
		}
		for _, status := range []domain.AgentStatus{domain.AgentDeactivated, domain.AgentInvited} {
			ends(second, status)
			m.unchanged("without an owner", func() {
				token, err := s.CreateOwnerToken(t.Context(), "x", until)
				if apperr.CodeOf(err) != apperr.Conflict || token != "" {
					t.Errorf("%s: made %s, %v; there is an ADMIN, %s", status, token, err, admin)
				}
			})
		}
		_, err = s.CreateOwnerToken(t.Context(), " ", until)
		refused(t, "without a name", err, "BAD_USER_INPUT name")
	})
}
