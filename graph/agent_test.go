package graph_test

import (
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

const (
	agentFields = `{
		id name email timeZone role
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
		want := vars{"id": least["id"], "name": "Ben", "email": "ben@example.org", "timeZone": "UTC", "role": "MEMBER", "schedule": nil}
		o.lasts(t, "the least", readAgent, want, least)

		got := o.run(t, createAgent, in(vars{"name": "Nil", "email": "nil@example.org", "timeZone": nil, "role": nil, "schedule": nil}))
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
			"name": "Cleo", "email": "cleo@example.org", "timeZone": "Asia/Tokyo", "role": "OWNER", "schedule": hours,
		}))
		want = vars{"id": got["id"], "name": "Cleo", "email": "cleo@example.org", "timeZone": "Asia/Tokyo", "role": "OWNER", "schedule": hours}
		o.lasts(t, "the full one", readAgent, want, got)

		for _, step := range []struct {
			name          string
			input, expect vars
		}{
			{"nothing", vars{}, nil},
			{"nulls that leave", vars{"name": nil, "email": nil, "timeZone": nil}, nil},
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
			update("role", member.agent.ID, "role", "OWNER", "BAD_USER_INPUT", "role"),
		} {
			o.refused(t, c)
		}
		admin.refused(t, create("OWNER by an ADMIN", "role", "OWNER", "FORBIDDEN", "role"))
		member.refused(t, create("by a MEMBER", "name", "X", "FORBIDDEN", ""))
		member.refused(t, update("another one by a MEMBER", admin.agent.ID, "name", "X", "FORBIDDEN", ""))
		self := member.run(t, updateAgent, vars{"id": member.agent.ID, "in": vars{"name": "Benjamin"}})
		if self["name"] != "Benjamin" {
			t.Errorf("a MEMBER made himself %v", self)
		}
	})
}
