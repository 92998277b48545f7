package webhook_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"slotcast/ent"
	"slotcast/ent/auditentry"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
)

// A MEMBER has webhooks of his own, and no others.
func TestMembersWebhooks(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		ben := must(db.Client.Agent.Create().SetAppID(mine.Rows["App"]).SetName("Ben").SetEmail("ben@example.org").
			SetTimeZone("UTC").SetRole(domain.Member).Save(viewer.System(t.Context())))(t).ID
		member := mine.as(t, viewer.Viewer{Role: domain.Member, AgentID: ben})
		_, _, err := s.Create(member, input())
		refused(t, "of the whole app", err, "FORBIDDEN scope")
		if err != nil && !strings.Contains(err.Error(), "set scope to USER") {
			t.Errorf("it does not say what to do: %v", err)
		}
		in := input()
		in.Scope = domain.ScopeUser
		own, _, err := s.Create(member, in)
		if err != nil || own.AgentID != ben {
			t.Fatalf("his own: %v, %v", own, err)
		}
		shared, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		owners, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{shared.ID, owners.ID} {
			_, err := s.Update(member, id, webhook.Changes{Description: pointer("x")})
			refused(t, "another's", err, "NOT_FOUND id")
			refused(t, "another's", s.Delete(member, id), "NOT_FOUND id")
		}
		if w := must(s.Update(member, own.ID, webhook.Changes{Description: pointer("x")}))(t); *w.Description != "x" {
			t.Errorf("changed: %v", w)
		}
		must(s.Update(mine.ctx, own.ID, webhook.Changes{Description: pointer("y")}))(t) // by the owner
		refused(t, "his own", s.Delete(member, own.ID), "")
	})
}

func TestTokensForWebhooks(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := input()
		in.EventTypeIDs = []string{mine.Rows["EventType"]}
		only := func(scope domain.TokenScope) viewer.Viewer {
			return viewer.Viewer{Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{scope})}
		}
		w, _, err := s.Create(mine.as(t, only(domain.WebhooksWrite)), in) // and for nothing else
		if err != nil {
			t.Fatal(err)
		}
		must(s.Update(mine.as(t, only(domain.WebhooksWrite)), w.ID, webhook.Changes{Description: pointer("x")}))(t)
		for name, ctx := range map[string]viewer.Viewer{
			"reading": only(domain.WebhooksRead), "something else": only(domain.AccessWrite),
			"page": {Role: domain.Owner, Kind: viewer.Page}, "invitation": {Role: domain.Owner, Kind: viewer.Invited},
		} {
			_, _, err := s.Create(mine.as(t, ctx), in)
			refused(t, name, err, "FORBIDDEN")
			_, err = s.Update(mine.as(t, ctx), w.ID, webhook.Changes{})
			refused(t, name, err, "FORBIDDEN")
			refused(t, name, s.Delete(mine.as(t, ctx), w.ID), "FORBIDDEN")
		}
		_, _, err = s.Create(mine.as(t, only(domain.WebhooksRead)), in)
		if err == nil || !strings.Contains(err.Error(), "WEBHOOKS_WRITE") {
			t.Errorf("it does not say what is missing: %v", err)
		}
		_, err = s.Update(t.Context(), w.ID, webhook.Changes{})
		refused(t, "nobody", err, "UNAUTHENTICATED")
		refused(t, "nobody", s.Delete(t.Context(), w.ID), "UNAUTHENTICATED")
	})
}

func TestWebhooksAreAudited(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		seen := len(entries(t, db, mine))
		recorded := func(what string, want ...string) {
			t.Helper()
			all := entries(t, db, mine)
			if got := strings.Join(all[seen:], "\n"); got != strings.Join(want, "\n") {
				t.Errorf("%s: the audit log has\n%s\nwant\n%s", what, got, strings.Join(want, "\n"))
			}
			seen = len(all)
		}
		in := input()
		in.Headers, in.SecretHeader, in.Description = map[string]any{"Authorization": "Basic eDp5"}, pointer("X-Secret"), pointer("CRM")
		w, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		recorded("made", fmt.Sprintf(`WEBHOOK_CREATED %s {"description":{"to":"CRM"},"eventTypeIds":{"to":[]},"format":{"to":"NATIVE"},`+
			`"headers":{"to":{"Authorization":"(hidden)"}},"meetingTypes":{"to":[]},"scope":{"to":"ORGANIZATION"},"secret":{"to":"(hidden)"},`+
			`"secretHeader":{"to":"X-Secret"},"subscriberUrl":{"to":"https://example.com/hook"},"triggers":{"to":["MEETING_BOOKED"]}}`, w.ID))
		for _, c := range []webhook.Changes{{}, {
			SubscriberURL: &in.SubscriberURL, Triggers: in.Triggers, EventTypeIDs: []string{}, Headers: in.Headers, Description: in.Description,
		}} {
			same := must(s.Update(mine.ctx, w.ID, c))(t)
			if d := diff(same, w); d != "" {
				t.Errorf("nothing to change (-want +got):\n%s", d)
			}
		}
		recorded("nothing to change")
		must(s.Update(mine.ctx, w.ID, webhook.Changes{
			Headers: map[string]any{"Authorization": "other"}, Description: pointer(""), MeetingTypes: []domain.MeetingType{domain.Solo},
		}))(t)
		recorded("changed", fmt.Sprintf(`WEBHOOK_UPDATED %s {"description":{"from":"CRM","to":null},`+
			`"headers":{"from":{"Authorization":"(hidden)"},"to":{"Authorization":"(hidden)"}},"meetingTypes":{"from":[],"to":["SOLO"]}}`, w.ID))
		_, err = s.Update(mine.ctx, w.ID, webhook.Changes{SubscriberURL: pointer("")})
		refused(t, "bad URL", err, "BAD_USER_INPUT subscriberUrl")
		recorded("refused")
		refused(t, "delete", s.Delete(mine.ctx, w.ID), "")
		recorded("deleted", fmt.Sprintf(`WEBHOOK_DELETED %s {"subscriberUrl":{"from":"https://example.com/hook","to":null}}`, w.ID))
	})
}

// entries is the app's audit log: action, target and changes.
func entries(t *testing.T, db *entdb.DB, of app) (lines []string) {
	t.Helper()
	all := must(db.Client.AuditEntry.Query().Where(auditentry.AppID(of.Rows["App"])).Order(ent.Asc("id")).All(viewer.System(t.Context())))(t)
	for _, e := range all {
		changes := must(json.Marshal(e.Changes))(t)
		lines = append(lines, fmt.Sprintf("%s %s %s", e.Action, e.TargetID, changes))
	}
	return lines
}
