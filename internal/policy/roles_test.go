package policy_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"slotcast/ent"
	"slotcast/ent/privacy"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// roles are the callers within an app: its owner and admin, the member who has
// the rows, one who has none of them, a booking page, the attendee, and one who
// is invited.
var roles = []string{"owner", "admin", "self", "other", "page", "attendee", "invited"}

// decisions say, for each entity and caller, what the data layer lets him do with
// its one row: nothing is "-", reading it "r", changing it besides "w". A zero
// stands for no error and no row.
func decisions() map[string]string {
	return map[string]string{
		//                   owner admin self other page attendee invited
		"AccessToken":      "w w w 0 - - -",
		"Agent":            "w w w r r r -",
		"AgentSlot":        "w w r 0 - - -",
		"Attendee":         "w w r 0 - r -",
		"AuditEntry":       "r - - - - - -",
		"Command":          "- - - - - - -",
		"Delivery":         "w w r 0 - - -",
		"Replay":           "r r r 0 - - -",
		"Event":            "r r r 0 - - -",
		"EventType":        "w w r r r r -",
		"Host":             "w w r r - - -",
		"IdentityProvider": "w - - - - - -",
		"Meeting":          "w w r 0 - r -",
		"Payment":          "w w r 0 - r -",
		"PublishableKey":   "w w - - - - -",
		"RoutingForm":      "w w r r - - -",
		"Schedule":         "w w w r - - -",
		"Webhook":          "w w w 0 - - -",

		"RoutingFormSubmission": "w w r 0 - - -",
	}
}

// caller is the context of a role.
func (f *fixture) caller(t *testing.T, role string) context.Context {
	t.Helper()
	v := viewer.Viewer{AppID: f.ours["App"], AgentID: "agt_other", Role: domain.Member}
	switch role {
	case "owner":
		v.Role = domain.Owner
	case "admin":
		v.Role = domain.Admin
	case "self":
		v.AgentID = f.ours["Agent"]
	case "page":
		v = viewer.Viewer{AppID: v.AppID, Kind: viewer.Page}
	case "attendee":
		seat, err := f.client.Attendee.Get(f.system, f.ours["Attendee"])
		if err != nil {
			t.Fatal(err)
		}
		v = viewer.Viewer{AppID: v.AppID, Kind: viewer.Attendee, ManageHash: string(seat.ManageHash)}
	case "invited":
		v.Kind = viewer.Invited
	}
	return viewer.With(t.Context(), v)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		if err := f.client.Webhook.UpdateOneID(f.ours["Webhook"]).SetScope(domain.ScopeUser).Exec(f.system); err != nil {
			t.Fatal(err)
		}
		decided := decisions()
		for name, e := range tenants() {
			want := strings.Fields(decided[name])
			if len(want) != len(roles) {
				t.Errorf("%s: %d decisions for %d roles", name, len(want), len(roles))
				continue
			}
			for i, role := range roles {
				if got := f.may(f.caller(t, role), t, name, e); got != want[i] {
					t.Errorf("%s of %s: %s, want %s", role, name, got, want[i])
				}
			}
		}
	})
}

// may finds out what a caller can do with our row.
func (f *fixture) may(ctx context.Context, t *testing.T, name string, e entity) string {
	t.Helper()
	n, err := call(chain(of(f.client, name), "Query"), "Count", ctx)
	switch {
	case errors.Is(err, privacy.Deny):
	case err != nil:
		t.Fatalf("%s: %v", name, err)
	case n == 0:
		return f.untouched(ctx, t, name, e, "0")
	}
	if err != nil {
		return f.untouched(ctx, t, name, e, "-")
	}
	changed := false
	f.undone(t, func(c *ent.Client) {
		_, err := e.operations(c, name, f.ours[name], f.ours)["update one"](ctx)
		changed = e.set != "" && err == nil
	})
	if changed {
		return "w"
	}
	return "r"
}

// untouched makes sure that what cannot be seen cannot be changed or deleted.
func (f *fixture) untouched(ctx context.Context, t *testing.T, name string, e entity, verdict string) string {
	t.Helper()
	f.undone(t, func(c *ent.Client) {
		for _, operation := range []string{"update one", "delete one"} {
			_, err := e.operations(c, name, f.ours[name], f.ours)[operation](ctx)
			if !errors.Is(err, privacy.Deny) && !ent.IsNotFound(err) {
				t.Errorf("%s of %s: %v", operation, name, err)
			}
		}
		for _, operation := range []string{"update", "delete"} {
			n, err := e.operations(c, name, f.ours[name], f.ours)[operation](ctx)
			if !errors.Is(err, privacy.Deny) && n != 0 {
				t.Errorf("%s of %s: %v rows, %v", operation, name, n, err)
			}
		}
	})
	return verdict
}

// What a token is not for is closed, whatever the role.
func TestScopesNarrow(t *testing.T) {
	t.Parallel()
	readers := map[domain.TokenScope][]string{
		domain.MeetingsRead:   {"Agent", "AgentSlot", "Attendee", "Event", "EventType", "Host", "Meeting", "Payment", "Schedule"},
		domain.EventTypesRead: {"Agent", "EventType", "Host", "Schedule"},
		domain.AgentsRead:     {"Agent", "Schedule"},
		domain.WebhooksRead:   {"Delivery", "Replay", "Webhook"},
		domain.AccessRead:     {"AccessToken", "AuditEntry", "IdentityProvider", "PublishableKey"},

		domain.RoutingFormsRead: {"Agent", "EventType", "Host", "RoutingForm", "RoutingFormSubmission", "Schedule"},
	}
	writers := map[domain.TokenScope][]string{
		domain.MeetingsWrite:   {"AgentSlot", "Attendee", "Meeting", "Payment"},
		domain.EventTypesWrite: {"EventType", "Host"},
		domain.AgentsWrite:     {"Agent", "Schedule"},
		domain.WebhooksWrite:   {"Delivery", "Webhook"},
		domain.AccessWrite:     {"AccessToken", "IdentityProvider", "PublishableKey"},

		domain.RoutingFormsWrite: {"RoutingForm", "RoutingFormSubmission"},
	}
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		for _, word := range domain.TokenScope("").Values() {
			scope := domain.TokenScope(word)
			ctx := viewer.With(t.Context(), viewer.Viewer{
				AppID: f.ours["App"], AgentID: f.ours["Agent"], Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{scope}),
			})
			for name, e := range tenants() {
				got := f.may(ctx, t, name, e)
				if reads, want := got == "r" || got == "w", slices.Contains(readers[reading(scope)], name); reads != want {
					t.Errorf("%s of %s: %s", scope, name, got)
				}
				if writes, want := got == "w", slices.Contains(writers[scope], name); writes != want {
					t.Errorf("%s of %s: %s", scope, name, got)
				}
			}
		}
	})
}

// reading is the scope that a writing one includes.
func reading(s domain.TokenScope) domain.TokenScope {
	return domain.TokenScope(strings.Replace(string(s), "_WRITE", "_READ", 1))
}

// A member cannot give himself what is not his.
func TestMembersMakeNothingOfOthers(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		other, err := f.client.Agent.Create().SetAppID(f.ours["App"]).SetName("x").SetEmail("x").SetTimeZone("UTC").
			SetRole(domain.Owner).Save(f.system)
		if err != nil {
			t.Fatal(err)
		}
		ctx := f.caller(t, "self")
		token := func(agentID string) error {
			return f.client.AccessToken.Create().SetAgentID(agentID).SetName("x").SetPrefix("x").SetHash([]byte("x" + agentID)[:20]).Exec(ctx)
		}
		hook := func(scope domain.WebhookScope, agentID string) error {
			return f.client.Webhook.Create().SetAgentID(agentID).SetSubscriberURL("x").SetTriggers([]domain.Trigger{}).
				SetScope(scope).SetFormat(domain.FormatNative).SetSecret("x").Exec(ctx)
		}
		for what, err := range map[string]error{
			"his token": token(f.ours["Agent"]), "his webhook": hook(domain.ScopeUser, f.ours["Agent"]),
			"his name": f.client.Agent.UpdateOneID(f.ours["Agent"]).SetName("y").Exec(ctx),
		} {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		for what, err := range map[string]error{
			"another's token":       token(other.ID),
			"another's webhook":     hook(domain.ScopeUser, other.ID),
			"a webhook of the app":  hook(domain.ScopeOrganization, f.ours["Agent"]),
			"his role":              f.client.Agent.UpdateOneID(f.ours["Agent"]).SetRole(domain.Admin).Exec(ctx),
			"his status":            f.client.Agent.UpdateOneID(f.ours["Agent"]).SetStatus(domain.AgentInvited).Exec(ctx),
			"his external id":       f.client.Agent.UpdateOneID(f.ours["Agent"]).SetExternalID("x").Exec(ctx),
			"himself":               f.client.Agent.DeleteOneID(f.ours["Agent"]).Exec(ctx),
			"an agent":              f.client.Agent.Create().SetName("x").SetEmail("z").SetTimeZone("UTC").SetRole(domain.Member).Exec(ctx),
			"another's schedule":    f.client.Schedule.Create().SetAgentID(other.ID).SetWeeklyHours(nil).SetDateOverrides(nil).Exec(ctx),
			"an entry of the audit": f.client.AuditEntry.Create().SetAction(domain.AuditAgentCreated).SetTargetID("x").SetActorType(domain.ActorSystem).SetChanges(nil).Exec(ctx),
		} {
			if !errors.Is(err, privacy.Deny) {
				t.Errorf("%s: %v, want a denial", what, err)
			}
		}
	})
}
