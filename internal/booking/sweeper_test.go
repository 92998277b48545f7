package booking_test

import (
	"context"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/command"
	"slotcast/ent/payment"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// Holds end at their time and not before, of all types and apps, without a word.
func TestSweepHolds(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		agents := f.agents(3)
		var holds []*booking.Booking
		for i, kind := range []domain.MeetingType{domain.Solo, domain.Group, domain.RoundRobin, domain.Collective} {
			holds = append(holds, f.take(f.hosted(kind, priced, agents...), at(10+i, 0), "Eva"))
		}
		failed := f.take(f.hosted(domain.Solo, priced, f.ben), at(10, 0), "Eva")
		must(f.service.RecordPayment(f.ctx, says(failed.Payment, domain.PaymentFailed, "pi_1")))(f.t)
		holds = append(holds, failed)
		f.clock.to(epoch().Add(14 * time.Minute))
		f.keeps("", func() error {
			_, err := f.service.Sweep(f.t.Context())
			return err
		})
		f.clock.to(epoch().Add(15*time.Minute + time.Second))
		if n := must(f.service.Sweep(f.t.Context()))(f.t); n != len(holds) {
			f.t.Errorf("%d swept", n)
		}
		for _, b := range holds {
			f.stands(b.Meeting, domain.Expired)
			f.owes(b.Payment, domain.PaymentExpired)
			f.told(b.Meeting.ID)
			f.keeps("CONFLICT", func() error {
				_, err := f.cancel(b.Meeting)
				return err
			})
		}
		f.keeps("", func() error {
			n, err := f.service.Sweep(f.t.Context())
			if n != 0 {
				f.t.Errorf("%d swept again", n)
			}
			return err
		})
	})
}

// Of a group only the seats leave that are not paid; together with the meeting
// if there are no others.
func TestSweepSeats(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Group, priced, f.ada)
		late, paid := f.take(et, at(10, 0), "Eva", "Bob"), f.take(et, at(10, 0), "Cid")
		f.pay(paid.Payment)
		f.clock.forward(time.Hour)
		f.sweep()
		m := f.stands(late.Meeting, domain.Active)
		f.owes(late.Payment, domain.PaymentExpired)
		for i, a := range m.Edges.Attendees {
			if c := a.Cancellation; (i < 2) != (c != nil && c.By.Type == domain.ActorSystem && a.Status == domain.AttendeeCancelled) {
				f.t.Errorf("seat %d: %v", i, a)
			}
		}
		// one of the two has left by then; the payment restores the other
		again := f.take(et, at(10, 0), "Dan", "Eli")
		refused(f.t, f.leave(again.Meeting.Edges.Attendees[3]), "")
		f.clock.forward(time.Hour)
		f.sweep()
		f.pay(again.Payment)
		f.pay(late.Payment)
		f.told(m.ID, "BOOKED Cid: ACTIVE Cid, DONE 1000", "BOOKED Eli: ACTIVE Cid Eli, DONE 2000",
			"BOOKED Eva: ACTIVE Eva Bob Cid Eli, DONE 2000", "BOOKED Bob: ACTIVE Eva Bob Cid Eli, DONE 2000")
		full := f.take(et, at(12, 0), "Eva")
		f.clock.forward(time.Hour)
		f.sweep()
		f.pay(f.take(et, at(12, 0), "Bob", "Cid", "Dan", "Eli").Payment)
		if p := f.pay(full.Payment); p.Status != domain.PaymentRefunded {
			f.t.Errorf("a seat in another group: %v", p)
		}
	})
}

// A meeting is over when the time that it takes of its agents is; the buffer
// behind it is kept free until then. Seats are held until its start and no longer.
func TestSweepMeetings(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		et := f.hosted(domain.Solo, func(c *ent.EventTypeCreate) { c.SetBufferAfterMinutes(20) }, f.ada)
		padded, group := f.take(et, at(10, 0), "Eva").Meeting, f.hosted(domain.Group, func(c *ent.EventTypeCreate) {
			priced(c)
			c.SetHoldMinutes(60)
		}, f.ben)
		f.pay(f.take(group, at(10, 0), "Eva").Payment)
		f.clock.to(at(9, 50))
		unpaid, m := f.take(group, at(10, 0), "Bob"), f.stands(padded, domain.Active)
		slow := f.take(group, at(10, 0), "Cid")
		f.clock.to(at(10, 30))
		f.sweep()
		f.stands(m, domain.Active)
		f.keeps("SLOT_TAKEN start", func() error {
			_, err := f.service.Book(f.ctx, ask(et, at(10, 40), "Bob"))
			return err
		})
		f.owes(slow.Payment, domain.PaymentExpired)
		f.stands(slow.Meeting, domain.Completed)
		f.clock.to(at(10, 50).Add(time.Second))
		f.sweep()
		f.stands(m, domain.Completed)
		if p := f.pay(unpaid.Payment); p.Status != domain.PaymentRefunded {
			f.t.Errorf("paid after the end: %v", p)
		}
		f.keeps("CONFLICT", func() error {
			_, err := f.cancel(m)
			return err
		})
		f.keeps("CONFLICT", func() error {
			_, err := f.reschedule(m, at(20, 0))
			return err
		})
	})
}

// Answers are kept for a day. What cannot be swept is not in the others' way.
func TestSweepGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		in := f.input(at(10, 0))
		in.IdempotencyKey = pointer("new")
		must(f.service.Book(f.ctx, in))(f.t)
		keep := func(key string, age time.Duration) {
			must(f.db.Client.Command.Create().SetKey(key).SetRequestHash([]byte{1}).SetCreatedAt(epoch().Add(-age)).Save(viewer.ForApp(f.ctx)))(f.t)
		}
		keep("old", 24*time.Hour)
		keep("young", 23*time.Hour)
		hold := f.take(f.hosted(domain.Solo, priced, f.ben), at(10, 0), "Eva")
		orphan := must(f.db.Client.Payment.Create().SetAmountMinor(1).SetCurrencyCode("EUR").SetStatus(domain.PaymentPending).
			SetHeldUntil(epoch()).Save(f.ctx))(f.t)
		f.clock.forward(15 * time.Minute)
		if _, err := f.service.Sweep(f.t.Context()); err == nil {
			f.t.Error("a payment for nothing was swept")
		}
		f.stands(hold.Meeting, domain.Expired)
		keys := must(f.db.Client.Command.Query().Order(command.ByKey()).Select(command.FieldKey).Strings(viewer.ForApp(f.ctx)))(f.t)
		if len(keys) == 0 || keys[len(keys)-1] != "young" {
			f.t.Errorf("keys: %v", keys)
		}
		for _, key := range keys {
			if key == "old" {
				f.t.Error("the old key is there")
			}
		}
		must(f.db.Client.Payment.Delete().Where(payment.ID(orphan.ID)).Exec(viewer.System(f.t.Context())))(f.t)
	})
}

func TestSweeperStops(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		ctx, stop := context.WithCancel(f.t.Context())
		hold := f.take(f.hosted(domain.Solo, priced, f.ben), at(10, 0), "Eva")
		f.clock.forward(15 * time.Minute)
		sweeper := booking.NewSweeper(booking.SweeperConfig{Service: f.service, Every: time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
		ended := make(chan error)
		go func() { ended <- sweeper.Run(ctx) }()
		for f.t.Context().Err() == nil && f.read(hold.Meeting.ID).Status == domain.Held {
			runtime.Gosched()
		}
		stop()
		if err := <-ended; err != nil {
			f.t.Errorf("stopped with %v", err)
		}
		f.stands(hold.Meeting, domain.Expired)
	})
}
