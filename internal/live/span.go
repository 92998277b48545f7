package live

import (
	"time"

	"slotcast/internal/domain"
)

// span counts what happened in a window, by its steps. It keeps counts and
// nothing else, and no more steps than the window has, with a few ahead of the
// present one, where clocks differ.
type span struct {
	window Window
	n      int
	each   time.Duration
	steps  map[int64]*step // by number since 1970
	now    int64           // the present step
}

// step are the counts of one step.
type step struct {
	triggers map[domain.Trigger]int
	statuses map[domain.MeetingStatus]int
	messages outcomes
}

// outcomes are what became of messages, and how long the last answers took.
type outcomes struct {
	statuses map[domain.DeliveryStatus]int
	latency  *latencies // nil: no answers
}

// ahead is how many steps clocks may be apart; what is beyond counts as there.
const ahead = 2

func newSpan(w Window, now time.Time) *span {
	s := &span{window: w, steps: map[int64]*step{}}
	s.n, s.each = w.steps()
	s.now = s.number(now)
	return s
}

func (s *span) number(at time.Time) int64 {
	each := int64(s.each / time.Second)
	n := at.Unix() / each
	if at.Unix()%each < 0 {
		n--
	}
	return n
}

func (s *span) time(number int64) time.Time {
	return time.Unix(number*int64(s.each/time.Second), 0).UTC()
}

// first is the number of the oldest step.
func (s *span) first() int64 { return s.now - int64(s.n) + 1 }

// begin is when the window begins.
func (s *span) begin() time.Time { return s.time(s.first()) }

// slide moves the window on and drops what has fallen out of it. It never goes
// back.
func (s *span) slide(now time.Time) {
	to := s.number(now)
	if to <= s.now {
		return
	}
	s.now = to
	for number := range s.steps {
		if number < s.first() {
			delete(s.steps, number)
		}
	}
}

// at is the step of a number, or nil behind the window.
func (s *span) at(number int64) *step {
	if number < s.first() {
		return nil
	}
	number = min(number, s.now+ahead)
	if s.steps[number] == nil {
		s.steps[number] = &step{triggers: map[domain.Trigger]int{}, statuses: map[domain.MeetingStatus]int{}}
	}
	return s.steps[number]
}

// count adds n events of a step, which left meetings in these statuses.
func (s *span) count(number int64, n int, trigger domain.Trigger, left ...domain.MeetingStatus) {
	to := s.at(number)
	if to == nil {
		return
	}
	to.triggers[trigger] += n
	for _, status := range left {
		if status != "" {
			to.statuses[status] += n
		}
	}
}

// replace puts what was counted of the messages of the steps from one number to
// another in place of what was counted before.
func (s *span) replace(low, high int64, counted map[int64]*outcomes) {
	for n := low; n <= high; n++ {
		switch o := counted[n]; {
		case o != nil:
			if to := s.at(n); to != nil {
				to.messages = *o
			}
		case s.steps[n] != nil:
			s.steps[n].messages = outcomes{}
		}
	}
}

// figures are what the window counts. Deliveries and submissions are left out
// where the viewer does not see them.
func (s *span) figures(v sees) *Dashboard {
	d := &Dashboard{Window: s.window, From: s.begin(), Points: make([]DashboardPoint, s.n)}
	triggers, statuses := map[domain.Trigger]int{}, map[domain.MeetingStatus]int{}
	messages, latency, events := map[domain.DeliveryStatus]int{}, &latencies{}, 0
	for i := range s.n {
		number := s.first() + int64(i)
		of := s.steps[number]
		if of == nil {
			of = &step{}
		}
		d.Points[i] = of.point(s.time(number), v)
		for trigger, n := range of.triggers {
			triggers[trigger] += n
			events += n
		}
		for status, n := range of.statuses {
			statuses[status] += n
		}
		for status, n := range of.messages.statuses {
			messages[status] += n
		}
		if of.messages.latency != nil {
			latency.add(of.messages.latency)
		}
	}
	for _, word := range domain.Trigger("").Values() {
		if t := domain.Trigger(word); v.counts(t) {
			d.Triggers = append(d.Triggers, TriggerCount{t, triggers[t]})
		}
	}
	for _, word := range domain.MeetingStatus("").Values() {
		status := domain.MeetingStatus(word)
		d.Statuses = append(d.Statuses, StatusCount{status, statuses[status]})
	}
	d.EventsPerMinute = float64(events) / (time.Duration(s.n) * s.each).Minutes()
	if v.messages {
		d.Deliveries = deliveryFigures(messages, latency)
	}
	return d
}

func (s *step) point(at time.Time, v sees) DashboardPoint {
	p := DashboardPoint{
		At: at, Booked: s.triggers[domain.MeetingBooked], Canceled: s.triggers[domain.MeetingCanceled],
		Rescheduled: s.triggers[domain.MeetingRescheduled], NoShows: s.triggers[domain.MeetingNoShow],
	}
	if v.submissions {
		p.Submissions = new(s.triggers[domain.RoutingFormSubmitted])
	}
	if v.messages {
		p.Delivered = new(s.messages.statuses[domain.DeliveryDelivered])
		p.Failed = new(s.messages.statuses[domain.DeliveryFailed])
	}
	return p
}

func deliveryFigures(n map[domain.DeliveryStatus]int, latency *latencies) *DeliveryFigures {
	f := &DeliveryFigures{
		Delivered: n[domain.DeliveryDelivered], Failed: n[domain.DeliveryFailed],
		Cancelled: n[domain.DeliveryCancelled], Pending: n[domain.DeliveryPending],
		LatencyP50: latency.quantile(0.5), LatencyP95: latency.quantile(0.95),
	}
	if over := f.Delivered + f.Failed; over > 0 {
		f.SuccessRate = new(float64(f.Delivered) / float64(over))
	}
	return f
}
