package booking_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/ent/host"
	"slotcast/ent/meeting"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// each runs a test on every database, and checks the rows that it leaves.
func each(t *testing.T, test func(f *fixture)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		test(f)
		f.sound()
	})
}

// forward lets the clock jump.
func (c *clock) forward(d time.Duration) { c.looks.Add(int64(d / c.step)) }

// to lets the clock jump to a time.
func (c *clock) to(at time.Time) { c.forward(at.Sub(c.now())) }

// agents makes more agents, in the order of their ids.
func (f *fixture) agents(n int) []*ent.Agent {
	f.t.Helper()
	all := make([]*ent.Agent, n)
	for i := range all {
		name := fmt.Sprintf("Agent%d", i)
		all[i] = must(f.db.Client.Agent.Create().SetName(name).SetEmail(typeid.New("x") + "@example.org").SetTimeZone("UTC").
			SetRole(domain.Member).Save(f.ctx))(f.t)
	}
	return all
}

// hosted makes an event type with its agents.
func (f *fixture) hosted(kind domain.MeetingType, change func(*ent.EventTypeCreate), agents ...*ent.Agent) *ent.EventType {
	f.t.Helper()
	et := f.eventType(func(c *ent.EventTypeCreate) {
		c.SetType(kind)
		if kind != domain.Solo {
			c.SetMaxAttendees(4)
		}
		if change != nil {
			change(c)
		}
	})
	f.dismiss(et, f.ada)
	for _, a := range agents {
		must(f.db.Client.Host.Create().SetEventTypeID(et.ID).SetAgentID(a.ID).Save(f.ctx))(f.t)
	}
	return et
}

// dismiss takes an event type away from an agent.
func (f *fixture) dismiss(et *ent.EventType, a *ent.Agent) {
	f.t.Helper()
	must(f.db.Client.Host.Delete().Where(host.EventTypeID(et.ID), host.AgentID(a.ID)).Exec(viewer.System(f.t.Context())))(f.t)
}

// priced sets a price for 30 minutes, and a higher one for 60.
func priced(c *ent.EventTypeCreate) {
	c.SetDurations([]int{30, 60}).SetCurrencyCode("EUR").SetAmountOnDuration(map[string]int64{"30": 1000, "60": 1800})
}

// ask is the input for a meeting of the event type; names are the attendees'.
func ask(et *ent.EventType, start time.Time, names ...string) booking.BookInput {
	in := booking.BookInput{EventTypeID: et.ID, Start: start, CreateByContact: true}
	for _, name := range names {
		in.Attendees = append(in.Attendees, booking.AttendeeInput{Name: name, Email: name + "@example.org"})
	}
	return in
}

// take books a meeting of the event type that there has to be.
func (f *fixture) take(et *ent.EventType, start time.Time, names ...string) *booking.Booking {
	f.t.Helper()
	return must(f.service.Book(f.ctx, ask(et, start, names...)))(f.t)
}

// says is what a provider says of a payment.
func says(p *ent.Payment, status domain.PaymentStatus, reference string) booking.PaymentInput {
	return booking.PaymentInput{PaymentID: p.ID, Status: status, Method: "STRIPE", ExternalPaymentID: reference}
}

// pay pays, and returns the payment as it is then.
func (f *fixture) pay(p *ent.Payment) *ent.Payment {
	f.t.Helper()
	return must(f.service.RecordPayment(f.ctx, says(p, domain.PaymentDone, "pi_"+p.ID)))(f.t)
}

func (f *fixture) sweep() {
	f.t.Helper()
	must(f.service.Sweep(f.t.Context()))(f.t)
}

// told compares the events of a meeting. One is written as the trigger, the
// attendee that it is about, and the snapshot: the meeting's status, the
// attendees with their states where those are not ACTIVE, and the payment.
func (f *fixture) told(meetingID string, want ...string) {
	f.t.Helper()
	var got []string
	for i, e := range must(f.db.Client.Event.Query().Where(event.MeetingID(meetingID)).Order(event.ByNumber()).All(f.ctx))(f.t) {
		if e.Sequence != i+1 {
			f.t.Errorf("event %d of meeting %s has the sequence %d", i+1, meetingID, e.Sequence)
		}
		got = append(got, told(f.t, e))
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		f.t.Errorf("events:\n%s\nwant:\n%s", g, w)
	}
}

func told(t *testing.T, e *ent.Event) string {
	t.Helper()
	m := snapshot(t, e)
	about, people := "all", ""
	for _, a := range m.Edges.Attendees {
		if people += " " + a.Name; a.Status != domain.AttendeeActive {
			people += "=" + string(a.Status)
		}
		if a.ID == e.AttendeeID {
			about = a.Name
		}
	}
	line := fmt.Sprintf("%s %s: %s%s", strings.TrimPrefix(string(e.Trigger), "MEETING_"), about, m.Status, people)
	if e.AttendeeID != "" && about == "all" {
		line += ", about a stranger"
	}
	if m.Sequence != e.Sequence {
		line += fmt.Sprintf(", sequence %d in %d", m.Sequence, e.Sequence)
	}
	if p := m.Edges.Payment; p != nil {
		line += fmt.Sprintf(", %s %d", p.Status, p.AmountMinor)
	}
	return line
}

// stands checks where a meeting stands, and returns it as it is now.
func (f *fixture) stands(m *ent.Meeting, want domain.MeetingStatus) *ent.Meeting {
	f.t.Helper()
	now := f.whole(m.ID)
	if now.Status != want {
		f.t.Errorf("meeting %s is %s, want %s", m.ID, now.Status, want)
	}
	return now
}

// stored compares a meeting that was answered with what is stored.
func (f *fixture) stored(m *ent.Meeting) {
	f.t.Helper()
	same(f.t, "the answer against the database", m, f.whole(m.ID))
}

// owes compares the status of a payment.
func (f *fixture) owes(p *ent.Payment, want domain.PaymentStatus) {
	f.t.Helper()
	if now := must(f.db.Client.Payment.Get(f.ctx, p.ID))(f.t); now.Status != want {
		f.t.Errorf("payment %s is %s, want %s", p.ID, now.Status, want)
	}
}

// agent is who has the meeting.
func (f *fixture) agent(m *ent.Meeting) string {
	f.t.Helper()
	return must(f.db.Client.Meeting.Query().Where(meeting.ID(m.ID)).QueryAgents().OnlyID(f.ctx))(f.t)
}

// keeps checks that a command is refused and changes nothing.
func (f *fixture) keeps(want string, command func() error) {
	f.t.Helper()
	before := dump(f.t, f.db)
	refused(f.t, command(), want)
	unchanged(f.t, f.db, before)
}

func (f *fixture) reschedule(m *ent.Meeting, start time.Time) (*ent.Meeting, error) {
	made, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: m.ID, Start: start})
	return made, err
}

func (f *fixture) cancel(m *ent.Meeting) (*ent.Meeting, error) {
	return f.service.Cancel(f.ctx, booking.CancelInput{MeetingID: m.ID})
}

func (f *fixture) leave(a *ent.Attendee) error {
	_, err := f.service.CancelAttendee(f.ctx, booking.CancelAttendeeInput{AttendeeID: a.ID})
	return err
}

func snapshot(t *testing.T, e *ent.Event) *ent.Meeting {
	t.Helper()
	return must((&eventlog.Event{Snapshot: e.Snapshot}).Meeting())(t)
}
