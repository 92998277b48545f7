package booking_test

import (
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

// What has a price is held, and told when it is paid.
func TestPay(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		f.hook(domain.MeetingBooked)
		for i, kind := range []domain.MeetingType{domain.Solo, domain.RoundRobin, domain.Collective} {
			et := f.hosted(kind, priced, f.agents(2)...)
			in := ask(et, at(10, 0), "Eva")
			in.DurationMinutes = pointer(60)
			b := must(f.service.Book(f.ctx, in))(f.t)
			f.stored(b.Meeting)
			p := b.Payment
			if b.Meeting.Status != domain.Held || b.Meeting.Sequence != 0 || p.Status != domain.PaymentPending || p.AmountMinor != 1800 ||
				*p.MeetingID != b.Meeting.ID || p.OrderID == "" || p.MeetCreatedAt != nil || p.AmountOnDuration["30"] != 1000 {
				f.t.Errorf("meeting %v, payment %v", b.Meeting, p)
			}
			f.told(b.Meeting.ID)
			say := says(p, domain.PaymentDone, "pi_"+p.ID)
			say.PaymentTime, say.BillingName, say.BillingAddress = pointer(epoch()), pointer("Eva Ñ"), pointer("Calle 1")
			say.EmailID, say.Note = pointer("eva@example.org"), pointer("thanks")
			done := must(f.service.RecordPayment(f.ctx, say))(f.t)
			if done.Status != domain.PaymentDone || done.Method != "STRIPE" || *done.ExternalPaymentID != say.ExternalPaymentID ||
				!done.PaymentTime.Equal(epoch()) || done.BillingName != "Eva Ñ" || done.BillingAddress != "Calle 1" ||
				done.EmailID != "eva@example.org" || done.Note != "thanks" || done.MeetCreatedAt == nil || done.HeldUntil != nil {
				f.t.Errorf("payment: %v", done)
			}
			m := f.stands(b.Meeting, domain.Active)
			f.last(domain.MeetingBooked, m, f.events()[i].Owed...)
			f.told(m.ID, "BOOKED all: ACTIVE Eva, DONE 1800")
			before := dump(f.t, f.db)
			again := must(f.service.RecordPayment(f.ctx, say))(f.t)
			if again.ID != done.ID || !again.UpdatedAt.Equal(done.UpdatedAt) {
				f.t.Errorf("again: %v", again)
			}
			unchanged(f.t, f.db, before)
		}
	})
}

// A payment may fail and be tried again; it ends once.
func TestPaymentStates(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Solo, priced, f.ada)
		b, other := f.take(et, at(10, 0), "Eva"), f.take(et, at(11, 0), "Bob")
		record := func(p booking.PaymentInput) func() error {
			return func() error {
				_, err := f.service.RecordPayment(f.ctx, p)
				return err
			}
		}
		try := func(status domain.PaymentStatus, reference string) func() error {
			return record(says(b.Payment, status, reference))
		}
		f.keeps("CONFLICT", try(domain.PaymentRefunded, "pi_1"))
		for i, say := range []booking.PaymentInput{
			says(b.Payment, domain.PaymentPending, "pi_1"), says(b.Payment, domain.PaymentFailed, "pi_1"),
			says(b.Payment, domain.PaymentPending, "pi_2"), says(b.Payment, domain.PaymentFailed, "pi_2"),
		} {
			refused(f.t, record(say)(), "")
			f.owes(b.Payment, say.Status)
			f.stands(b.Meeting, domain.Held)
			f.keeps("", record(say)) // again
			if i == 0 {
				f.keeps("CONFLICT externalPaymentId", record(says(other.Payment, domain.PaymentDone, "pi_1")))
			}
		}
		refused(f.t, try(domain.PaymentDone, "pi_3")(), "")
		f.owes(b.Payment, domain.PaymentDone)
		f.keeps("", try(domain.PaymentDone, "pi_3"))
		f.keeps("CONFLICT", try(domain.PaymentDone, "pi_4"))
		f.keeps("", try(domain.PaymentFailed, "pi_3")) // late news of tries that are over
		f.keeps("", try(domain.PaymentPending, "pi_5"))
		f.keeps("CONFLICT", try(domain.PaymentRefunded, "re_1")) // still booked
		must(f.cancel(b.Meeting))(f.t)
		f.owes(b.Payment, domain.PaymentDone) // no policy: it stays
		refused(f.t, try(domain.PaymentRefunded, "re_1")(), "")
		f.owes(b.Payment, domain.PaymentRefunded)
		f.keeps("", try(domain.PaymentRefunded, "re_1"))
		f.keeps("", try(domain.PaymentRefunded, "re_2"))
		f.keeps("", try(domain.PaymentDone, "pi_3")) // the provider repeats itself
		f.keeps("CONFLICT", try(domain.PaymentDone, "pi_5"))
		f.told(b.Meeting.ID, "BOOKED all: ACTIVE Eva, DONE 1000", "CANCELED all: CANCELLED Eva=CANCELLED, DONE 1000")
	})
}

func TestPaymentRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		b := f.take(f.hosted(domain.Solo, priced, f.ada), at(10, 0), "Eva")
		other := newTenant(f.t, f.db.Client)
		for field, change := range map[string]func(in *booking.PaymentInput){
			"BAD_USER_INPUT status":            func(in *booking.PaymentInput) { in.Status = "PAID" },
			"BAD_USER_INPUT status ":           func(in *booking.PaymentInput) { in.Status = domain.PaymentExpired },
			"BAD_USER_INPUT method":            func(in *booking.PaymentInput) { in.Method = " " },
			"BAD_USER_INPUT externalPaymentId": func(in *booking.PaymentInput) { in.ExternalPaymentID = "" },
			"BAD_USER_INPUT emailId":           func(in *booking.PaymentInput) { in.EmailID = pointer("eva") },
			"BAD_USER_INPUT note":              func(in *booking.PaymentInput) { in.Note = pointer("\x00") },
			"BAD_USER_INPUT billingName":       func(in *booking.PaymentInput) { in.BillingName = pointer("\xff") },
			"BAD_USER_INPUT billingAddress":    func(in *booking.PaymentInput) { in.BillingAddress = pointer("\x00") },
			"BAD_USER_INPUT paymentTime":       func(in *booking.PaymentInput) { in.PaymentTime = pointer(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)) },
			"NOT_FOUND paymentId":              func(in *booking.PaymentInput) { in.PaymentID = "pay_none" },
			"NOT_FOUND paymentId ":             func(in *booking.PaymentInput) { in.PaymentID = "" },
		} {
			in := says(b.Payment, domain.PaymentDone, "pi_1")
			change(&in)
			f.keeps(strings.TrimSpace(field), func() error {
				_, err := f.service.RecordPayment(f.ctx, in)
				return err
			})
		}
		f.keeps("NOT_FOUND paymentId", func() error {
			_, err := f.service.RecordPayment(other.ctx, says(b.Payment, domain.PaymentDone, "pi_1"))
			return err
		})
	})
}

// Payment and expiry, in each order.
func TestPayAndExpire(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(2)
		for i, kind := range []domain.MeetingType{domain.Solo, domain.RoundRobin, domain.Collective, domain.Group} {
			et := f.hosted(kind, priced, agents...)
			hour := 4 * i
			late := func() { f.clock.forward(15 * time.Minute) }
			booked := "BOOKED all: ACTIVE Eva, DONE 1000"
			if kind == domain.Group {
				booked = "BOOKED Eva: ACTIVE Eva, DONE 1000"
			}

			paid := f.take(et, at(hour, 0), "Eva") // pays, then the time runs out
			f.pay(paid.Payment)
			late()
			f.sweep()
			f.stands(paid.Meeting, domain.Active)
			f.told(paid.Meeting.ID, booked)

			free := f.take(et, at(hour+1, 0), "Eva") // the time runs out, and nobody takes it
			late()
			f.sweep()
			f.stands(free.Meeting, domain.Expired)
			f.owes(free.Payment, domain.PaymentExpired)
			f.pay(free.Payment)
			f.stands(free.Meeting, domain.Active)
			f.told(free.Meeting.ID, booked)

			lost := f.take(et, at(hour+2, 0), "Eva") // somebody takes it
			late()
			f.sweep()
			all := f.hosted(domain.Collective, nil, agents...)
			f.take(all, at(hour+2, 10), "Bob")
			if p := f.pay(lost.Payment); p.Status != domain.PaymentRefunded || p.ExternalPaymentID == nil || p.MeetCreatedAt != nil {
				f.t.Errorf("payment: %v", p)
			}
			f.keeps("", func() error {
				_, err := f.service.RecordPayment(f.ctx, says(lost.Payment, domain.PaymentDone, "pi_"+lost.Payment.ID))
				return err
			})
			f.stands(lost.Meeting, domain.Expired)
			f.told(lost.Meeting.ID)

			unswept := f.take(et, at(hour+3, 0), "Eva") // overdue, but nobody has noticed
			late()
			f.pay(unswept.Payment)
			f.stands(unswept.Meeting, domain.Active)
			f.told(unswept.Meeting.ID, booked)
		}
	})
}

// What was called off before it was paid, or has begun, is given back.
func TestPayTooLate(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		solo, group := f.hosted(domain.Solo, priced, f.ada), f.hosted(domain.Group, priced, f.ben)
		cancelled := f.take(solo, at(10, 0), "Eva")
		must(f.cancel(cancelled.Meeting))(f.t)
		f.owes(cancelled.Payment, domain.PaymentExpired)
		seat := f.take(group, at(10, 0), "Eva")
		other := f.take(group, at(10, 0), "Bob", "Cid")
		f.pay(other.Payment)
		refused(f.t, f.leaveAs(seat.Meeting.Edges.Attendees[0], domain.ActorSystem), "") // not for want of payment
		expired, late := f.take(solo, at(11, 0), "Eva"), f.take(group, at(10, 0), "Eva")
		f.clock.forward(time.Hour)
		f.sweep()
		for i, b := range []*booking.Booking{cancelled, seat, expired, late} {
			if i == 2 {
				f.clock.to(at(11, 0))
			}
			if p := f.pay(b.Payment); p.Status != domain.PaymentRefunded {
				f.t.Errorf("payment: %v", p)
			}
		}
		f.told(cancelled.Meeting.ID)
		f.told(expired.Meeting.ID)
		f.told(seat.Meeting.ID, "BOOKED Bob: ACTIVE Bob Cid, DONE 2000", "BOOKED Cid: ACTIVE Bob Cid, DONE 2000")
	})
}

// What comes late takes the time that was held, whatever the buffers are now.
func TestPayLateAfterOtherBuffers(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Solo, func(c *ent.EventTypeCreate) {
			priced(c)
			c.SetBufferAfterMinutes(30)
		}, f.ada)
		late, later := f.take(et, at(10, 0), "Eva"), f.take(et, at(14, 0), "Bob")
		f.clock.forward(time.Hour)
		f.sweep()
		et = must(f.db.Client.EventType.UpdateOne(et).SetBufferAfterMinutes(0).Save(f.ctx))(f.t)
		f.take(et, at(10, 30), "Cid")
		if p := f.pay(late.Payment); p.Status != domain.PaymentRefunded {
			f.t.Errorf("in the way of another meeting: %v", p)
		}
		if p := f.pay(later.Payment); p.Status != domain.PaymentDone {
			f.t.Errorf("with nothing in the way: %v", p)
		}
		f.stands(later.Meeting, domain.Active)
	})
}
