package booking_test

import (
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

// model is what the service should have done, in memory. It looks at everything
// at every step and keeps nothing that it can count.
type model struct {
	now      time.Time
	agents   []string // in the order of their ids
	kinds    []*modelKind
	meetings []*modelMeeting // in the order in which they were made
	payments []*modelPayment
	keys     map[string]*modelAnswer
	told     []modelEvent   // by the last command
	seen     map[string]int // how often what is worth to be met was met
}

type modelKind struct {
	*ent.EventType
	turns []*modelTurn // in the order of the agents' ids
}

// modelTurn is how often a host has been given a meeting.
type modelTurn struct {
	agent string
	n     int
	last  time.Time
}

type modelMeeting struct {
	id        string
	kind      *modelKind
	start     time.Time
	minutes   int
	status    domain.MeetingStatus
	agents    []string
	seats     []*modelSeat
	payment   *modelPayment // not of a GROUP
	previous  *modelMeeting
	sequence  int
	missed    bool
	byContact bool
}

type modelSeat struct {
	id, name, previous string
	status             domain.AttendeeStatus
	payment            *modelPayment // of a GROUP
	late               bool          // given up because nobody paid
	unborn             bool          // given back before anybody paid
	missed             bool
}

type modelPayment struct {
	id           string
	status       domain.PaymentStatus
	amount       int64
	prices       map[string]int64
	until        time.Time
	method, said string
	booked       bool // it was DONE once
}

// modelAnswer is what a command with a key was answered with.
type modelAnswer struct {
	request string
	at      time.Time
	answer  string
}

type modelEvent struct {
	trigger  domain.Trigger
	meeting  *modelMeeting
	seat     *modelSeat
	sequence int
}

// verdict is an error's code and field, written as "CODE field"; "" is success.
type verdict string

func fails(code apperr.Code, field string) verdict {
	if field == "" {
		return verdict(code)
	}
	return verdict(code) + verdict(" "+field)
}

func (x *modelMeeting) live() bool {
	return x.status == domain.Held || x.status == domain.Active
}

func (x *modelMeeting) group() bool { return x.kind.Type == domain.Group }

// taken are the seats that were not given back.
func (x *modelMeeting) taken() (seats []*modelSeat) {
	for _, s := range x.seats {
		if s.status != domain.AttendeeCancelled {
			seats = append(seats, s)
		}
	}
	return seats
}

// part says whether a seat is part of the meeting that others are told of.
func (s *modelSeat) part() bool { return s.payment == nil || s.payment.booked && !s.unborn }

func (s *modelSeat) leave() {
	s.status, s.unborn = domain.AttendeeCancelled, !s.part()
}

// missing says whether nobody came of those who are part of the meeting.
func (x *modelMeeting) missing() bool {
	here := 0
	for _, s := range x.taken() {
		if s.part() {
			here++
		}
		if s.part() && s.status != domain.AttendeeNoShow {
			return false
		}
	}
	return here > 0
}

func (p *modelPayment) open() bool {
	return p.status == domain.PaymentPending || p.status == domain.PaymentFailed
}

func (m *model) overdue(p *modelPayment) bool {
	return p != nil && p.open() && !m.now.Before(p.until)
}

// spent says whether a meeting is held by nothing but payments that are overdue.
func (m *model) spent(x *modelMeeting) bool {
	if x.status != domain.Held {
		return false
	}
	if !x.group() {
		return m.overdue(x.payment)
	}
	for _, s := range x.taken() {
		if !m.overdue(s.payment) {
			return false
		}
	}
	return true
}

// span is from when until when a meeting keeps its agents busy.
func (m *model) span(k *modelKind, start time.Time, length int) (from, until time.Time) {
	return start.Add(-time.Duration(k.BufferBeforeMinutes) * time.Minute),
		start.Add(time.Duration(length+k.BufferAfterMinutes) * time.Minute)
}

// inTheWay are the meetings that an agent has at a time, but for one.
func (m *model) inTheWay(agent string, from, until time.Time, but *modelMeeting) (all []*modelMeeting) {
	for _, x := range m.meetings {
		busyFrom, busyUntil := m.span(x.kind, x.start, x.minutes)
		if x != but && x.live() && slices.Contains(x.agents, agent) && from.Before(busyUntil) && busyFrom.Before(until) {
			all = append(all, x)
		}
	}
	return all
}

// free are those of the agents whose time is not taken; a spent hold takes none.
func (m *model) free(agents []string, k *modelKind, start time.Time, length int, but *modelMeeting) (free []string) {
	from, until := m.span(k, start, length)
	for _, a := range agents {
		if !slices.ContainsFunc(m.inTheWay(a, from, until, but), func(x *modelMeeting) bool { return !m.spent(x) }) {
			free = append(free, a)
		}
	}
	return free
}

// clear ends the holds in the way that have run out.
func (m *model) clear(agents []string, k *modelKind, start time.Time, length int, but *modelMeeting) {
	from, until := m.span(k, start, length)
	for _, a := range agents {
		for _, x := range m.inTheWay(a, from, until, but) {
			if x.status == domain.Held && m.spent(x) {
				m.seen["spent hold gives way"]++
			}
			if x.status == domain.Held {
				m.lapse(x)
			}
		}
	}
}

// lapse ends what overdue payments hold of a meeting.
func (m *model) lapse(x *modelMeeting) {
	if !x.group() {
		if x.status == domain.Held && m.overdue(x.payment) {
			x.payment.status = domain.PaymentExpired
			m.expire(x)
		}
		return
	}
	var ended []*modelPayment
	for _, s := range x.taken() {
		if m.overdue(s.payment) {
			ended = append(ended, s.payment)
			s.leave()
			s.late = true
			m.seen["seat lapses in "+string(x.status)]++
		}
	}
	for _, p := range ended {
		p.status = domain.PaymentExpired
	}
	if x.status == domain.Held && len(x.taken()) == 0 {
		m.expire(x)
	}
}

func (m *model) expire(x *modelMeeting) {
	x.status = domain.Expired
	m.turn(x, x.agents, -1)
}

// turn counts a ROUNDROBIN meeting as given to agents, or as taken from them.
func (m *model) turn(x *modelMeeting, agents []string, n int) {
	if x.kind.Type != domain.RoundRobin {
		return
	}
	for _, t := range x.kind.turns {
		if slices.Contains(agents, t.agent) {
			t.n += n
			if n > 0 {
				t.last = m.now
			}
		}
	}
}

// fairest has the fewest meetings of those named, has waited longest, comes first.
func (k *modelKind) fairest(agents []string) string {
	var best *modelTurn
	for _, t := range k.turns {
		if !slices.Contains(agents, t.agent) {
			continue
		}
		if best == nil || t.n < best.n || t.n == best.n && t.last.Before(best.last) {
			best = t
		}
	}
	return best.agent
}

func (k *modelKind) hosts() (ids []string) {
	for _, t := range k.turns {
		ids = append(ids, t.agent)
	}
	return ids
}

// groupAt is the group of an event type at a start, whether spent or not.
func (m *model) groupAt(k *modelKind, start time.Time, but *modelMeeting) *modelMeeting {
	for _, x := range m.meetings {
		if x != but && x.kind == k && x.group() && x.live() && x.start.Equal(start) {
			return x
		}
	}
	return nil
}

// bought are the seats that a payment is for and that are still taken.
func (x *modelMeeting) bought(p *modelPayment) (seats []*modelSeat) {
	for _, s := range x.taken() {
		if !x.group() || s.payment == p {
			seats = append(seats, s)
		}
	}
	return seats
}

// of is the meeting that a payment is for: it moves along with each reschedule.
func (m *model) of(p *modelPayment) (last *modelMeeting) {
	for _, x := range m.meetings {
		if x.payment == p || slices.ContainsFunc(x.seats, func(s *modelSeat) bool { return s.payment == p }) {
			last = x
		}
	}
	return last
}

// tell notes an event of a meeting as a whole, or of each of some seats.
func (m *model) tell(trigger domain.Trigger, x *modelMeeting, seats ...*modelSeat) {
	if len(seats) == 0 {
		seats = []*modelSeat{nil}
	}
	for _, s := range seats {
		x.sequence++
		m.told = append(m.told, modelEvent{trigger, x, s, x.sequence})
	}
}
