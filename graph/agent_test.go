package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/ent/accesstoken"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	agentFields = `{
		id name email timeZone role status externalId
		schedule { weeklyHours { weekday from until } dateOverrides { date windows { from until } } }
	}`
	createAgent = `mutation($in: CreateAgentInput!) { createAgent(input: $in) ` + agentFields + ` }`
	updateAgent = `mutation($id: ID!, $in: UpdateAgentInput!) { updateAgent(id: $id, input: $in) ` + agentFields + ` }`
	readAgent   = `query($id: ID!) { agent(id: $id) ` + agentFields + ` }`
)

func TestAgents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		least := o.run(t, createAgent, in(vars{"name": "Ben", "email": "ben@example.org"}))
		want := vars{
			"id": least["id"], "name": "Ben", "email": "ben@example.org", "timeZone": "UTC", "role": "MEMBER", "status": "ACTIVE",
			"externalId": nil, "schedule": nil,
		}
		o.lasts(t, "the least", readAgent, want, least)

		got := o.run(t, createAgent, in(vars{"name": "Nil", "email": "nil@example.org", "timeZone": nil, "role": nil, "externalId": nil, "schedule": nil}))
		want["id"], want["name"], want["email"] = got["id"], "Nil", "nil@example.org"
		o.lasts(t, "nulls", readAgent, want, got)

		hours := vars{
			"weeklyHours": []any{vars{"weekday": "MONDAY", "from": "09:00", "until": "24:00"}},
			"dateOverrides": []any{
				vars{"date": "2027-12-24", "windows": []any{}},
				vars{"date": "2027-12-23", "windows": []any{vars{"from": "10:00", "until": "11:00"}}},
			},
		}
		got = o.run(t, createAgent, in(vars{
			"name": "Cleo", "email": "cleo@example.org", "timeZone": "Asia/Tokyo", "role": "OWNER", "externalId": "okta|7",
			"schedule": hours,
		}))
		want = vars{
			"id": got["id"], "name": "Cleo", "email": "cleo@example.org", "timeZone": "Asia/Tokyo", "role": "OWNER", "status": "ACTIVE",
			"externalId": "okta|7", "schedule": hours,
		}
		o.lasts(t, "the full one", readAgent, want, got)

		for _, step := range []struct {
			name          string
			input, expect vars
		}{
			{"nothing", vars{}, nil},
			{"nulls that leave", vars{"name": nil, "email": nil, "timeZone": nil, "role": nil}, nil},
			{"role", vars{"role": "ADMIN"}, vars{"role": "ADMIN"}},
			{"external id", vars{"externalId": "x"}, vars{"externalId": "x"}},
			{"no external id", vars{"externalId": nil}, vars{"externalId": nil}},
			{"name", vars{"name": "X"}, vars{"name": "X"}},
			{"e-mail and zone", vars{"email": "x@example.org", "timeZone": "UTC"}, vars{"email": "x@example.org", "timeZone": "UTC"}},
			{"never", vars{"schedule": vars{"weeklyHours": []vars{}}}, vars{"schedule": vars{"weeklyHours": []any{}, "dateOverrides": []any{}}}},
			{"overrides null", vars{"schedule": vars{"weeklyHours": hours["weeklyHours"], "dateOverrides": nil}},
				vars{"schedule": vars{"weeklyHours": hours["weeklyHours"], "dateOverrides": []any{}}}},
			{"at any time", vars{"schedule": nil}, vars{"schedule": nil}},
		} {
			for field, v := range step.expect {
				want[field] = v
			}
			o.lasts(t, step.name, readAgent, want, o.run(t, updateAgent, vars{"id": want["id"], "in": step.input}))
		}
	})
}

func TestAgentsAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		admin, member := s.member(t, o, "ada", domain.Admin), s.member(t, o, "ben", domain.Member)
		good := vars{"name": "Cleo", "email": "cleo@example.org"}
		create := func(name, field string, value any, code, at string) badInput {
			return badInput{"create: " + name, createAgent, in(with(good, field, value)), code, at}
		}
		update := func(name, id, field string, value any, code, at string) badInput {
			return badInput{"update: " + name, updateAgent, vars{"id": id, "in": vars{field: value}}, code, at}
		}
		week := func(day, from, until string) vars {
			return vars{"weeklyHours": []vars{{"weekday": day, "from": from, "until": until}}}
		}
		for _, c := range []badInput{
			create("no e-mail", "email", nil, "BAD_USER_INPUT", "email"),
			create("e-mail that is taken", "email", "ada@example.org", "BAD_USER_INPUT", "email"),
			create("unknown role", "role", "KING", "BAD_USER_INPUT", "role"),
			create("unknown zone", "timeZone", "Mars/Olympus", "BAD_USER_INPUT", "timeZone"),
			create("unknown day", "schedule", week("FUNDAY", "09:00", "17:00"), "BAD_USER_INPUT", "schedule.weeklyHours.0.weekday"),
			create("hours backwards", "schedule", week("MONDAY", "17:00", "09:00"), "BAD_USER_INPUT", "schedule.weeklyHours.0.until"),
			create("schedule without hours", "schedule", vars{}, "BAD_USER_INPUT", "schedule.weeklyHours"),
			update("e-mail that is taken", member.agent.ID, "email", "ada@example.org", "BAD_USER_INPUT", "email"),
			update("another app's", other.agent.ID, "name", "X", "NOT_FOUND", "id"),
			update("unknown", typeid.New(typeid.Agent), "name", "X", "NOT_FOUND", "id"),
			create("e-mail that is taken, in another case", "email", "ADA@example.org", "BAD_USER_INPUT", "email"),
			create("blank external id", "externalId", " ", "BAD_USER_INPUT", "externalId"),
			update("unknown role", member.agent.ID, "role", "KING", "BAD_USER_INPUT", "role"),
			update("the last owner", o.agent.ID, "role", "ADMIN", "CONFLICT", "role"),
		} {
			o.refused(t, c)
		}
		admin.refused(t, create("OWNER by an ADMIN", "role", "OWNER", "FORBIDDEN", "role"))
		admin.refused(t, update("OWNER by an ADMIN", o.agent.ID, "email", "x@example.org", "FORBIDDEN", ""))
		admin.refused(t, update("to OWNER by an ADMIN", member.agent.ID, "role", "OWNER", "FORBIDDEN", "role"))
		member.refused(t, update("his own role", member.agent.ID, "role", "ADMIN", "FORBIDDEN", "role"))
		member.refused(t, create("by a MEMBER", "name", "X", "FORBIDDEN", ""))
		member.refused(t, update("another one by a MEMBER", admin.agent.ID, "name", "X", "FORBIDDEN", ""))
		self := member.run(t, updateAgent, vars{"id": member.agent.ID, "in": vars{"name": "Benjamin"}})
		if self["name"] != "Benjamin" {
			t.Errorf("a MEMBER made himself %v", self)
		}
	})
}

const (
	inviteAgent = `mutation($in: InviteAgentInput!) { inviteAgent(input: $in) { token expiresAt agent ` + agentFields + ` } }`
	accept      = `mutation($in: AcceptInvitationInput) {
		acceptInvitation(input: $in) { token accessToken { id name scopes expiresAt agent ` + agentFields + ` } }
	}`
	turnAgent = `mutation($id: ID!) { %s(id: $id) ` + agentFields + ` }`
)

// invitee is whoever was given an invitation.
func (s *server) invitee(t *testing.T, o *tenant, token string) *tenant {
	t.Helper()
	row, err := s.client.AccessToken.Query().Where(accesstoken.Hash(credential.Hash(token))).WithAgent().Only(viewer.System(t.Context()))
	must(t, err)
	return s.as(t, o, viewer.Viewer{Kind: viewer.Invited, AgentID: row.AgentID, Role: row.Edges.Agent.Role, CredentialID: row.ID, Until: *row.ExpiresAt})
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		made := o.run(t, inviteAgent, in(vars{"email": "cleo@example.org"}))
		want := vars{
			"id": made["agent"].(vars)["id"], "name": "cleo", "email": "cleo@example.org", "timeZone": "UTC", "role": "MEMBER",
			"status": "INVITED", "externalId": nil, "schedule": nil,
		}
		o.lasts(t, "invited", readAgent, want, made["agent"].(vars))
		if ends, err := time.Parse(time.RFC3339, made["expiresAt"].(string)); err != nil || ends.Before(time.Now().Add(6*24*time.Hour)) {
			t.Errorf("it ends at %v, %v", ends, err)
		}
		token := made["token"].(string)
		if !strings.HasPrefix(token, "slci_") {
			t.Errorf("the invitation is %s", token)
		}
		cleo := s.invitee(t, o, token)
		me := cleo.run(t, `{ viewer { kind role app { name } agent { name email status } } }`, nil)
		if agent := me["agent"].(vars); me["kind"] != "INVITED" || agent["email"] != "cleo@example.org" || agent["status"] != "INVITED" {
			t.Errorf("she is %v", me)
		}
		for _, query := range []string{`{ agents { totalCount } }`, `{ meetings { totalCount } }`, `{ accessTokens { totalCount } }`} {
			cleo.refused(t, badInput{query, query, nil, "FORBIDDEN", ""})
		}
		cleo.refused(t, badInput{"blank name", accept, in(vars{"name": " "}), "BAD_USER_INPUT", "name"})
		got := cleo.run(t, accept, in(vars{"name": "Cleo", "timeZone": "Asia/Tokyo"}))
		want["name"], want["timeZone"], want["status"] = "Cleo", "Asia/Tokyo", "ACTIVE"
		o.lasts(t, "joined", readAgent, want, got["accessToken"].(vars)["agent"].(vars))
		cleo.refused(t, badInput{"a second time", accept, nil, "CONFLICT", ""})

		client := *o.Client
		client.Token = got["token"].(string)
		var is struct {
			Viewer struct{ Agent struct{ ID string } }
		}
		client.Do(t, `{ viewer { agent { id } } }`, nil, &is)
		if is.Viewer.Agent.ID != want["id"] {
			t.Errorf("the token is of %s", is.Viewer.Agent.ID)
		}
		o.refused(t, badInput{"without an invitation", accept, nil, "FORBIDDEN", ""})
		o.refused(t, badInput{"who is here", inviteAgent, in(vars{"email": "CLEO@example.org"}), "BAD_USER_INPUT", "email"})
		none := s.invitee(t, o, o.run(t, inviteAgent, in(vars{"email": "dan@example.org", "name": "Dan", "role": "ADMIN"}))["token"].(string))
		if dan := none.run(t, accept, nil)["accessToken"].(vars)["agent"].(vars); dan["name"] != "Dan" || dan["role"] != "ADMIN" {
			t.Errorf("nothing said: %v", dan)
		}
	})
}

func TestDeactivation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		member := s.member(t, o, "ben", domain.Member)
		id := vars{"id": member.agent.ID}
		off, on := fmt.Sprintf(turnAgent, "deactivateAgent"), fmt.Sprintf(turnAgent, "reactivateAgent")
		want := vars{
			"id": member.agent.ID, "name": "ben", "email": "ben@example.org", "timeZone": "UTC", "role": "MEMBER", "status": "DEACTIVATED",
			"externalId": nil, "schedule": nil,
		}
		member.refused(t, badInput{"by a MEMBER", off, id, "FORBIDDEN", ""})
		o.refused(t, badInput{"who is here", on, id, "CONFLICT", ""})
		o.refused(t, badInput{"the last owner", off, vars{"id": o.agent.ID}, "CONFLICT", ""})
		o.refused(t, badInput{"unknown", off, vars{"id": typeid.New(typeid.Agent)}, "NOT_FOUND", "id"})
		o.lasts(t, "away", readAgent, want, o.run(t, off, id))
		o.refused(t, badInput{"who is away", off, id, "CONFLICT", ""})
		want["status"] = "ACTIVE"
		o.lasts(t, "back", readAgent, want, o.run(t, on, id))
	})
}
