package booking_test

import (
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// A ROUNDROBIN keeps its agent where he is free, also one who hosts the event
// type no more; else another one takes it. The turns are counted along.
func TestRescheduleRoundRobin(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(3)
		et := f.hosted(domain.RoundRobin, priced, agents...)
		m := f.take(et, at(10, 0), "Eva", "Bob")
		f.pay(m.Payment)
		made := must(f.reschedule(m.Meeting, at(10, 10)))(f.t)
		if f.agent(made) != agents[0].ID {
			f.t.Errorf("agent %s, want %s", f.agent(made), agents[0].ID)
		}
		f.stored(made)
		f.told(made.ID, "RESCHEDULED all: ACTIVE Eva Bob, DONE 1000")
		if p := made.Edges.Payment; p.ID != m.Payment.ID || *p.MeetingID != made.ID {
			f.t.Errorf("payment: %v", p)
		}
		f.take(f.hosted(domain.Collective, nil, agents[:2]...), at(15, 0), "Cid")
		made = must(f.reschedule(made, at(15, 10)))(f.t)
		if f.agent(made) != agents[2].ID {
			f.t.Errorf("agent %s, want %s", f.agent(made), agents[2].ID)
		}
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := f.service.Book(f.ctx, ask(et, at(15, 10), "Dan"))
			return err
		})
		f.dismiss(et, agents[2])
		made = must(f.reschedule(made, at(16, 0)))(f.t)
		if f.agent(made) != agents[2].ID {
			f.t.Errorf("agent %s, want %s", f.agent(made), agents[2].ID)
		}
		f.take(f.hosted(domain.Collective, nil, agents...), at(18, 0), "Cid")
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := f.reschedule(made, at(18, 0))
			return err
		})
	})
}

// A GROUP moves with all its seats and their payments, and not to where another
// one is.
func TestRescheduleGroup(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, priced, f.ada, f.ben)
		pair, waiting, late := f.take(et, at(10, 0), "Eva", "Bob"), f.take(et, at(10, 0), "Cid"), f.take(et, at(10, 0), "Dan")
		m := f.stands(pair.Meeting, domain.Held)
		f.keeps("CONFLICT", func() error {
			_, err := f.reschedule(m, at(11, 0))
			return err
		})
		f.pay(pair.Payment)
		refused(f.t, f.leave(late.Meeting.Edges.Attendees[3]), "")
		refused(f.t, f.leave(m.Edges.Attendees[0]), "") // Bob's payment was for Eva, too
		other := f.take(et, at(11, 0), "Eli")
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := f.reschedule(m, at(11, 0))
			return err
		})
		made, previous, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: m.ID, Start: at(12, 0), Reason: "ill"})
		if err != nil {
			f.t.Fatal(err)
		}
		f.stored(made)
		f.stands(previous, domain.Rescheduled)
		f.told(made.ID, "RESCHEDULED all: ACTIVE Bob")
		f.replaced("RESCHEDULED", "Eva=CANCELLED", "Bob") // Cid has yet to pay
		for i, from := range []*ent.Attendee{m.Edges.Attendees[1], m.Edges.Attendees[2]} {
			if s := made.Edges.Attendees[i]; *s.PreviousID != from.ID || *s.PaymentID != from.Edges.Payment.ID || len(made.Edges.Attendees) != 2 {
				f.t.Errorf("seat %d: %v", i, s)
			}
		}
		f.pay(waiting.Payment) // in the new one
		f.told(made.ID, "RESCHEDULED all: ACTIVE Bob", "BOOKED Cid: ACTIVE Bob Cid, DONE 1000")
		if p := f.pay(late.Payment); p.Status != domain.PaymentRefunded {
			f.t.Errorf("payment of a seat that was given back: %v", p)
		}
		f.keeps("CONFLICT", func() error { // Bob is still booked
			_, err := f.service.RecordPayment(f.ctx, says(pair.Payment, domain.PaymentRefunded, "re_1"))
			return err
		})
		f.clock.forward(time.Hour) // nobody has paid for the other group: its time is free
		made = must(f.reschedule(made, at(11, 0)))(f.t)
		f.stands(other.Meeting, domain.Expired)
		f.stored(made)
		f.told(m.ID, "BOOKED Eva: ACTIVE Eva Bob, DONE 2000", "BOOKED Bob: ACTIVE Eva Bob, DONE 2000", "CANCELED Eva: ACTIVE Eva=CANCELLED Bob, DONE 2000")
	})
}

// replaced looks at what the newest event tells of the meeting that was replaced:
// its status, and those who were part of it.
func (f *fixture) replaced(want ...string) {
	f.t.Helper()
	all := f.events()
	m := must((&eventlog.Event{Snapshot: all[len(all)-1].Snapshot}).Previous())(f.t)
	got := []string{string(m.Status)}
	for _, a := range m.Edges.Attendees {
		who := a.Name
		if a.Status != domain.AttendeeActive {
			who += "=" + string(a.Status)
		}
		got = append(got, who)
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("replaced was %v, want %v", got, want)
	}
}

// A payment for two seats, one of which was given back, goes with the other one:
// it can be made, and runs out, in the new meeting.
func TestRescheduleSharedPayment(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, priced, f.ada)
		for i := range 2 {
			first := f.take(et, at(10+4*i, 0), "Eva")
			f.pay(first.Payment)
			pair := f.take(et, at(10+4*i, 0), "Bob", "Cid")
			refused(f.t, f.leave(pair.Meeting.Edges.Attendees[1]), "")
			made := must(f.reschedule(pair.Meeting, at(12+4*i, 0)))(f.t)
			if i == 0 {
				f.pay(pair.Payment)
				f.told(made.ID, "RESCHEDULED all: ACTIVE Eva", "BOOKED Cid: ACTIVE Eva Cid, DONE 2000")
				continue
			}
			f.clock.forward(time.Hour)
			f.sweep()
			f.owes(pair.Payment, domain.PaymentExpired)
			if n := f.stands(made, domain.Active).ActiveAttendees; n != 1 {
				f.t.Errorf("%d seats", n)
			}
		}
	})
}

// Groups of different agents swap their starts at once: none waits for another
// in a circle, and none finds the other's start free.
func TestGroupsSwapPlaces(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, nil, f.ada, f.ben)
		groups := make([]*ent.Meeting, 2)
		for i, a := range []*ent.Agent{f.ada, f.ben} {
			in := ask(et, at(10+i, 0), "Eva")
			in.AgentIDs = []string{a.ID}
			groups[i] = must(f.service.Book(f.ctx, in))(f.t).Meeting
		}
		codes := together(f.t, 60, func(i int) error {
			_, err := f.reschedule(groups[i%2], groups[1-i%2].Start)
			return err
		})
		if codes["SLOT_TAKEN"] != 60 {
			f.t.Errorf("codes: %v", codes)
		}
		f.undisturbed()
	})
}

// Another duration is refused where it costs another amount, and taken where it
// does not.
func TestRescheduleDuration(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		change := func(m *ent.Meeting, length int) func() error {
			return func() error {
				_, _, err := f.service.Reschedule(f.ctx, booking.RescheduleInput{MeetingID: m.ID, Start: m.Start, DurationMinutes: &length})
				return err
			}
		}
		amounts := func(amounts map[string]int64) *ent.EventType {
			return f.hosted(domain.Solo, func(c *ent.EventTypeCreate) {
				c.SetDurations([]int{30, 45, 60}).SetCurrencyCode("EUR").SetAmountOnDuration(amounts)
			}, f.agents(1)...)
		}
		paid := f.take(amounts(map[string]int64{"30": 1000, "45": 1000, "60": 1800}), at(10, 0), "Eva")
		f.pay(paid.Payment)
		f.keeps("BAD_USER_INPUT durationMinutes", change(paid.Meeting, 60))
		f.keeps("BAD_USER_INPUT durationMinutes", change(paid.Meeting, 20))
		refused(f.t, change(paid.Meeting, 45)(), "")
		free := f.take(amounts(map[string]int64{"60": 1800}), at(10, 0), "Eva")
		if free.Meeting.Status != domain.Active || free.Payment != nil {
			f.t.Errorf("free: %v", free)
		}
		f.keeps("BAD_USER_INPUT durationMinutes", change(free.Meeting, 60))
		refused(f.t, change(free.Meeting, 45)(), "")
	})
}
