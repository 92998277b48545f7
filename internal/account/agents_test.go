package account_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/internal/account"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

func agentInput(name string) account.AgentInput {
	return account.AgentInput{Name: name, Email: name + "@example.org", TimeZone: "UTC", Role: domain.Member}
}

// officeHours is a schedule with something of everything.
func officeHours() *account.Schedule {
	return &account.Schedule{
		WeeklyHours: []domain.WeeklyHours{
			{Weekday: domain.Monday, Window: domain.Window{From: "09:00", Until: "12:00"}},
			{Weekday: domain.Monday, Window: domain.Window{From: "12:00", Until: "24:00"}},
		},
		DateOverrides: []domain.DateOverride{
			{Date: "2027-12-24"}, {Date: "2027-12-23", Windows: []domain.Window{{From: "10:00", Until: "11:00"}}},
		},
	}
}

// matches compares an answer and its row with what is expected.
func (m *members) matches(what string, got *ent.Agent, want account.AgentInput) {
	m.t.Helper()
	row := must(m.client.Agent.Query().Where(agent.ID(got.ID)).WithSchedule().Only(m.as(domain.Owner)))(m.t)
	for name, a := range map[string]*ent.Agent{what: got, what + ", its row": row} {
		in := account.AgentInput{Name: a.Name, Email: a.Email, TimeZone: a.TimeZone, Role: a.Role, ExternalID: a.ExternalID}
		if s, err := a.Edges.ScheduleOrErr(); err == nil {
			in.Schedule = &account.Schedule{WeeklyHours: s.WeeklyHours, DateOverrides: s.DateOverrides}
			if s.WeeklyHours == nil || s.DateOverrides == nil || s.AppID != m.app {
				m.t.Errorf("%s: the schedule is %v", name, s)
			}
		} else if ent.IsNotLoaded(err) {
			m.t.Errorf("%s: the schedule was not read", name)
		}
		if diff := cmp.Diff(want, in, cmpopts.EquateEmpty()); diff != "" || a.AppID != m.app {
			m.t.Errorf("%s of app %s (-want +got):\n%s", name, a.AppID, diff)
		}
	}
}

func TestCreateAgent(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		m := newMembers(t, db)
		in := agentInput("Dora")
		m.matches("the least", must(m.CreateAgent(m.as(domain.Admin), in))(t), in)
		in = account.AgentInput{
			Name: strings.Repeat("é", 100), Email: "ada@example.com.invalid", TimeZone: "America/Argentina/Buenos_Aires",
			Role: domain.Admin, ExternalID: pointer("auth0|7"), Schedule: officeHours(),
		}
		m.matches("the full one", must(m.CreateAgent(m.as(domain.Admin), in))(t), in)
		in = agentInput("Never")
		in.Role, in.Schedule = domain.Owner, &account.Schedule{}
		m.matches("one who can never be booked", must(m.CreateAgent(m.as(domain.Owner), in))(t), in)
		in = agentInput("Ada")
		in.Email = "bob@example.org"
		must(m.CreateAgent(m.as(domain.Owner), in))(t) // a name may come twice
	})
}

// Every change alone leaves all else as it is.
func TestUpdateAgent(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		m := newMembers(t, db)
		want := agentInput("Dora")
		id := must(m.CreateAgent(m.as(domain.Owner), want))(t).ID
		short := &account.Schedule{WeeklyHours: officeHours().WeeklyHours[:1]}
		for _, step := range []struct {
			name    string
			changes account.AgentChanges
			apply   func()
		}{
			{"nothing", account.AgentChanges{}, func() {}},
			{"name", account.AgentChanges{Name: pointer("X")}, func() { want.Name = "X" }},
			{"e-mail", account.AgentChanges{Email: pointer("x@example.org")}, func() { want.Email = "x@example.org" }},
			{"own e-mail", account.AgentChanges{Email: pointer("x@example.org")}, func() {}},
			{"no schedule where there is none", account.AgentChanges{Schedule: new(*account.Schedule)}, func() {}},
			{"first schedule", account.AgentChanges{Schedule: pointer(officeHours())}, func() { want.Schedule = officeHours() }},
			{"zone", account.AgentChanges{TimeZone: pointer("Asia/Tokyo")}, func() { want.TimeZone = "Asia/Tokyo" }},
			{"external id", account.AgentChanges{ExternalID: pointer(pointer("x"))}, func() { want.ExternalID = pointer("x") }},
			{"another external id", account.AgentChanges{ExternalID: pointer(pointer("y"))}, func() { want.ExternalID = pointer("y") }},
			{"no external id", account.AgentChanges{ExternalID: new(*string)}, func() { want.ExternalID = nil }},
			{"role", account.AgentChanges{Role: pointer(domain.Admin)}, func() { want.Role = domain.Admin }},
			{"case of the e-mail", account.AgentChanges{Email: pointer("X@example.org")}, func() { want.Email = "X@example.org" }},
			{"another schedule", account.AgentChanges{Schedule: &short}, func() { want.Schedule = short }},
			{"no schedule", account.AgentChanges{Schedule: new(*account.Schedule)}, func() { want.Schedule = nil }},
		} {
			got, err := m.UpdateAgent(m.as(domain.Admin), id, step.changes)
			if err != nil {
				t.Errorf("%s: %v", step.name, err)
				continue
			}
			step.apply()
			m.matches(step.name, got, want)
		}
	})
}

func TestAgentsAreAudited(t *testing.T) {
	t.Parallel()
	entdbEach(t, func(t *testing.T, m *members) {
		in := agentInput("Dora")
		in.ExternalID, in.Schedule = pointer("x"), &account.Schedule{}
		id := must(m.CreateAgent(m.as(domain.Admin), in))(t).ID
		const empty, monday = `{"dateOverrides":[],"weeklyHours":[]}`,
			`{"dateOverrides":[],"weeklyHours":[{"from":"09:00","until":"12:00","weekday":"MONDAY"}]}`
		m.recorded("made", fmt.Sprintf(`AGENT_CREATED %s {"email":{"to":"Dora@example.org"},"externalId":{"to":"x"},"name":{"to":"Dora"},`+
			`"role":{"to":"MEMBER"},"schedule":{"to":%s},"timeZone":{"to":"UTC"}}`, id, empty))
		m.unchanged("as it is", func() {
			must(m.UpdateAgent(m.as(domain.Admin), id, account.AgentChanges{
				Name: &in.Name, Email: &in.Email, TimeZone: &in.TimeZone, Role: &in.Role, ExternalID: &in.ExternalID, Schedule: &in.Schedule,
			}))(t)
		})
		one := &account.Schedule{WeeklyHours: officeHours().WeeklyHours[:1]}
		must(m.UpdateAgent(m.as(domain.Admin), id, account.AgentChanges{
			Schedule: &one, ExternalID: new(*string), Role: pointer(domain.Admin), Email: pointer("dora@example.org"),
		}))(t)
		m.recorded("changed", fmt.Sprintf(`AGENT_ROLE_CHANGED %s {"role":{"from":"MEMBER","to":"ADMIN"}}`, id),
			fmt.Sprintf(`AGENT_UPDATED %s {"email":{"from":"Dora@example.org","to":"dora@example.org"},"externalId":{"from":"x","to":null},`+
				`"schedule":{"from":%s,"to":%s}}`, id, empty, monday))
		must(m.UpdateAgent(m.as(domain.Admin), id, account.AgentChanges{Schedule: new(*account.Schedule)}))(t)
		m.recorded("no schedule", fmt.Sprintf(`AGENT_UPDATED %s {"schedule":{"from":%s,"to":null}}`, id, monday))
	})
}

func TestAgentRoles(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		m := newMembers(t, db)
		before := m.dump()
		owner := agentInput("Olga")
		owner.Role = domain.Owner
		_, err := m.CreateAgent(m.as(domain.Admin), owner)
		refused(t, "an OWNER by an ADMIN", err, "FORBIDDEN role")
		_, err = m.CreateAgent(m.as(domain.Member), agentInput("X"))
		refused(t, "by a MEMBER", err, "FORBIDDEN")
		_, err = m.CreateAgent(t.Context(), agentInput("X"))
		refused(t, "by nobody", err, "UNAUTHENTICATED")
		_, err = m.UpdateAgent(t.Context(), m.ids[domain.Member], account.AgentChanges{})
		refused(t, "changed by nobody", err, "UNAUTHENTICATED")
		_, err = m.UpdateAgent(m.as(domain.Member), m.ids[domain.Member], account.AgentChanges{Role: pointer(domain.Admin)})
		refused(t, "a MEMBER's own role", err, "FORBIDDEN role")
		_, err = m.UpdateAgent(m.as(domain.Member), m.ids[domain.Member], account.AgentChanges{ExternalID: pointer(pointer("x"))})
		refused(t, "a MEMBER's own external id", err, "FORBIDDEN externalId")
		for _, id := range []string{m.ids[domain.Admin], m.other["Agent"], "agt_none", ""} {
			_, err = m.UpdateAgent(m.as(domain.Member), id, account.AgentChanges{Name: pointer("X")})
			refused(t, "another one by a MEMBER: "+id, err, "FORBIDDEN")
		}
		if m.dump() != before {
			t.Error("something changed")
		}
		self := must(m.UpdateAgent(m.as(domain.Member), m.ids[domain.Member], account.AgentChanges{
			Name: pointer("Me"), Email: pointer("me@example.org"), TimeZone: pointer("Asia/Tokyo"), Schedule: pointer(officeHours()),
			Role: pointer(domain.Member), ExternalID: new(*string), // as they are
		}))(t)
		if self.Name != "Me" || self.Email != "me@example.org" || self.Edges.Schedule == nil || self.Role != domain.Member {
			t.Errorf("a MEMBER made himself %v", self)
		}
	})
}

func TestAgentsOfOtherApps(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		m := newMembers(t, db)
		before := m.dump()
		for id, want := range map[string]string{
			m.other["Agent"]: "NOT_FOUND id", "agt_none": "NOT_FOUND id", "": "NOT_FOUND id",
			"\x00": "BAD_USER_INPUT id", "\xff": "BAD_USER_INPUT id", strings.Repeat("x", 201): "BAD_USER_INPUT id",
		} {
			for _, c := range []account.AgentChanges{
				{Name: pointer("X")}, {Schedule: pointer(officeHours())}, {Schedule: new(*account.Schedule)},
			} {
				_, err := m.UpdateAgent(m.as(domain.Owner), id, c)
				refused(t, id, err, want)
			}
		}
		if m.dump() != before {
			t.Error("something changed")
		}
	})
}

func TestBadAgents(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		m := newMembers(t, db)
		good := agentInput("Dora")
		good.Schedule = officeHours()
		id := must(m.CreateAgent(m.as(domain.Owner), good))(t).ID
		known := agentInput("Known")
		known.ExternalID = pointer("taken")
		must(m.CreateAgent(m.as(domain.Owner), known))(t)
		before := m.dump()
		for _, tt := range []struct {
			field  string
			change func(in *account.AgentInput)
		}{
			{"name", func(in *account.AgentInput) { in.Name = "" }},
			{"name", func(in *account.AgentInput) { in.Name = " " }},
			{"name", func(in *account.AgentInput) { in.Name = strings.Repeat("é", 101) }},
			{"name", func(in *account.AgentInput) { in.Name = "a\x00" }},
			{"email", func(in *account.AgentInput) { in.Email = "" }},
			{"email", func(in *account.AgentInput) { in.Email = "dora" }},
			{"email", func(in *account.AgentInput) { in.Email = "Dora <dora@example.org>" }},
			{"email", func(in *account.AgentInput) { in.Email = strings.Repeat("a", 320) + "@example.org" }},
			{"email", func(in *account.AgentInput) { in.Email = "a\x00@example.org" }},
			{"email", func(in *account.AgentInput) { in.Email = "ADMIN@example.org" }}, // the admin's
			{"email", func(in *account.AgentInput) { in.Email = "admin@EXAMPLE.org" }},
			{"externalId", func(in *account.AgentInput) { in.ExternalID = pointer("taken") }},
			{"externalId", func(in *account.AgentInput) { in.ExternalID = pointer("") }},
			{"externalId", func(in *account.AgentInput) { in.ExternalID = pointer(" ") }},
			{"externalId", func(in *account.AgentInput) { in.ExternalID = pointer("a\x00") }},
			{"externalId", func(in *account.AgentInput) { in.ExternalID = pointer(strings.Repeat("é", 101)) }},
			{"timeZone", func(in *account.AgentInput) { in.TimeZone = "" }},
			{"timeZone", func(in *account.AgentInput) { in.TimeZone = "Mars/Olympus" }},
			{"timeZone", func(in *account.AgentInput) { in.TimeZone = "Local" }},
			{"timeZone", func(in *account.AgentInput) { in.TimeZone = "../../etc/passwd" }},
			{"schedule.weeklyHours.1.weekday", func(in *account.AgentInput) { in.Schedule.WeeklyHours[1].Weekday = "FUNDAY" }},
			{"schedule.weeklyHours.0.until", func(in *account.AgentInput) { in.Schedule.WeeklyHours[0].Until = "9" }},
			{"schedule.weeklyHours.1", func(in *account.AgentInput) { in.Schedule.WeeklyHours[1].From = "11:59" }},
			{"schedule.dateOverrides.0.date", func(in *account.AgentInput) { in.Schedule.DateOverrides[0].Date = "2027-02-29" }},
			{"schedule.dateOverrides.1.windows.0.from", func(in *account.AgentInput) { in.Schedule.DateOverrides[1].Windows[0].From = "25:00" }},
		} {
			in := agentInput("Ed")
			in.Schedule = officeHours()
			tt.change(&in)
			_, err := m.CreateAgent(m.as(domain.Owner), in)
			refused(t, fmt.Sprintf("create %+v", in), err, "BAD_USER_INPUT "+tt.field)
			_, err = m.UpdateAgent(m.as(domain.Owner), id, account.AgentChanges{
				Name: &in.Name, Email: &in.Email, TimeZone: &in.TimeZone, ExternalID: &in.ExternalID, Schedule: &in.Schedule,
			})
			refused(t, fmt.Sprintf("update %+v", in), err, "BAD_USER_INPUT "+tt.field)
		}
		for _, role := range []domain.Role{"", "KING"} {
			in := agentInput("Ed")
			in.Role = role
			_, err := m.CreateAgent(m.as(domain.Owner), in)
			refused(t, "role "+string(role), err, "BAD_USER_INPUT role")
			_, err = m.UpdateAgent(m.as(domain.Owner), id, account.AgentChanges{Role: &role})
			refused(t, "role "+string(role), err, "BAD_USER_INPUT role")
		}
		if m.dump() != before {
			t.Error("something changed")
		}
	})
}

func TestEmailIsGivenOutOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		m := newMembers(t, db)
		ids := make([]string, 20)
		for i := range ids {
			ids[i] = must(m.CreateAgent(m.as(domain.Owner), agentInput(fmt.Sprint("a", i))))(t).ID
		}
		cased := func(i int, email string) string { return strings.ToUpper(email[:i%4]) + email[i%4:] }
		for name, do := range map[string]func(i int) error{
			"created": func(i int) error {
				in := agentInput("wanted")
				in.Email = cased(i, in.Email)
				_, err := m.CreateAgent(m.as(domain.Owner), in)
				return err
			},
			"changed": func(i int) error {
				_, err := m.UpdateAgent(m.as(domain.Owner), ids[i], account.AgentChanges{Email: pointer(cased(i, "changed@example.org"))})
				return err
			},
		} {
			errs := make([]error, len(ids))
			var group errgroup.Group
			for i := range errs {
				group.Go(func() error {
					errs[i] = do(i)
					return nil
				})
			}
			_ = group.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else {
					refused(t, name, err, "BAD_USER_INPUT email")
				}
			}
			if won != 1 {
				t.Errorf("%s: %d of 20 have it", name, won)
			}
		}
	})
}

// Two who change different things both have their way.
func TestAgentUpdatesAreNotLost(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		m := newMembers(t, db)
		id := m.ids[domain.Member]
		for n := range 5 {
			want := account.AgentInput{
				Name: fmt.Sprint(n), Email: fmt.Sprintf("%d@example.org", n), TimeZone: fmt.Sprintf("Etc/GMT+%d", n), Role: domain.Member,
				Schedule: &account.Schedule{DateOverrides: []domain.DateOverride{{Date: fmt.Sprintf("2027-01-0%d", n+1)}}},
			}
			var group errgroup.Group
			for _, c := range []account.AgentChanges{
				{Name: &want.Name}, {Email: &want.Email}, {TimeZone: &want.TimeZone}, {Schedule: &want.Schedule},
			} {
				group.Go(func() error {
					_, err := m.UpdateAgent(m.as(domain.Owner), id, c)
					return err
				})
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			m.matches("all", must(m.client.Agent.Query().Where(agent.ID(id)).WithSchedule().Only(m.as(domain.Owner)))(t), want)
		}
	})
}
