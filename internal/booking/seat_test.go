package booking_test

import (
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

func (f *fixture) leaveAs(a *ent.Attendee, as domain.ActorType) error {
	_, err := f.service.CancelAttendee(f.ctx, booking.CancelAttendeeInput{AttendeeID: a.ID, By: booking.ActorInput{Type: as}})
	return err
}

// The meeting goes on until the last seat is given back.
func TestCancelAttendee(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, nil, f.ada)
		m := f.take(et, at(10, 0), "Eva", "Bob").Meeting
		seats := m.Edges.Attendees
		by := domain.Actor{Type: domain.ActorAttendee, ID: seats[0].ID, Name: "Eva"}
		got := must(f.service.CancelAttendee(f.ctx, booking.CancelAttendeeInput{
			AttendeeID: seats[0].ID, Reason: "ill", By: booking.ActorInput{Type: by.Type, ID: &by.ID},
		}))(f.t)
		if c := got.Cancellation; got.Status != domain.AttendeeCancelled || c == nil || c.Reason != "ill" || c.By != by || c.Time.Before(epoch()) {
			f.t.Errorf("seat: %v", got)
		}
		now := f.stands(m, domain.Active)
		same(f.t, "the answer's meeting", got.Edges.Meeting, now)
		if now.ActiveAttendees != 1 || now.Cancellation != nil || now.Edges.Attendees[1].Cancellation != nil {
			f.t.Errorf("meeting: %v", now)
		}
		f.keeps("CONFLICT", func() error { return f.leave(seats[0]) })
		f.take(et, at(10, 0), "Cid", "Dan", "Eli") // the seat is free
		for _, a := range f.whole(m.ID).Edges.Attendees[2:] {
			refused(f.t, f.leave(a), "")
		}
		refused(f.t, f.leave(seats[1]), "")
		now = f.stands(m, domain.Cancelled)
		if c := now.Cancellation; c == nil || c.By.ID != f.ada.ID || now.ActiveAttendees != 0 {
			f.t.Errorf("meeting: %v", now)
		}
		events := f.events()
		if got, want := told(f.t, events[2]), "CANCELED Eva: ACTIVE Eva=CANCELLED Bob"; got != want {
			f.t.Errorf("got %s, want %s", got, want)
		}
		last := "CANCELED Bob: CANCELLED Eva=CANCELLED Bob=CANCELLED Cid=CANCELLED Dan=CANCELLED Eli=CANCELLED"
		if got := told(f.t, events[len(events)-1]); got != last || len(events) != 10 {
			f.t.Errorf("got %s of %d events, want %s", got, len(events), last)
		}
		f.keeps("CONFLICT", func() error { return f.leave(seats[1]) })
		f.take(et, at(10, 0), "Fay") // and so is the time
	})
}

func TestCancelAttendeeRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		other := newTenant(f.t, f.db.Client)
		group := f.hosted(domain.Group, nil, f.ada)
		m := f.take(group, at(10, 0), "Eva").Meeting
		moved := must(f.reschedule(m, at(11, 0)))(f.t)
		for want, id := range map[string]string{
			"CONFLICT":              f.book(at(15, 0)).Edges.Attendees[0].ID,
			"CONFLICT ":             m.Edges.Attendees[0].ID,
			"NOT_FOUND attendeeId":  "att_none",
			"NOT_FOUND attendeeId ": must(f.service.Book(other.ctx, other.input(at(10, 0))))(f.t).Meeting.Edges.Attendees[0].ID,
		} {
			f.keeps(strings.TrimSpace(want), func() error { return f.leave(&ent.Attendee{ID: id}) })
		}
		for field, in := range map[string]booking.CancelAttendeeInput{
			"BAD_USER_INPUT attendeeId":       {AttendeeID: "\x00"},
			"BAD_USER_INPUT reason":           {Reason: "\x00"},
			"BAD_USER_INPUT cancelledBy.type": {By: booking.ActorInput{Type: "ROBOT"}},
		} {
			if in.AttendeeID == "" {
				in.AttendeeID = moved.Edges.Attendees[0].ID
			}
			f.keeps(field, func() error {
				_, err := f.service.CancelAttendee(f.ctx, in)
				return err
			})
		}
	})
}

// A payment for several seats is settled with the last of them.
func TestCancelSeatsPaidTogether(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, func(c *ent.EventTypeCreate) {
			priced(c)
			c.SetRefundNoticeMinutes(60)
		}, f.ada)
		pair, free := f.take(et, at(10, 0), "Eva", "Bob"), f.take(et, at(10, 0), "Cid")
		m := pair.Meeting
		f.pay(pair.Payment)
		refused(f.t, f.leave(m.Edges.Attendees[0]), "")
		f.owes(pair.Payment, domain.PaymentDone)
		// Bob is the last who is part of it: Cid, who has not paid, goes as well
		refused(f.t, f.leave(m.Edges.Attendees[1]), "")
		f.owes(pair.Payment, domain.PaymentRefunded)
		f.owes(free.Payment, domain.PaymentExpired)
		f.stands(m, domain.Cancelled)
		f.told(m.ID,
			"BOOKED Eva: ACTIVE Eva Bob, DONE 2000", "BOOKED Bob: ACTIVE Eva Bob, DONE 2000",
			"CANCELED Eva: ACTIVE Eva=CANCELLED Bob, DONE 2000", "CANCELED Bob: CANCELLED Eva=CANCELLED Bob=CANCELLED, REFUNDED 2000")
		if p := f.pay(free.Payment); p.Status != domain.PaymentRefunded {
			f.t.Errorf("paid for what is cancelled: %v", p)
		}
	})
}

// Seats that nobody has paid yet leave without a word, and are never told of.
func TestCancelUnpaidSeats(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, priced, f.ada)
		b := f.take(et, at(10, 0), "Eva", "Bob", "Cid")
		seats := b.Meeting.Edges.Attendees
		refused(f.t, f.leave(seats[0]), "")
		f.owes(b.Payment, domain.PaymentPending)
		if n := f.stands(b.Meeting, domain.Held).ActiveAttendees; n != 2 {
			f.t.Errorf("%d seats", n)
		}
		f.pay(b.Payment)
		f.told(b.Meeting.ID, "BOOKED Bob: ACTIVE Bob Cid, DONE 3000", "BOOKED Cid: ACTIVE Bob Cid, DONE 3000")
		must(f.cancel(b.Meeting))(f.t)

		held := f.take(et, at(12, 0), "Eva")
		refused(f.t, f.leave(held.Meeting.Edges.Attendees[0]), "")
		f.stands(held.Meeting, domain.Cancelled)
		f.owes(held.Payment, domain.PaymentExpired)
		f.told(held.Meeting.ID)
	})
}

// Refunds: none without a policy, and else up to the notice.
func TestRefunds(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		f.clock.step = time.Nanosecond // it stands still for a thousand looks
		for i, notice := range []*int{nil, pointer(0), pointer(90)} {
			et := f.hosted(domain.Solo, func(c *ent.EventTypeCreate) {
				priced(c)
				c.SetNillableRefundNoticeMinutes(notice)
			}, f.agents(2)...)
			for j, before := range []time.Duration{0, time.Second, -time.Microsecond} { // of the last moment
				start := at(10, 0).AddDate(0, 0, 10*i+j)
				b := f.take(et, start, "Eva")
				f.pay(b.Payment)
				want := domain.PaymentDone
				if notice != nil {
					start = start.Add(-time.Duration(*notice) * time.Minute)
					if before >= 0 {
						want = domain.PaymentRefunded
					}
				}
				f.clock.to(start.Add(-before))
				must(f.cancel(b.Meeting))(f.t)
				f.owes(b.Payment, want)
			}
		}
	})
}
