package booking_test

import (
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
)

// sitting is a seat and its meeting.
type sitting struct {
	x *modelMeeting
	s *modelSeat
}

// seatSome draws a seat: one that fits, where there is one.
func (r *modelRun) seatSome(fits func(sitting) bool) (sitting, string) {
	var all []*sitting
	for _, x := range r.meetings {
		for _, s := range x.seats {
			all = append(all, &sitting{x, s})
		}
	}
	found := some(r, all, func(s *sitting) bool { return fits(*s) })
	if found == nil {
		return sitting{}, nobody
	}
	return *found, found.s.id
}

// seated compares what a command on a seat returned.
func (r *modelRun) seated(got *ent.Attendee, want sitting) {
	r.t.Helper()
	if got.ID != want.s.id || got.Status != want.s.status {
		r.fail("answered %s %s, want %s %s", got.ID, got.Status, want.s.id, want.s.status)
	}
	r.answered(got.Edges.Meeting, want.x)
}

func (r *modelRun) cancelSeatSome() {
	at, id := r.seatSome(func(at sitting) bool { return at.x.group() && at.x.live() && at.s.status == domain.AttendeeActive })
	in := booking.CancelAttendeeInput{AttendeeID: id, By: booking.ActorInput{Type: r.actor(), ID: &id}}
	if in.By.Type == "" {
		in.By.ID = nil
	}
	v := r.cancelSeat(at.x, at.s)
	got, err := r.service.CancelAttendee(r.ctx, in)
	if r.ended("cancel seat", err, v, id, "in", at.x.key(), in.By.Type) {
		r.seated(got, at)
	}
}

func (r *modelRun) markSome() {
	at, id := r.seatSome(func(at sitting) bool {
		return at.s.status == domain.AttendeeActive && !r.now.Before(at.x.start) &&
			(at.x.status == domain.Active || at.x.status == domain.Completed)
	})
	v := r.mark(at.x, at.s, domain.AttendeeActive, domain.AttendeeNoShow)
	got, err := r.service.MarkNoShow(r.ctx, id)
	if r.ended("mark", err, v, id, "in", at.x.key()) {
		r.seated(got, at)
	}
}

func (r *modelRun) unmarkSome() {
	at, id := r.seatSome(func(at sitting) bool { return at.s.status == domain.AttendeeNoShow })
	v := r.mark(at.x, at.s, domain.AttendeeNoShow, domain.AttendeeActive)
	got, err := r.service.UnmarkNoShow(r.ctx, id)
	if r.ended("unmark", err, v, id, "in", at.x.key()) {
		r.seated(got, at)
	}
}

func (r *modelRun) reassignSome() {
	x := some(r, r.meetings, func(x *modelMeeting) bool {
		return x.status == domain.Active && x.kind.Type != domain.Collective && len(x.kind.turns) > 1
	})
	to := one(r, append([]string{nobody}, r.agents...)...)
	if x != nil && one(r, true, true, true, false) {
		to = one(r, x.kind.hosts()...)
	}
	v := r.reassign(x, to)
	got, err := r.service.Reassign(r.ctx, booking.ReassignInput{MeetingID: x.key(), AgentID: to})
	if r.ended("reassign", err, v, x.key(), "to", to) {
		r.answered(got, x)
	}
}

// late says whether a payment ran out whose meeting or seat was not called off.
func (m *model) late(p *modelPayment) bool {
	return p.status == domain.PaymentExpired && m.of(p).status != domain.Cancelled
}

func (r *modelRun) paySome() {
	p := some(r, r.payments, (*modelPayment).open)
	if r.pick(2) > 0 && slices.ContainsFunc(r.payments, r.late) {
		p = some(r, r.payments, func(p *modelPayment) bool {
			return r.late(p) && r.of(p).start.After(r.now)
		})
	}
	in := modelCallback{
		payment: p, method: one(r, "STRIPE", "PAYPAL"), said: one(r, "0", "1", "2", "3", "4", "5", "6", "7"),
		status: one(r, domain.PaymentDone, domain.PaymentDone, domain.PaymentDone, domain.PaymentFailed,
			domain.PaymentPending, domain.PaymentRefunded, domain.PaymentExpired),
	}
	if r.careful {
		in.status = one(r, domain.PaymentDone, domain.PaymentDone, domain.PaymentDone, domain.PaymentFailed, domain.PaymentPending)
	}
	id, holder := nobody, (*modelMeeting)(nil)
	if p != nil {
		id, holder = p.id, r.of(p)
		if !r.slip(4) {
			in.said = id
		}
		if p.said != "" && one(r, true, false) {
			in.method, in.said = p.method, p.said
		}
	}
	v := r.pay(in)
	got, err := r.service.RecordPayment(r.ctx, booking.PaymentInput{
		PaymentID: id, Status: in.status, Method: in.method, ExternalPaymentID: in.said,
	})
	if r.ended("pay "+string(in.status), err, v, id, "of", holder.key(), in.method, in.said) && got.Status != p.status {
		r.fail("answered %s, want %s", got.Status, p.status)
	}
}

// advance lets time pass: a little, or until the next command comes at the very
// instant at which something begins, ends or runs out.
func (r *modelRun) advance() {
	var instants []time.Time
	for _, x := range r.meetings {
		if x.live() {
			instants = append(instants, x.start, x.start.Add(minutesOf(x.minutes)))
		}
	}
	for _, p := range r.payments {
		if p.open() {
			instants = append(instants, p.until)
		}
	}
	instants = slices.DeleteFunc(instants, func(at time.Time) bool { return !at.After(r.now.Add(tick)) })
	if len(instants) > 0 && r.pick(2) > 0 {
		to := one(r, instants...)
		r.now = to.Add(-tick)
		r.ended("advance", nil, "", "to", to.Format("2 15:04"))
		return
	}
	by := minutesOf(one(r, 5, 5, 5, 10, 10, 10, 15, 15, 20, 20, 40, 60, 180, 25*60))
	r.now = r.now.Add(by)
	r.ended("advance", nil, "", by)
}

func (r *modelRun) sweepAll() {
	r.sweep()
	_, err := r.service.Sweep(r.ctx)
	r.ended("sweep", err, "")
}

// finish lets a month pass: then nothing is held or under way.
func (r *modelRun) finish() {
	r.now, r.told = r.now.Add(30*24*time.Hour), nil
	r.sweepAll()
	for _, x := range r.meetings {
		if x.live() {
			r.fail("%+v is still there", x)
		}
	}
	for _, p := range r.payments {
		if p.open() {
			r.fail("%+v is still due", p)
		}
	}
	r.compare()
	r.logged()
}
