package booking_test

import (
	"slices"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

// cancel predicts the end of a meeting.
func (m *model) cancel(x *modelMeeting, actor domain.ActorType) verdict {
	if x == nil {
		return fails(apperr.NotFound, "meetingId")
	}
	if !x.live() {
		return fails(apperr.Conflict, "")
	}
	if v := by(actor, x, "cancelledBy"); v != "" {
		return v
	}
	m.callOff(x)
	return ""
}

func (m *model) callOff(x *modelMeeting, about ...*modelSeat) {
	if x.status == domain.Active {
		m.tell(domain.MeetingCanceled, x, about...)
	}
	x.status = domain.Cancelled
	m.turn(x, x.agents, -1)
	m.settle(x, x.payment)
	for _, s := range x.taken() {
		s.leave()
		m.settle(x, s.payment)
	}
}

// settle ends what is due, and gives back what was paid if the notice was long
// enough.
func (m *model) settle(x *modelMeeting, p *modelPayment) {
	notice := x.kind.RefundNoticeMinutes
	switch {
	case p == nil:
	case p.open():
		p.status = domain.PaymentExpired
	case p.status == domain.PaymentDone && notice != nil && x.start.Sub(m.now) >= time.Duration(*notice)*time.Minute:
		p.status = domain.PaymentRefunded
		m.seen["refunded by policy"]++
	}
}

// cancelSeat predicts the end of one seat, and of the meeting if nobody is left
// who is part of it.
func (m *model) cancelSeat(x *modelMeeting, s *modelSeat) verdict {
	switch {
	case s == nil:
		return fails(apperr.NotFound, "attendeeId")
	case !x.group() || !x.live() || s.status != domain.AttendeeActive:
		return fails(apperr.Conflict, "")
	}
	stay := slices.DeleteFunc(x.taken(), func(o *modelSeat) bool {
		return o == s || x.status == domain.Active && !o.part()
	})
	if len(stay) == 0 {
		m.callOff(x, s)
		m.seen["last seat cancelled"]++
		return ""
	}
	s.leave()
	if s.payment != nil && len(x.bought(s.payment)) == 0 {
		m.settle(x, s.payment)
	}
	x.missed = x.missing()
	if s.part() {
		m.tell(domain.MeetingCanceled, x, s)
	}
	return ""
}

// mark predicts what noting an absence does, or taking the note back.
func (m *model) mark(x *modelMeeting, s *modelSeat, from, to domain.AttendeeStatus) verdict {
	if s == nil {
		return fails(apperr.NotFound, "attendeeId")
	}
	if m.now.Before(x.start) || s.status != from || !s.part() || x.status != domain.Active && x.status != domain.Completed {
		return fails(apperr.Conflict, "")
	}
	s.status, s.missed = to, to == domain.AttendeeNoShow
	x.missed = x.missing()
	m.tell(domain.MeetingNoShow, x, s)
	return ""
}

// modelCallback is what the payment provider says.
type modelCallback struct {
	payment      *modelPayment // nil: one that does not exist
	status       domain.PaymentStatus
	method, said string
}

// pay predicts what a provider's callback does.
func (m *model) pay(in modelCallback) verdict {
	p := in.payment
	if in.status == domain.PaymentExpired {
		return fails(apperr.BadUserInput, "status")
	}
	if p == nil {
		return fails(apperr.NotFound, "paymentId")
	}
	same := p.method == in.method && p.said == in.said
	if same && p.status == in.status {
		return ""
	}
	if !p.open() && (in.status == domain.PaymentPending || in.status == domain.PaymentFailed) { // no news
		return ""
	}
	if p.status == domain.PaymentRefunded && (in.status == domain.PaymentRefunded || same && in.status == domain.PaymentDone) {
		return ""
	}
	x := m.of(p)
	can := map[domain.PaymentStatus]bool{
		domain.PaymentPending:  p.open(),
		domain.PaymentFailed:   p.open(),
		domain.PaymentDone:     p.open() || p.status == domain.PaymentExpired,
		domain.PaymentRefunded: p.status == domain.PaymentDone && (x.status != domain.Active || len(x.bought(p)) == 0),
	}
	if !can[in.status] {
		return fails(apperr.Conflict, "")
	}
	if in.status == domain.PaymentRefunded { // it may have a reference of its own
		p.status = in.status
		return ""
	}
	for _, other := range m.payments {
		if other != p && other.method == in.method && other.said == in.said {
			return fails(apperr.Conflict, "externalPaymentId")
		}
	}
	p.method, p.said = in.method, in.said
	if in.status != domain.PaymentDone {
		p.status = in.status
		return ""
	}
	if p.status == domain.PaymentExpired {
		before := x.status
		if !m.restore(x, p) {
			m.seen["paid late, refunded, "+string(before)]++
			p.status = domain.PaymentRefunded
			return ""
		}
		m.seen["paid late, taken again, "+string(x.kind.Type)+" "+string(before)]++
	} else if m.overdue(p) {
		m.seen["paid late, still held"]++
	}
	m.seen["paid, "+string(x.status)]++
	m.confirm(x, p)
	return ""
}

// confirm books what was held.
func (m *model) confirm(x *modelMeeting, p *modelPayment) {
	p.status, p.booked = domain.PaymentDone, true
	if x.status == domain.Held || x.status == domain.Expired {
		x.status = domain.Active
	}
	x.missed = false // the one who has just paid is there
	if x.group() {
		m.tell(domain.MeetingBooked, x, x.bought(p)...)
	} else {
		m.tell(domain.MeetingBooked, x)
	}
}

// restore takes again what was given up because the payment was late: the whole
// meeting, or its seats in a group. It must not have begun, and be free.
func (m *model) restore(x *modelMeeting, p *modelPayment) bool {
	if !x.live() && x.status != domain.Expired || !x.start.After(m.now) {
		return false
	}
	if !x.group() {
		return m.retake(x)
	}
	var lost []*modelSeat
	for _, s := range x.seats {
		if s.payment == p && s.late {
			lost = append(lost, s)
		}
	}
	if len(lost) == 0 {
		return false
	}
	if len(x.taken())+len(lost) > x.kind.MaxAttendees {
		m.lapse(x)
	}
	if x.status == domain.Expired {
		if there := m.groupAt(x.kind, x.start, x); there != nil {
			if m.lapse(there); there.live() {
				return false
			}
		}
		if !m.retake(x) {
			return false
		}
	}
	if len(x.taken())+len(lost) > x.kind.MaxAttendees {
		return false
	}
	for _, s := range lost {
		s.status, s.late, s.unborn = domain.AttendeeActive, false, false
	}
	return true
}

func (m *model) retake(x *modelMeeting) bool {
	m.clear(x.agents, x.kind, x.start, x.minutes, x)
	if len(m.free(x.agents, x.kind, x.start, x.minutes, x)) < len(x.agents) {
		return false
	}
	m.turn(x, x.agents, 1)
	return true
}

// sweep predicts what becomes due by time alone.
func (m *model) sweep() {
	for _, x := range m.meetings {
		m.lapse(x)
	}
	for _, x := range m.meetings {
		over := x.start.Add(time.Duration(x.minutes+x.kind.BufferAfterMinutes) * time.Minute)
		held := slices.ContainsFunc(x.taken(), func(s *modelSeat) bool { return s.payment != nil && s.payment.open() })
		if x.status == domain.Active && !over.After(m.now) && !held {
			x.status = domain.Completed
		}
	}
	for key, a := range m.keys {
		if m.now.Sub(a.at) >= 24*time.Hour {
			delete(m.keys, key)
		}
	}
}
