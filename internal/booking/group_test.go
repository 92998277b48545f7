package booking_test

import (
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

// Each seat has an event of its own; whoever comes later joins the same meeting.
func TestGroup(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		f.hook(domain.MeetingBooked)
		et := f.hosted(domain.Group, nil, f.ada)
		in := ask(et, at(10, 0), "Eva", "Bob")
		in.MultipleBookingIdentifier, in.Tracking = pointer("m-1"), map[string]any{"utm": "a"}
		in.ExternalIDs, in.Notes, in.ModeNote = []string{"x", "y"}, []string{"cake"}, pointer("room 7")
		first := must(f.service.Book(f.ctx, in))(f.t)
		f.stored(first.Meeting)
		join := ask(et, at(10, 0), "Cid")
		join.ExternalIDs, join.Notes = []string{"y", "z"}, []string{"tea"}
		join.ModeNote, join.AgentIDs, join.DurationMinutes = in.ModeNote, []string{f.ada.ID}, pointer(30)
		second := must(f.service.Book(f.ctx, join))(f.t)
		m := second.Meeting
		if m.ID != first.Meeting.ID || m.ActiveAttendees != 3 || m.Sequence != 3 || second.Payment != nil ||
			len(m.ExternalIds) != 3 || len(m.Notes) != 2 || len(m.Edges.Attendees) != 3 {
			f.t.Errorf("after joining: %v", m)
		}
		f.stored(m)
		seats := m.Edges.Attendees
		if s := seats[1]; s.Position != 1 || *s.MultipleBookingIdentifier != "m-1" || s.Tracking["utm"] != "a" {
			f.t.Errorf("seat: %v", s)
		}
		if s := seats[2]; s.Position != 2 || s.MultipleBookingIdentifier != nil || s.Tracking != nil {
			f.t.Errorf("seat: %v", s)
		}
		f.told(m.ID, "BOOKED Eva: ACTIVE Eva Bob", "BOOKED Bob: ACTIVE Eva Bob", "BOOKED Cid: ACTIVE Eva Bob Cid")
		var events []*ent.Event
		for _, e := range f.events() {
			if len(e.Owed) != 1 {
				f.t.Errorf("event %d is owed to %v", e.Number, e.Owed)
			}
			events = append(events, e)
		}
		for i, want := range []*string{pointer("m-1"), pointer("m-1"), nil} {
			told := snapshot(f.t, events[i])
			if got := told.MultipleBookingIdentifier; (got == nil) != (want == nil) || (told.Tracking == nil) != (want == nil) {
				f.t.Errorf("event %d tells of %v, %v", i+1, got, told.Tracking)
			}
		}
		if n := len(must(rows(f.t, f.db.SQL, "SELECT id FROM agent_slots"))(f.t)); n != 1 {
			f.t.Errorf("%d slots", n)
		}
	})
}

func TestGroupRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, func(c *ent.EventTypeCreate) { c.SetDurations([]int{30, 60}) }, f.ada, f.ben)
		first := ask(et, at(10, 0), "Eva", "Bob")
		first.AgentIDs = []string{f.ben.ID}
		if m := must(f.service.Book(f.ctx, first))(f.t).Meeting; m.Edges.Agents[0].ID != f.ben.ID {
			f.t.Errorf("meeting: %v", m)
		}
		f.take(f.review, at(12, 0), "Eva")
		for want, in := range map[string]booking.BookInput{
			"SLOT_TAKEN start":               ask(et, at(10, 0), "Cid", "Dan", "Eli"),
			"BAD_USER_INPUT attendees":       ask(et, at(11, 0), "Cid", "Dan", "Eli", "Fay", "Gil"),
			"BAD_USER_INPUT durationMinutes": {DurationMinutes: pointer(60)},
			"BAD_USER_INPUT agentIds.0":      {AgentIDs: []string{f.ada.ID}},
			"BAD_USER_INPUT agentIds":        {AgentIDs: []string{f.ada.ID, f.ben.ID}},
			"NOT_FOUND agentIds.0":           {AgentIDs: []string{"agt_none"}},
			"BAD_USER_INPUT modeNote":        {ModeNote: pointer("")},
			"BAD_USER_INPUT modifiedEventName": {
				ModifiedEventName: pointer("x"),
			},
		} {
			if in.EventTypeID == "" {
				in.EventTypeID, in.Start, in.Attendees = et.ID, at(10, 0), first.Attendees[:1]
			}
			f.keeps(want, func() error {
				_, err := f.service.Book(f.ctx, in)
				return err
			})
		}
		// another group overlaps: it is with the other agent, and then with nobody
		if m := f.take(et, at(10, 15), "Eva").Meeting; m.Edges.Agents[0].ID != f.ada.ID {
			f.t.Errorf("agent: %v", m.Edges.Agents)
		}
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := f.service.Book(f.ctx, ask(et, at(10, 20), "Eva"))
			return err
		})
	})
}

// A group with an agent who does not host it any more still takes members.
func TestGroupOfFormerHost(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, nil, f.ada, f.ben)
		m := f.take(et, at(10, 0), "Eva").Meeting
		f.dismiss(et, f.ada)
		if joined := f.take(et, at(10, 0), "Bob").Meeting; joined.ID != m.ID {
			f.t.Errorf("joined %s, want %s", joined.ID, m.ID)
		}
	})
}

// A seat that waits for its payment is told to nobody, and given to somebody
// else when its time has run out.
func TestGroupPriced(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, priced, f.ada)
		first := f.take(et, at(10, 0), "Eva", "Bob")
		f.stored(first.Meeting)
		if p := first.Payment; p.AmountMinor != 2000 || p.Status != domain.PaymentPending || p.MeetingID != nil || p.CurrencyCode != "EUR" ||
			first.Meeting.Status != domain.Held || first.Meeting.Edges.Payment != nil || !p.HeldUntil.After(epoch().Add(15*time.Minute)) {
			f.t.Errorf("payment: %v, meeting %v", p, first.Meeting)
		}
		f.told(first.Meeting.ID)
		f.clock.forward(10 * time.Minute)
		second := f.take(et, at(10, 0), "Cid", "Dan")
		if second.Meeting.ID != first.Meeting.ID || second.Meeting.Status != domain.Held {
			f.t.Errorf("joined: %v", second.Meeting)
		}
		f.pay(second.Payment)
		f.stands(first.Meeting, domain.Active)
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := f.service.Book(f.ctx, ask(et, at(10, 0), "Eli"))
			return err
		})
		f.clock.forward(10 * time.Minute) // Eva and Bob have not paid
		third := f.take(et, at(10, 0), "Eli")
		f.owes(first.Payment, domain.PaymentExpired)
		f.pay(third.Payment)
		f.told(first.Meeting.ID,
			"BOOKED Cid: ACTIVE Cid Dan, DONE 2000", "BOOKED Dan: ACTIVE Cid Dan, DONE 2000", "BOOKED Eli: ACTIVE Cid Dan Eli, DONE 1000")
	})
}

// A full group whose members have all failed to pay makes way for a new one, of
// another length if need be.
func TestGroupBeginsAnew(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, priced, f.ada)
		full := f.take(et, at(10, 0), "Eva", "Bob", "Cid", "Dan")
		other := f.take(et, at(12, 0), "Eva")
		f.clock.forward(20 * time.Minute)
		fresh := f.take(et, at(10, 0), "Eli")
		longer := ask(et, at(12, 0), "Eli")
		longer.DurationMinutes = pointer(60)
		must(f.service.Book(f.ctx, longer))(f.t)
		for _, b := range []*booking.Booking{full, other} {
			f.stands(b.Meeting, domain.Expired)
			f.owes(b.Payment, domain.PaymentExpired)
		}
		if fresh.Meeting.ID == full.Meeting.ID || fresh.Meeting.ActiveAttendees != 1 {
			f.t.Errorf("the new group: %v", fresh.Meeting)
		}
		f.stored(fresh.Meeting)
	})
}
