package demo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/attendee"
	"slotcast/ent/event"
	"slotcast/ent/meeting"
	"slotcast/internal/demo"
	"slotcast/internal/doctor"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// moments are times of different days, all in the past: a working day, a weekend,
// and a midnight.
func moments() map[string]time.Time {
	today := time.Now().UTC().Truncate(24 * time.Hour)
	last := func(day time.Weekday, at time.Duration) time.Time {
		back := (int(today.Weekday()) - int(day) + 7) % 7
		if back == 0 {
			back = 7
		}
		return today.AddDate(0, 0, -back).Add(at)
	}
	if share > 1 {
		return map[string]time.Time{"Sunday in the night": last(time.Sunday, 3*time.Hour)}
	}
	return map[string]time.Time{
		"Wednesday at noon":     last(time.Wednesday, 12*time.Hour),
		"Sunday in the night":   last(time.Sunday, 3*time.Hour),
		"Monday after midnight": last(time.Monday, time.Minute),
		"Friday in the evening": last(time.Friday, 21*time.Hour),
	}
}

func TestSeedMakesWhatItPromises(t *testing.T) {
	t.Parallel()
	for name, now := range moments() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, cfg, _ := setup(t, now)
			began := time.Now()
			made := seed(t, cfg)
			t.Logf("%d meetings in %v", made.Meetings, time.Since(began))
			all := meetings(t, db)
			promised(t, all, now)
			historical(t, db, all, now)
			subscribed(t, db, made)
		})
	}
}

// promised: all states are there, within two weeks, in hours when somebody works.
func promised(t *testing.T, all []*ent.Meeting, now time.Time) {
	t.Helper()
	states, types, notes, noShows, answers, seats, fromForm, moves := map[domain.MeetingStatus]int{}, map[domain.MeetingType]int{}, 0, 0, 0, 0, 0, 0
	payments := map[domain.PaymentStatus]int{}
	before, after := 0, 0
	for _, m := range all {
		states[m.Status]++
		types[m.Type]++
		notes += len(m.Notes)
		seats = max(seats, m.ActiveAttendees)
		if m.Edges.Payment != nil {
			payments[m.Edges.Payment.Status]++
		}
		if m.PreviousID != nil {
			moves++
		}
		if m.Start.Before(now) {
			before++
		} else {
			after++
		}
		for _, a := range m.Edges.Attendees {
			if a.Status == domain.AttendeeNoShow {
				noShows++
			}
			if a.RoutingFormSubmissionID != nil {
				fromForm++
			}
			answers += len(a.Answers)
		}
		if m.Start.Before(now.AddDate(0, 0, -demo.History-1)) || m.Start.After(now.AddDate(0, 0, demo.History+1)) {
			t.Errorf("%s is at %v", m.EventSlug, m.Start)
		}
	}
	for state, least := range map[domain.MeetingStatus]int{
		domain.Active: 25, domain.Completed: 15, domain.Cancelled: 5, domain.Rescheduled: 5, domain.Held: 1, domain.Expired: 1,
	} {
		if states[state] < least {
			t.Errorf("%d meetings are %s, want at least %d: %v", states[state], state, least, states)
		}
	}
	for _, kind := range []domain.MeetingType{domain.Solo, domain.Group, domain.RoundRobin, domain.Collective} {
		if types[kind] < 5 {
			t.Errorf("%d meetings are %s: %v", types[kind], kind, types)
		}
	}
	for what, n := range map[string]int{
		"notes": notes, "no-shows": noShows, "answers": answers, "seats of a group": seats - 1, "bookings from the form": fromForm,
		"meetings that replace one": moves, "paid": payments[domain.PaymentDone], "pending": payments[domain.PaymentPending],
		"before now": before - 20, "after now": after - 20,
	} {
		if n < 1 {
			t.Errorf("there are no %s", what)
		}
	}
}

// historical: things are booked before they are, and the log tells them in order,
// at the times when they were.
func historical(t *testing.T, db *entdb.DB, all []*ent.Meeting, now time.Time) {
	t.Helper()
	for _, m := range all {
		if m.CreatedAt.After(m.Start) || m.CreatedAt.After(now.Add(time.Minute)) || m.CreatedAt.Before(now.AddDate(0, 0, -15)) {
			t.Errorf("the meeting of %v was made at %v", m.Start, m.CreatedAt)
		}
		if m.Status == domain.Active && m.End.Before(now.Add(-time.Hour)) {
			t.Errorf("the meeting of %v is still ACTIVE at %v", m.Start, now)
		}
	}
	events := db.Client.Event.Query().Order(event.ByNumber()).AllX(viewer.System(t.Context()))
	if !slices.IsSortedFunc(events, func(a, b *ent.Event) int { return a.OccurredAt.Compare(b.OccurredAt) }) {
		t.Error("the log's times do not rise")
	}
	triggers := map[domain.Trigger]int{}
	for _, e := range events {
		triggers[e.Trigger]++
		if at, ok := typeid.Time(e.ID); !ok || at.Sub(e.OccurredAt).Abs() > time.Second {
			t.Errorf("the id of what happened at %v says %v", e.OccurredAt, at)
		}
	}
	for _, trigger := range domain.Trigger("").Values() {
		if triggers[domain.Trigger(trigger)] == 0 {
			t.Errorf("nothing is told as %s: %v", trigger, triggers)
		}
	}
	if span := events[len(events)-1].OccurredAt.Sub(events[0].OccurredAt); span < 8*24*time.Hour || events[len(events)-1].OccurredAt.After(now.Add(time.Minute)) {
		t.Errorf("the log spans %v up to %v", span, events[len(events)-1].OccurredAt)
	}
}

func subscribed(t *testing.T, db *entdb.DB, made *demo.Company) {
	t.Helper()
	ctx := viewer.System(t.Context())
	got := map[string]string{}
	for _, w := range db.Client.Webhook.Query().AllX(ctx) {
		got[w.SubscriberURL[strings.LastIndex(w.SubscriberURL, "/")+1:]] = fmt.Sprint(w.Format, " ", w.Scope, " ", w.State, " ", len(w.RetrySchedule) > 0)
	}
	want := map[string]string{
		demo.Orders: "NATIVE ORGANIZATION ACTIVE true", demo.Calendar: "CALENDLY ORGANIZATION ACTIVE true",
		demo.CRM: "NATIVE ORGANIZATION ACTIVE true", demo.Archive: "NATIVE ORGANIZATION PAUSED true", demo.OfGrace: "NATIVE USER ACTIVE true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, h := range made.Hooks {
		if !strings.HasPrefix(h.Secret, "whsec_") {
			t.Errorf("%s has the secret %q", h.Name, h.Secret)
		}
	}
	if n := db.Client.Replay.Query().CountX(ctx); n != 1 {
		t.Errorf("%d replays", n)
	}
	roles := map[domain.Role]int{}
	for _, a := range db.Client.Agent.Query().Where(agent.HasSchedule()).AllX(ctx) {
		roles[a.Role]++
	}
	if diff := cmp.Diff(map[domain.Role]int{domain.Owner: 1, domain.Admin: 1, domain.Member: 3}, roles); diff != "" {
		t.Error(diff)
	}
}

// What was made breaks no rule of the server's own.
func TestSeedIsSound(t *testing.T) {
	t.Parallel()
	db, cfg, _ := setup(t, time.Now())
	seed(t, cfg)
	violations, err := doctor.Audit(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Error(v)
	}
}

func TestSeedIsTheSameAgain(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Minute)
	story := func(random uint64) []string {
		db, cfg, clock := setup(t, now)
		cfg.Random = random
		cfg.Rate = 1
		made := seed(t, cfg)
		trickle := demo.NewTrickle(cfg, made)
		for range 20 {
			_, _ = trickle.Step(t.Context()) // whatever comes of it is to come of it again
			clock.on(time.Minute)
		}
		return told(t, db)
	}
	first := story(1)
	if diff := cmp.Diff(first, story(1)); diff != "" {
		t.Errorf("the same seed makes another story: %s", diff)
	}
	if share == 1 && cmp.Equal(first, story(2)) {
		t.Error("another seed makes the same story")
	}
}

// told is all that happened, without ids.
func told(t *testing.T, db *entdb.DB) []string {
	t.Helper()
	var lines []string
	for _, m := range meetings(t, db) {
		line := fmt.Sprint(m.EventSlug, m.Start.Format(time.RFC3339), m.CreatedAt.Format(time.RFC3339), m.Status, m.DurationMinutes, m.Sequence)
		for _, n := range m.Notes {
			line += " " + n.Text
		}
		for _, a := range m.Edges.Agents {
			line += " " + a.Name
		}
		for _, a := range m.Edges.Attendees {
			line += fmt.Sprint(" ", a.Name, a.Email, a.Status, a.Answers)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

func meetings(t *testing.T, db *entdb.DB) []*ent.Meeting {
	t.Helper()
	return db.Client.Meeting.Query().Order(meeting.ByCreatedAt()).WithPayment().
		WithAgents(func(q *ent.AgentQuery) { q.Order(agent.ByName()) }).
		WithAttendees(func(q *ent.AttendeeQuery) { q.Order(attendee.ByPosition()) }).
		AllX(viewer.System(t.Context()))
}
