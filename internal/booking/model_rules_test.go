package booking_test

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

// modelBooking is what Book is asked for.
type modelBooking struct {
	kind      *modelKind // nil: one that does not exist
	start     time.Time
	minutes   *int
	names     []string
	agents    []string
	byContact bool
}

// book predicts what becomes of a booking: a meeting, the seats taken in it, and
// what is due for them. Their ids are for the service to choose.
func (m *model) book(in modelBooking) (x *modelMeeting, seats []*modelSeat, due *modelPayment, v verdict) {
	k := in.kind
	if v := m.bookable(in); v != "" {
		return nil, nil, nil, v
	}
	length := k.DurationMinutes
	if in.minutes != nil {
		length = *in.minutes
	}
	hosts, v := k.wanted(in.agents)
	if v != "" {
		return nil, nil, nil, v
	}
	there := m.groupAt(k, in.start, nil)
	if there != nil && !m.spent(there) {
		if v := m.joinable(there, in, length); v != "" {
			return nil, nil, nil, v
		}
		m.lapse(there)
		x = there
		m.seen["group joined"]++
	} else {
		free := m.free(hosts, k, in.start, length, nil)
		if len(free) == 0 || k.Type == domain.Collective && len(free) < len(hosts) {
			return nil, nil, nil, fails(apperr.SlotTaken, "start")
		}
		if there != nil {
			m.seen["spent group replaced"]++
			m.lapse(there)
		}
		m.clear(hosts, k, in.start, length, nil)
		switch k.Type {
		case domain.RoundRobin:
			free = []string{k.fairest(free)}
		case domain.Solo, domain.Group:
			free = free[:1]
		case domain.Collective:
		}
		x = &modelMeeting{kind: k, start: in.start, minutes: length, agents: free, status: domain.Held, byContact: in.byContact}
		m.meetings = append(m.meetings, x)
		m.turn(x, free, 1)
	}
	seats, due = m.seat(x, in.names)
	return x, seats, due, ""
}

// bookable judges what has nothing to do with other meetings.
func (m *model) bookable(in modelBooking) verdict {
	k := in.kind
	switch {
	case len(in.names) == 0:
		return fails(apperr.BadUserInput, "attendees")
	case k == nil:
		return fails(apperr.NotFound, "eventTypeId")
	case !k.Active:
		return fails(apperr.Conflict, "")
	case len(in.names) > k.MaxAttendees:
		return fails(apperr.BadUserInput, "attendees")
	case in.minutes != nil && *in.minutes != k.DurationMinutes && !slices.Contains(k.Durations, *in.minutes):
		return fails(apperr.BadUserInput, "durationMinutes")
	}
	return m.inTime(k, in.start)
}

func (m *model) inTime(k *modelKind, start time.Time) verdict {
	earliest := m.now.Add(time.Duration(k.MinimumNoticeMinutes) * time.Minute)
	latest := m.now.Add(time.Duration(k.HorizonDays) * 24 * time.Hour)
	if !start.After(m.now) || start.Before(earliest) || start.After(latest) {
		return fails(apperr.BadUserInput, "start")
	}
	return ""
}

// wanted are the agents that may be taken: the one or those named, else those
// that the type says.
func (k *modelKind) wanted(named []string) ([]string, verdict) {
	all := k.hosts()
	if len(named) == 0 {
		if k.Type == domain.Solo {
			return all[:1], ""
		}
		return all, ""
	}
	if k.Type != domain.Collective && len(named) > 1 {
		return nil, fails(apperr.BadUserInput, "agentIds")
	}
	for i, a := range named {
		if !slices.Contains(all, a) {
			return nil, fails(apperr.NotFound, fmt.Sprintf("agentIds.%d", i))
		}
	}
	if k.Type != domain.Collective {
		return named, ""
	}
	for _, a := range all {
		if !slices.Contains(named, a) {
			return nil, fails(apperr.BadUserInput, "agentIds")
		}
	}
	return all, ""
}

// joinable judges whether a booking fits a group that is there.
func (m *model) joinable(x *modelMeeting, in modelBooking, length int) verdict {
	left := x.kind.MaxAttendees
	for _, s := range x.taken() {
		if !m.overdue(s.payment) {
			left--
		}
	}
	switch {
	case length != x.minutes:
		return fails(apperr.BadUserInput, "durationMinutes")
	case len(in.agents) == 1 && in.agents[0] != x.agents[0]:
		return fails(apperr.BadUserInput, "agentIds.0")
	case len(in.names) > left:
		return fails(apperr.SlotTaken, "start")
	}
	return ""
}

// seat takes seats, for money or not.
func (m *model) seat(x *modelMeeting, names []string) (seats []*modelSeat, due *modelPayment) {
	if amount := x.kind.AmountOnDuration[strconv.Itoa(x.minutes)]; amount > 0 {
		if x.group() {
			amount *= int64(len(names))
		}
		due = &modelPayment{
			status: domain.PaymentPending, amount: amount, prices: x.kind.AmountOnDuration,
			until: earlier(m.now.Add(time.Duration(x.kind.HoldMinutes)*time.Minute), x.start),
		}
		m.payments = append(m.payments, due)
	}
	for _, name := range names {
		s := &modelSeat{name: name, status: domain.AttendeeActive}
		if x.group() {
			s.payment = due
		}
		seats = append(seats, s)
	}
	x.seats = append(x.seats, seats...)
	switch {
	case due != nil && !x.group():
		x.payment = due
	case due == nil && x.group():
		x.status = domain.Active
		m.tell(domain.MeetingBooked, x, seats...)
	case due == nil:
		x.status = domain.Active
		m.tell(domain.MeetingBooked, x)
	}
	return seats, due
}

// by judges who is said to have done it.
func by(actor domain.ActorType, x *modelMeeting, field string) verdict {
	if actor == domain.ActorAttendee && len(x.seats) != 1 {
		return fails(apperr.BadUserInput, field+".id")
	}
	return ""
}

// reschedule predicts the new meeting.
func (m *model) reschedule(old *modelMeeting, start time.Time, length *int, actor domain.ActorType) (*modelMeeting, verdict) {
	if old == nil {
		return nil, fails(apperr.NotFound, "meetingId")
	}
	k, minutes := old.kind, old.minutes
	if old.status != domain.Active {
		return nil, fails(apperr.Conflict, "")
	}
	if length != nil && *length != minutes {
		if minutes = *length; minutes != k.DurationMinutes && !slices.Contains(k.Durations, minutes) {
			return nil, fails(apperr.BadUserInput, "durationMinutes")
		}
		if k.AmountOnDuration[strconv.Itoa(minutes)] != k.AmountOnDuration[strconv.Itoa(old.minutes)] {
			return nil, fails(apperr.BadUserInput, "durationMinutes")
		}
	}
	if v := m.inTime(k, start); v != "" {
		return nil, v
	}
	if v := by(actor, old, "rescheduledBy"); v != "" {
		return nil, v
	}
	there := m.groupAt(k, start, old)
	if there != nil && !m.spent(there) {
		return nil, fails(apperr.SlotTaken, "start")
	}
	pool := old.agents
	agents := m.free(pool, k, start, minutes, old)
	if len(agents) < len(pool) && k.Type == domain.RoundRobin {
		pool = k.hosts()
		agents = m.free(pool, k, start, minutes, old)
	} else if len(agents) < len(pool) {
		agents = nil
	}
	if len(agents) == 0 {
		return nil, fails(apperr.SlotTaken, "start")
	}
	if there != nil {
		m.lapse(there)
	}
	old.status = domain.Rescheduled
	m.turn(old, old.agents, -1)
	m.clear(pool, k, start, minutes, old)
	if k.Type == domain.RoundRobin {
		agents = []string{k.fairest(agents)}
	}
	if !slices.Equal(agents, old.agents) {
		m.seen["rescheduled to another agent"]++
	}
	x := &modelMeeting{
		kind: k, start: start, minutes: minutes, status: domain.Active, agents: agents, previous: old,
		payment: old.payment, byContact: actor == domain.ActorAttendee,
	}
	old.payment = nil
	for _, s := range old.taken() {
		if s.payment != nil && s.payment.open() {
			m.seen["unpaid seat rescheduled"]++
		}
		x.seats = append(x.seats, &modelSeat{name: s.name, previous: s.id, status: domain.AttendeeActive, payment: s.payment})
		s.payment = nil
	}
	m.meetings = append(m.meetings, x)
	m.turn(x, agents, 1)
	m.tell(domain.MeetingRescheduled, x)
	return x, ""
}

// reassign gives a meeting to another agent, without an event.
func (m *model) reassign(x *modelMeeting, agent string) verdict {
	switch {
	case x == nil:
		return fails(apperr.NotFound, "meetingId")
	case x.kind.Type == domain.Collective || x.agents[0] == agent || !m.now.Before(x.start.Add(time.Duration(x.minutes)*time.Minute)):
		return fails(apperr.Conflict, "")
	case !slices.Contains(x.kind.hosts(), agent):
		return fails(apperr.NotFound, "agentId")
	case x.status != domain.Active:
		return fails(apperr.Conflict, "")
	case len(m.free([]string{agent}, x.kind, x.start, x.minutes, x)) == 0:
		return fails(apperr.SlotTaken, "agentId")
	}
	m.clear([]string{agent}, x.kind, x.start, x.minutes, x)
	m.turn(x, x.agents, -1)
	x.agents = []string{agent}
	m.turn(x, x.agents, 1)
	return ""
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
