package booking_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// stage is an app whose rows are made as the commands would, without their rules.
type stage struct {
	t           testing.TB
	db          *entdb.DB
	service     *booking.Service
	now         time.Time // the service's: epoch, until a test changes it
	app         string
	ctx, system context.Context // of Ada, and of the server
	ada, ben    *ent.Agent      // without a schedule, in Berlin and by UTC
	seats       int             // made so far
}

func newStage(t testing.TB, db *entdb.DB) *stage {
	t.Helper()
	s := &stage{t: t, db: db, system: viewer.System(t.Context()), now: epoch()}
	s.service = booking.New(booking.Config{Client: db.Client, Now: func() time.Time { return s.now }})
	s.app = must(db.Client.App.Create().SetName("App").Save(s.system))(t).ID
	s.ada, s.ben = s.idle("Europe/Berlin"), s.idle("UTC")
	s.ctx = viewer.With(t.Context(), viewer.Viewer{AppID: s.app, AgentID: s.ada.ID, Role: domain.Owner})
	return s
}

func onStage(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) { test(t, newStage(t, db)) })
}

// idle makes an agent without a schedule.
func (s *stage) idle(zone string) *ent.Agent {
	s.t.Helper()
	return must(s.db.Client.Agent.Create().SetAppID(s.app).SetName("Agent").SetEmail(typeid.New("mail") + "@example.org").
		SetTimeZone(zone).SetRole(domain.Member).Save(s.system))(s.t)
}

// agent makes one that can be booked from 09:00 to 12:00 UTC, or at the hours
// that are given.
func (s *stage) agent(zone string, windows ...string) *ent.Agent {
	s.t.Helper()
	a := s.idle(zone)
	if len(windows) == 0 {
		windows = []string{"09:00-12:00"}
	}
	s.works(a, nil, windows...)
	return a
}

// works gives an agent the same hours every day, but for the overrides.
func (s *stage) works(a *ent.Agent, overrides []domain.DateOverride, windows ...string) {
	s.t.Helper()
	weekly := []domain.WeeklyHours{}
	for _, day := range domain.Weekday("").Values() {
		for _, w := range windows {
			from, until, _ := strings.Cut(w, "-")
			weekly = append(weekly, domain.WeeklyHours{Weekday: domain.Weekday(day), Window: domain.Window{From: from, Until: until}})
		}
	}
	must(s.db.Client.Schedule.Create().SetAppID(s.app).SetAgentID(a.ID).SetWeeklyHours(weekly).
		SetDateOverrides(overrides).Save(s.system))(s.t)
}

// kind makes an event type of 60 minutes with these hosts.
func (s *stage) kind(of domain.MeetingType, seats int, change func(*ent.EventTypeCreate), hosts ...*ent.Agent) *ent.EventType {
	s.t.Helper()
	create := s.db.Client.EventType.Create().SetAppID(s.app).SetName("Kind").SetSlug(typeid.New("kind")).
		SetType(of).SetDurationMinutes(60).SetMaxAttendees(seats)
	if change != nil {
		change(create)
	}
	et := must(create.Save(s.system))(s.t)
	for _, a := range hosts {
		must(s.db.Client.Host.Create().SetAppID(s.app).SetEventTypeID(et.ID).SetAgentID(a.ID).Save(s.system))(s.t)
	}
	return et
}

// meeting makes one of the event type's length, with as many seats taken.
func (s *stage) meeting(et *ent.EventType, a *ent.Agent, start time.Time, status domain.MeetingStatus, seats int) *ent.Meeting {
	s.t.Helper()
	id, until := typeid.New(typeid.Meeting), start.Add(time.Duration(et.DurationMinutes)*time.Minute)
	m := must(s.db.Client.Meeting.Create().SetID(id).SetSeriesID(id).SetAppID(s.app).SetEventTypeID(et.ID).
		SetStart(start).SetEnd(until).SetDurationMinutes(et.DurationMinutes).SetTimeZone("UTC").
		SetStatus(status).SetType(et.Type).SetEventName("Kind").SetEventSlug("kind").
		SetMaxAttendees(et.MaxAttendees).SetActiveAttendees(seats).Save(s.system))(s.t)
	must(s.db.Client.AgentSlot.Create().SetAppID(s.app).SetMeetingID(id).SetAgentID(a.ID).
		SetBusyFrom(start.Add(-time.Duration(et.BufferBeforeMinutes) * time.Minute)).
		SetBusyUntil(until.Add(time.Duration(et.BufferAfterMinutes) * time.Minute)).
		SetLive(status == domain.Held || status == domain.Active).Save(s.system))(s.t)
	return m
}

// payment makes one that holds something until then: the meeting, or else as
// many new seats in it.
func (s *stage) payment(m *ent.Meeting, status domain.PaymentStatus, until time.Time, seats int) {
	s.t.Helper()
	create := s.db.Client.Payment.Create().SetAppID(s.app).SetAmountMinor(100).SetCurrencyCode("EUR").
		SetStatus(status).SetHeldUntil(until)
	if seats == 0 {
		create.SetMeetingID(m.ID)
	}
	p := must(create.Save(s.system))(s.t)
	for range seats {
		s.seat(m, domain.AttendeeActive, &p.ID)
	}
}

func (s *stage) seat(m *ent.Meeting, status domain.AttendeeStatus, paymentID *string) {
	s.t.Helper()
	s.seats++
	must(s.db.Client.Attendee.Create().SetAppID(s.app).SetMeetingID(m.ID).SetPosition(s.seats).SetName("Eva").
		SetEmail("eva@example.org").SetTimeZone("UTC").SetStatus(status).SetNillablePaymentID(paymentID).
		SetCreatedAt(epoch().Add(time.Duration(s.seats) * time.Microsecond)).Save(s.system))(s.t)
}
