package demo

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/catalog"
	"slotcast/internal/domain"
	"slotcast/internal/routingform"
	"slotcast/internal/viewer"
)

// company is the app, filled.
type company struct {
	appID   string
	agents  []*ent.Agent     // the owner first
	types   []*ent.EventType // intro, product, onboarding, review, coaching
	form    *ent.RoutingForm
	byEvent map[string]*ent.EventType // by id
}

// The agents and event types, by their place in the company.
const (
	maja, tomas, grace, priya, daniel            = 0, 1, 2, 3, 4
	intro, product, onboarding, review, coaching = 0, 1, 2, 3, 4
)

// as runs on behalf of an agent. No token let him in: the server itself acts.
func (c *company) as(ctx context.Context, agent int) context.Context {
	a := c.agents[agent]
	return viewer.With(ctx, viewer.Viewer{AppID: c.appID, AgentID: a.ID, Role: a.Role})
}

// found makes all that stands before the first meeting.
func found(ctx context.Context, cfg *Config) (*company, error) {
	c := &company{appID: cfg.App.AppID, byEvent: map[string]*ent.EventType{}}
	ctx = viewer.With(ctx, viewer.Viewer{AppID: c.appID, AgentID: cfg.App.AgentID, Role: domain.Owner})
	zone, hours := "Europe/Stockholm", weekdays("09:00", "17:00")
	owner, err := cfg.Accounts.UpdateAgent(ctx, cfg.App.AgentID, account.AgentChanges{TimeZone: &zone, Schedule: &hours})
	if err != nil {
		return nil, fmt.Errorf("placing the owner: %w", err)
	}
	c.agents = []*ent.Agent{owner}
	for _, in := range staff() {
		a, err := cfg.Accounts.CreateAgent(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("taking %s on: %w", in.Name, err)
		}
		c.agents = append(c.agents, a)
	}
	for _, in := range c.offers() {
		et, err := cfg.Catalog.Create(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("offering %s: %w", in.Name, err)
		}
		c.types = append(c.types, et)
		c.byEvent[et.ID] = et
	}
	if c.form, err = cfg.Forms.Create(ctx, c.contactForm()); err != nil {
		return nil, fmt.Errorf("making the form: %w", err)
	}
	return c, nil
}

// weekdays are the same hours from Monday to Friday.
func weekdays(from, until string) *account.Schedule {
	s := &account.Schedule{}
	for _, day := range []domain.Weekday{domain.Monday, domain.Tuesday, domain.Wednesday, domain.Thursday, domain.Friday} {
		s.WeeklyHours = append(s.WeeklyHours, open(day, from, until))
	}
	return s
}

func open(day domain.Weekday, from, until string) domain.WeeklyHours {
	return domain.WeeklyHours{Weekday: day, Window: domain.Window{From: from, Until: until}}
}

// staff are the agents beside the owner. Somebody works on each day of the week.
func staff() []account.AgentInput {
	weekend := weekdays("09:00", "16:00")
	weekend.WeeklyHours = append(weekend.WeeklyHours, open(domain.Saturday, "10:00", "15:00"), open(domain.Sunday, "11:00", "15:00"))
	split := weekdays("08:30", "12:30")
	split.WeeklyHours = append(split.WeeklyHours, weekdays("14:00", "18:00").WeeklyHours...)
	return []account.AgentInput{
		{Name: "Tomás Rey", Email: "tomas@lindqvist.example", TimeZone: "Europe/Madrid", Role: domain.Admin, Schedule: weekdays("09:30", "18:30")},
		{Name: "Grace Okafor", Email: "grace@lindqvist.example", TimeZone: "Africa/Lagos", Role: domain.Member, Schedule: split},
		{Name: "Priya Raman", Email: "priya@lindqvist.example", TimeZone: "Asia/Kolkata", Role: domain.Member, Schedule: weekdays("10:00", "19:00")},
		{Name: "Daniel Weiss", Email: "daniel@lindqvist.example", TimeZone: "America/New_York", Role: domain.Member, Schedule: weekend},
	}
}

// offers are the event types: one of each meeting type, and one with a price.
func (c *company) offers() []catalog.Input {
	offer := func(name string, kind domain.MeetingType, minutes, seats int, hosts ...int) catalog.Input {
		in := catalog.Input{
			Name: name, Type: kind, DurationMinutes: minutes, MaxAttendees: seats, HorizonDays: 60, HoldMinutes: 60,
			Mode: domain.Online, Public: true, Active: true, Reminders: []domain.Reminder{{Channel: "EMAIL", BeforeMinutes: 60}},
		}
		for _, h := range hosts {
			in.AgentIDs = append(in.AgentIDs, c.agents[h].ID)
		}
		return in
	}
	first := offer("Intro call", domain.RoundRobin, 30, 1, tomas, grace, daniel)
	first.Questions = []domain.Question{
		{Question: "What would you like to talk about?", Type: domain.QuestionText, Required: true},
		{Question: "How large is your team?", Type: domain.QuestionChoice, Choices: []string{"1–10", "11–50", "51–250", "more"}},
	}
	tour := offer("Product tour", domain.Solo, 45, 1, grace)
	tour.Durations, tour.BufferAfterMinutes = []int{30, 45, 60}, 15
	group := offer("Onboarding workshop", domain.Group, 60, 8, priya)
	group.Reminders = append(group.Reminders, domain.Reminder{Channel: "EMAIL", BeforeMinutes: 24 * 60})
	both := offer("Architecture review", domain.Collective, 60, 3, maja, tomas)
	both.MinimumNoticeMinutes = 120
	paid := offer("Coaching session", domain.Solo, 60, 1, daniel)
	euro, notice := "EUR", 24*60
	paid.Durations, paid.CurrencyCode, paid.RefundNoticeMinutes = []int{30, 60}, &euro, &notice
	paid.AmountOnDuration = map[string]any{"30": 70, "60": 120}
	return []catalog.Input{first, tour, group, both, paid}
}

func (c *company) contactForm() routingform.Input {
	const topic, size = "What do you need?", "How many people work with you?"
	to := func(kind domain.DestinationType, value string) domain.FormDestination {
		return domain.FormDestination{Type: kind, Value: value}
	}
	route := func(question string, op domain.ConditionOperator, value string, d domain.FormDestination) domain.FormRoute {
		return domain.FormRoute{Match: domain.MatchAll, Conditions: []domain.FormCondition{{Question: question, Operator: op, Value: value}}, Destination: d}
	}
	fallback := to(domain.ToCustomMessage, "Thank you. We will write to you within a day.")
	return routingform.Input{
		Name: "Talk to us", Status: domain.FormPublished, Fallback: &fallback,
		Questions: []domain.Question{
			{Question: topic, Type: domain.QuestionChoice, Required: true, Choices: []string{"A first conversation", "To see the product", "Advice on architecture", "Help with a booking"}},
			{Question: size, Type: domain.QuestionNumber, Required: true},
			{Question: "Your e-mail address", Type: domain.QuestionEmail},
		},
		Routes: []domain.FormRoute{
			route(topic, domain.Equals, "Help with a booking", to(domain.ToExternalURL, "https://help.lindqvist.example/bookings")),
			route(size, domain.GreaterThan, "250", to(domain.ToEventType, c.types[review].ID)),
			route(topic, domain.Equals, "A first conversation", to(domain.ToEventType, c.types[intro].ID)),
			route(topic, domain.Equals, "To see the product", to(domain.ToEventType, c.types[product].ID)),
		},
	}
}
