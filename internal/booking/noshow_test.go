package booking_test

import (
	"strings"
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
)

func (f *fixture) mark(a *ent.Attendee) error {
	_, err := f.service.MarkNoShow(f.ctx, a.ID)
	return err
}

func (f *fixture) unmark(a *ent.Attendee) error {
	_, err := f.service.UnmarkNoShow(f.ctx, a.ID)
	return err
}

// Marked one by one, and taken back; the meeting says when all are missing.
func TestNoShow(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, nil, f.ada)
		m := f.take(et, at(10, 0), "Eva", "Bob", "Cid").Meeting
		eva, bob, cid := m.Edges.Attendees[0], m.Edges.Attendees[1], m.Edges.Attendees[2]
		f.keeps("CONFLICT", func() error { return f.mark(eva) }) // it has not begun
		refused(f.t, f.leave(cid), "")
		f.clock.to(m.Start)
		f.keeps("CONFLICT", func() error { return f.unmark(eva) })
		got := must(f.service.MarkNoShow(f.ctx, eva.ID))(f.t)
		by := domain.Actor{Type: domain.ActorAgent, ID: f.ada.ID, Name: "Ada"}
		if n := got.NoShow; got.Status != domain.AttendeeNoShow || n == nil || n.By != by || n.Time.Before(m.Start) {
			f.t.Errorf("seat: %v", got)
		}
		if now := f.stands(m, domain.Active); now.MarkAsNoShow || now.ActiveAttendees != 2 {
			f.t.Errorf("meeting: %v", now)
		}
		f.keeps("CONFLICT", func() error { return f.mark(eva) })
		f.keeps("CONFLICT", func() error { return f.mark(cid) })
		f.keeps("CONFLICT", func() error { return f.leave(eva) })
		f.clock.to(m.End)
		f.sweep()
		refused(f.t, f.mark(bob), "")
		if now := f.stands(m, domain.Completed); !now.MarkAsNoShow {
			f.t.Errorf("meeting: %v", now)
		}
		got = must(f.service.UnmarkNoShow(f.ctx, eva.ID))(f.t)
		now := f.stands(m, domain.Completed)
		same(f.t, "the answer's meeting", got.Edges.Meeting, now)
		if got.NoShow != nil || got.Status != domain.AttendeeActive || now.MarkAsNoShow {
			f.t.Errorf("seat: %v, meeting: %v", got, now)
		}
		told := "BOOKED Eva: ACTIVE Eva Bob Cid, BOOKED Bob: ACTIVE Eva Bob Cid, BOOKED Cid: ACTIVE Eva Bob Cid, " +
			"CANCELED Cid: ACTIVE Eva Bob Cid=CANCELLED, NO_SHOW Eva: ACTIVE Eva=NO_SHOW Bob Cid=CANCELLED, " +
			"NO_SHOW Bob: COMPLETED Eva=NO_SHOW Bob=NO_SHOW Cid=CANCELLED, NO_SHOW Eva: COMPLETED Eva Bob=NO_SHOW Cid=CANCELLED"
		f.told(m.ID, strings.Split(told, ", ")...)
	})
}

// Of the other types too the event names the attendee.
func TestNoShowOfOne(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		b := f.take(f.hosted(domain.RoundRobin, priced, f.ada, f.ben), at(10, 0), "Eva", "Bob")
		f.pay(b.Payment)
		f.clock.to(b.Meeting.Start)
		refused(f.t, f.mark(b.Meeting.Edges.Attendees[1]), "")
		f.told(b.Meeting.ID, "BOOKED all: ACTIVE Eva Bob, DONE 1000", "NO_SHOW Bob: ACTIVE Eva Bob=NO_SHOW, DONE 1000")
	})
}

func TestNoShowRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		other := newTenant(f.t, f.db.Client)
		gone, moved := f.book(at(8, 0)), f.book(at(9, 0))
		must(f.cancel(gone))(f.t)
		must(f.reschedule(moved, at(10, 0)))(f.t)
		et := f.hosted(domain.Group, func(c *ent.EventTypeCreate) {
			priced(c)
			c.SetHoldMinutes(1440)
		}, f.ben)
		f.clock.to(at(7, 0))
		paid, unpaid := f.take(et, at(9, 0), "Eva"), f.take(et, at(9, 0), "Bob")
		held := f.take(f.hosted(domain.Solo, func(c *ent.EventTypeCreate) {
			priced(c)
			c.SetHoldMinutes(1440)
		}, f.ada), at(11, 0), "Eva")
		f.pay(paid.Payment)
		f.clock.to(at(12, 0))
		for name, m := range map[string]*ent.Meeting{"gone": gone, "moved": moved, "unpaid": unpaid.Meeting, "held": held.Meeting} {
			f.t.Log(name)
			last := m.Edges.Attendees[len(m.Edges.Attendees)-1]
			f.keeps("CONFLICT", func() error { return f.mark(last) })
			f.keeps("CONFLICT", func() error { return f.unmark(last) })
		}
		for id, want := range map[string]string{"att_none": "NOT_FOUND attendeeId", "": "NOT_FOUND attendeeId", "\x00": "BAD_USER_INPUT attendeeId"} {
			f.keeps(want, func() error { return f.mark(&ent.Attendee{ID: id}) })
		}
		f.keeps("NOT_FOUND attendeeId", func() error {
			_, err := f.service.MarkNoShow(other.ctx, paid.Meeting.Edges.Attendees[0].ID)
			return err
		})
		// the one who came is the only one who counts: who has not paid is not missing
		refused(f.t, f.mark(paid.Meeting.Edges.Attendees[0]), "")
		if m := f.stands(paid.Meeting, domain.Active); !m.MarkAsNoShow {
			f.t.Errorf("meeting: %v", m)
		}
	})
}
