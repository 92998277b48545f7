package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/account"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	eventTypeFields = `{
		id name slug type durationMinutes durations slotIntervalMinutes bufferBeforeMinutes bufferAfterMinutes
		minimumNoticeMinutes horizonDays maxAttendees currencyCode amountOnDuration holdMinutes refundNoticeMinutes
		questions { question type required choices } reminders { channel beforeMinutes } mode modeNote active archivedAt
		agents { id schedule { weeklyHours { from } } }
	}`
	createEventType  = `mutation($in: CreateEventTypeInput!) { createEventType(input: $in) ` + eventTypeFields + ` }`
	updateEventType  = `mutation($id: ID!, $in: UpdateEventTypeInput!) { updateEventType(id: $id, input: $in) ` + eventTypeFields + ` }`
	archiveEventType = `mutation($id: ID!) { archiveEventType(id: $id) ` + eventTypeFields + ` }`
	readEventType    = `query($id: ID!) { eventType(id: $id) ` + eventTypeFields + ` }`
)

// run returns what the only field of an operation answers.
func (o *tenant) run(t *testing.T, query string, variables vars) vars {
	t.Helper()
	var out map[string]vars
	o.Do(t, query, variables, &out)
	for _, answer := range out {
		return answer
	}
	return nil
}

// member adds an agent of the app, with a token.
func (s *server) member(t *testing.T, o *tenant, name string, role domain.Role) *tenant {
	t.Helper()
	ctx := viewer.System(t.Context())
	agent, err := s.client.Agent.Create().SetAppID(o.app.ID).SetName(name).SetEmail(name + "@example.org").
		SetTimeZone("UTC").SetRole(role).Save(ctx)
	must(t, err)
	token, err := account.New(account.Config{Client: s.client}).CreateToken(ctx, o.app.ID, agent.ID, "test")
	must(t, err)
	copied, client := *o, *o.Client
	client.Token = token
	copied.Client, copied.agent = &client, agent
	return &copied
}

// lasts compares an answer and what is read afterwards with what is expected.
func (o *tenant) lasts(t *testing.T, what, query string, want, got vars) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	if diff := cmp.Diff(want, o.run(t, query, vars{"id": got["id"]})); diff != "" {
		t.Errorf("%s, read (-want +got):\n%s", what, diff)
	}
}

func TestCreateEventType(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		least := o.run(t, createEventType, in(vars{"name": "Deep Dive", "durationMinutes": 60}))
		want := vars{
			"id": least["id"], "name": "Deep Dive", "slug": "deep-dive", "type": "SOLO", "durationMinutes": 60.0, "durations": []any{60.0},
			"slotIntervalMinutes": nil, "bufferBeforeMinutes": 0.0, "bufferAfterMinutes": 0.0, "minimumNoticeMinutes": 0.0,
			"horizonDays": 365.0, "maxAttendees": 1.0, "currencyCode": nil, "amountOnDuration": vars{}, "holdMinutes": 15.0,
			"refundNoticeMinutes": nil, "questions": []any{}, "reminders": []any{}, "mode": "ONLINE", "modeNote": nil, "active": true,
			"archivedAt": nil, "agents": []any{vars{"id": o.agent.ID, "schedule": nil}},
		}
		o.lasts(t, "the least", readEventType, want, least)

		nulls := vars{"name": "Nulls", "durationMinutes": 60}
		for _, field := range []string{
			"slug", "type", "agentIds", "durations", "slotIntervalMinutes", "bufferBeforeMinutes", "bufferAfterMinutes",
			"minimumNoticeMinutes", "horizonDays", "maxAttendees", "currencyCode", "amountOnDuration", "holdMinutes",
			"refundNoticeMinutes", "questions", "reminders", "mode", "modeNote", "active",
		} {
			nulls[field] = nil
		}
		got := o.run(t, createEventType, in(nulls))
		want["id"], want["name"], want["slug"] = got["id"], "Nulls", "nulls"
		o.lasts(t, "nulls", readEventType, want, got)

		other := s.member(t, o, "Ben", domain.Member)
		got = o.run(t, createEventType, in(vars{
			"name": "Tasting", "slug": "cellar", "type": "GROUP", "agentIds": []string{other.agent.ID, o.agent.ID},
			"durationMinutes": 60, "durations": []int{90, 30}, "slotIntervalMinutes": 15, "bufferBeforeMinutes": 5,
			"bufferAfterMinutes": 10, "minimumNoticeMinutes": 120, "horizonDays": 30, "maxAttendees": 12, "currencyCode": "EUR",
			"amountOnDuration": vars{"30": 12.5, "60": 20, "90": json.Number("0.30000000000000004")}, "holdMinutes": 20,
			"refundNoticeMinutes": 1440, "questions": []vars{{"question": "Diet?", "type": "CHOICE", "required": true, "choices": []string{"any"}}, {"question": "Why?"}},
			"reminders": []vars{{"channel": "SMS", "beforeMinutes": 5}}, "mode": "ON_SITE", "modeNote": "Cellar 1", "active": false,
		}))
		want = vars{
			"id": got["id"], "name": "Tasting", "slug": "cellar", "type": "GROUP", "durationMinutes": 60.0, "durations": []any{30.0, 60.0, 90.0},
			"slotIntervalMinutes": 15.0, "bufferBeforeMinutes": 5.0, "bufferAfterMinutes": 10.0, "minimumNoticeMinutes": 120.0,
			"horizonDays": 30.0, "maxAttendees": 12.0, "currencyCode": "EUR",
			"amountOnDuration": vars{"30": 12.5, "60": 20.0, "90": 0.3}, "holdMinutes": 20.0, "refundNoticeMinutes": 1440.0,
			"questions": []any{
				vars{"question": "Diet?", "type": "CHOICE", "required": true, "choices": []any{"any"}},
				vars{"question": "Why?", "type": "TEXT", "required": false, "choices": []any{}},
			},
			"reminders": []any{vars{"channel": "SMS", "beforeMinutes": 5.0}}, "mode": "ON_SITE", "modeNote": "Cellar 1", "active": false,
			"archivedAt": nil,
			"agents":     []any{vars{"id": o.agent.ID, "schedule": nil}, vars{"id": other.agent.ID, "schedule": nil}},
		}
		o.lasts(t, "the full one", readEventType, want, got)
	})
}

// What is left out stays; a null takes away what may be missing, and leaves all
// else.
func TestUpdateEventType(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		want := o.run(t, createEventType, in(vars{
			"name": "Deep Dive", "durationMinutes": 60, "durations": []int{30}, "slotIntervalMinutes": 15, "currencyCode": "EUR",
			"amountOnDuration": vars{"30": 1, "60": 2}, "refundNoticeMinutes": 60, "modeNote": "Room 1",
			"questions": []vars{{"question": "Why?"}}, "reminders": []vars{{"channel": "SMS", "beforeMinutes": 5}},
		}))
		change := func(name string, input, expect vars) {
			t.Helper()
			for field, v := range expect {
				want[field] = v
			}
			o.lasts(t, name, readEventType, want, o.run(t, updateEventType, vars{"id": want["id"], "in": input}))
		}
		change("nothing", vars{}, nil)
		nulls := vars{}
		for _, field := range []string{
			"name", "slug", "agentIds", "durationMinutes", "durations", "bufferBeforeMinutes", "bufferAfterMinutes",
			"minimumNoticeMinutes", "horizonDays", "maxAttendees", "holdMinutes", "questions", "reminders", "mode", "active",
		} {
			nulls[field] = nil
		}
		change("nulls that leave", nulls, nil)
		change("one price", vars{"amountOnDuration": vars{"30": 0, "60": 19.99}}, vars{"amountOnDuration": vars{"30": 0.0, "60": 19.99}})
		change("currency", vars{"currencyCode": "USD"}, vars{"currencyCode": "USD"})
		change("nulls that take away", vars{
			"slotIntervalMinutes": nil, "currencyCode": nil, "amountOnDuration": nil, "refundNoticeMinutes": nil, "modeNote": nil,
		}, vars{"slotIntervalMinutes": nil, "currencyCode": nil, "amountOnDuration": vars{}, "refundNoticeMinutes": nil, "modeNote": nil})
		change("empty lists", vars{"durations": []int{}, "questions": []vars{}, "reminders": []vars{}},
			vars{"durations": []any{60.0}, "questions": []any{}, "reminders": []any{}})
		other := s.member(t, o, "Ben", domain.Member)
		change("agents", vars{"agentIds": []string{other.agent.ID}}, vars{"agents": []any{vars{"id": other.agent.ID, "schedule": nil}}})
		change("the rest", vars{
			"name": "X", "slug": "x", "durationMinutes": 45, "durations": []int{15, 45}, "slotIntervalMinutes": 5, "bufferBeforeMinutes": 1,
			"bufferAfterMinutes": 2, "minimumNoticeMinutes": 3, "horizonDays": 4, "maxAttendees": 1, "holdMinutes": 5,
			"refundNoticeMinutes": 0, "mode": "PHONE", "modeNote": "call", "active": false,
		}, vars{
			"name": "X", "slug": "x", "durationMinutes": 45.0, "durations": []any{15.0, 45.0}, "slotIntervalMinutes": 5.0,
			"bufferBeforeMinutes": 1.0, "bufferAfterMinutes": 2.0, "minimumNoticeMinutes": 3.0, "horizonDays": 4.0, "maxAttendees": 1.0,
			"holdMinutes": 5.0, "refundNoticeMinutes": 0.0, "mode": "PHONE", "modeNote": "call", "active": false,
		})
		archived := o.run(t, archiveEventType, vars{"id": want["id"]})
		want["archivedAt"], want["active"] = archived["archivedAt"], false
		if want["archivedAt"] == nil {
			t.Error("it is not archived")
		}
		o.lasts(t, "archived", readEventType, want, archived)
	})
}

func TestEventTypesAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		member := s.member(t, o, "Ben", domain.Member)
		good := vars{"name": "Deep Dive", "durationMinutes": 60}
		create := func(name, field string, value any, code, at string) badInput {
			return badInput{"create: " + name, createEventType, in(with(good, field, value)), code, at}
		}
		update := func(name, id, field string, value any, code, at string) badInput {
			return badInput{"update: " + name, updateEventType, vars{"id": id, "in": vars{field: value}}, code, at}
		}
		for _, c := range []badInput{
			create("no name", "name", nil, "BAD_USER_INPUT", "name"),
			create("slug that is taken", "slug", "intro-call", "BAD_USER_INPUT", "slug"),
			create("unknown type", "type", "DUEL", "BAD_USER_INPUT", "type"),
			create("another app's agent", "agentIds", []string{o.agent.ID, other.agent.ID}, "NOT_FOUND", "agentIds.1"),
			create("duration beyond a day", "durationMinutes", 1441, "BAD_USER_INPUT", "durationMinutes"),
			create("duration beyond Int", "durationMinutes", json.Number("1e30"), "BAD_USER_INPUT", "durationMinutes"),
			create("null among durations", "durations", []any{nil}, "BAD_USER_INPUT", "durations.0"),
			create("price without a currency", "amountOnDuration", vars{"60": 1}, "BAD_USER_INPUT", "currencyCode"),
			create("prices that are no object", "amountOnDuration", []int{1}, "BAD_USER_INPUT", "amountOnDuration"),
			create("unknown question type", "questions", []vars{{"question": "Why?", "type": "RIDDLE"}}, "BAD_USER_INPUT", "questions.0.type"),
			create("CHOICE without choices", "questions", []vars{{"question": "Why?", "type": "CHOICE"}}, "BAD_USER_INPUT", "questions.0.choices"),
			create("reminder at the start", "reminders", []vars{{"channel": "SMS", "beforeMinutes": 0}}, "BAD_USER_INPUT", "reminders.0.beforeMinutes"),
			create("unknown field", "appId", other.app.ID, "BAD_USER_INPUT", "appId"),
			{"create: price in fractions of a cent", createEventType, in(with(with(good, "currencyCode", "EUR"), "amountOnDuration", vars{"60": 1.005})),
				"BAD_USER_INPUT", "amountOnDuration.60"},
			update("another app's", other.eventType.ID, "name", "X", "NOT_FOUND", "id"),
			update("unknown", typeid.New(typeid.EventType), "name", "X", "NOT_FOUND", "id"),
			update("type", o.eventType.ID, "type", "GROUP", "BAD_USER_INPUT", "type"),
			update("no agents", o.eventType.ID, "agentIds", []string{}, "BAD_USER_INPUT", "agentIds"),
			update("currency that is none", o.eventType.ID, "currencyCode", "euro", "BAD_USER_INPUT", "currencyCode"),
			{"archive: another app's", archiveEventType, vars{"id": other.eventType.ID}, "NOT_FOUND", "id"},
		} {
			o.refused(t, c)
		}
		for _, c := range []badInput{
			{"create by a MEMBER", createEventType, in(good), "FORBIDDEN", ""},
			update("by a MEMBER", o.eventType.ID, "name", "X", "FORBIDDEN", ""),
			{"archive by a MEMBER", archiveEventType, vars{"id": o.eventType.ID}, "FORBIDDEN", ""},
		} {
			member.refused(t, c)
		}
		o.run(t, archiveEventType, vars{"id": o.eventType.ID})
		o.refused(t, update("archived", o.eventType.ID, "name", "X", "CONFLICT", ""))
		o.refused(t, badInput{"archive: again", archiveEventType, vars{"id": o.eventType.ID}, "CONFLICT", ""})
	})
}

// TestCatalogStatements: neither longer lists nor more agents take more
// statements.
func TestCatalogStatements(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		var agents []string
		for i := range 20 {
			made := o.run(t, createAgent, in(vars{"name": "A", "email": fmt.Sprintf("a%d@example.org", i), "schedule": vars{
				"weeklyHours": []vars{{"weekday": "MONDAY", "from": "09:00", "until": "17:00"}},
			}}))
			agents = append(agents, made["id"].(string))
			o.run(t, createEventType, in(vars{"name": "E", "durationMinutes": 30, "agentIds": agents}))
		}
		o = s.as(t, o, viewer.Viewer{}) // else the token is looked up now and then, and counted
		statements := func(query string, variables vars) int64 {
			before := s.statements.Load()
			o.Do(t, query, variables, nil)
			return s.statements.Load() - before
		}
		for _, query := range []string{
			`eventTypes(first: %d) { edges { node { durations questions { choices } agents { name schedule { weeklyHours { from } } } } } }`,
			`agents(first: %d) { edges { node { schedule { weeklyHours { from } dateOverrides { windows { from } } agent { name } } } } }`,
		} {
			few, many := statements(fmt.Sprintf(`{ `+query+` }`, 5), nil), statements(fmt.Sprintf(`{ `+query+` }`, 20), nil)
			t.Logf("%d statements: %s", many, query)
			if few != many || few == 0 {
				t.Errorf("%s: %d statements for 5 rows, %d for 20", query, few, many)
			}
		}
		change := func(n int) int64 {
			return statements(updateEventType, vars{"id": o.eventType.ID, "in": vars{"agentIds": agents[:n]}})
		}
		change(3)
		if few, many := change(5), change(20); few != many {
			t.Errorf("a change with 5 agents takes %d statements, with 20 %d", few, many)
		}
	})
}
